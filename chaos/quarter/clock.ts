import { setTimeout as pause } from 'node:timers/promises'
import { readBusinessNow } from '../../store/process.ts'
import type { System } from '../system.ts'

/** Real time in which the sandbox and an API are back, whoever of them was killed. */
const MOVE_MS_MAX = 90_000

/** Moves business time to an instant, unless it is later already; it is never moved twice, whatever is broken meanwhile. */
export async function moveTo(system: System, instant: string): Promise<void> {
  const giveUpAt = performance.now() + MOVE_MS_MAX
  const move = (by_ms: number) => system.sandbox.admin('POST', '/clock/advance', { by_ms })
  let isSure = true
  for (;;) {
    try {
      // A move without an answer may have reached the sandbox alone: said once more, both sides are where it is.
      if (!isSure) await move(0)
      isSure = true
      const leftMs = Date.parse(instant) - (await readBusinessNow(system.db)).getTime()
      if (leftMs <= 0) return
      isSure = false
      await move(leftMs)
      isSure = true
    } catch (error) {
      if (performance.now() > giveUpAt) throw new Error(`the clock could not be moved to ${instant}`, { cause: error })
      await pause(300)
    }
  }
}
