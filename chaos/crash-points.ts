import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../local/settings.ts'

const FOLDER = 'test/end-to-end'
/** It repeats its points by itself, in lanes side by side; the others are run again. */
const SHARED = `${FOLDER}/crash.test.ts`

/** Every named crash point of every process, so many times each, by the tests that know how to drive them. @returns exit code */
export function passCrashPoints(rounds: number, say: (line: string) => void): number {
  const others = listCrashTests().filter((file) => file !== SHARED)
  let failed = pass([SHARED], rounds)
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds} of what has tests of its own`)
    failed += pass(others, 1)
  }
  return failed === 0 ? 0 : 1
}

/** The tests that drive named crash points: each says SIGKILL where it does. */
export const listCrashTests = (): string[] =>
  readdirSync(join(projectRoot, FOLDER))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${FOLDER}/${name}`)
    .filter((file) => readFileSync(join(projectRoot, file), 'utf8').includes('/activities/crash-points.ts'))
    .sort()

function pass(files: readonly string[], rounds: number): number {
  const runner = join(projectRoot, 'local/run-tests.mjs')
  const { status } = spawnSync(process.execPath, [runner, ...files, '-t', 'SIGKILL'], {
    cwd: projectRoot,
    stdio: 'inherit',
    env: { ...process.env, CRASH_POINTS: 'all', CRASH_ROUNDS: String(rounds) }
  })
  return status === 0 ? 0 : 1
}
