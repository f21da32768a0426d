import { setTimeout as pause } from 'node:timers/promises'

/**
 * Asks `isSo` again and again, every 25 ms, until it says yes.
 * @throws {Error} with the words of `otherwise` after `limitMs`, or whatever `isSo` throws.
 */
export async function waitUntil(
  isSo: () => Promise<boolean> | boolean,
  { limitMs, otherwise }: { limitMs: number; otherwise: string }
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(otherwise)
    await pause(25)
  }
}
