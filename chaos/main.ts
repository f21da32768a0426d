// npm run chaos: a whole Coffer under traffic while it is broken by a schedule; then every oracle. Exit code 0: all hold.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../local/settings.ts'
import { runChaos, type RunVerdict } from './run.ts'
import type { Schedule, Size } from './schedule.ts'
import type { Servers } from './servers.ts'

const USAGE = `usage: npm run chaos -- [--seed S] [--size small|full] [--faults N] [--minutes M] [--resume DIRECTORY]
       npm run chaos -- --crash-points [--rounds N]`

const exitCodes: Readonly<Record<RunVerdict, number>> = { holds: 0, broken: 1, unfinished: 3 }

const startedAt = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s] ${line}`)

try {
  const given = readArguments()
  process.exitCode = given['crash-points'] ? passCrashPoints(given.rounds) : await run(given)
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error)
  process.exitCode = 2
}
process.exit()

async function run(given: ReturnType<typeof readArguments>): Promise<number> {
  const directory = given.resume ?? given.directory ?? join(projectRoot, '.coffer', 'chaos', `${stamp()}-${given.seed}`)
  const verdict = await runChaos({ ...given, directory: resolve(directory), say })
  if (verdict === 'broken') say(`something does not hold; the same again: npm run chaos -- ${again(directory)}`)
  else if (verdict === 'unfinished') say(`the time is over; to go on: npm run chaos -- --resume ${directory}`)
  else say('all oracles hold')
  return exitCodes[verdict]
}

function stamp(): string {
  return new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')
}

function again(directory: string): string {
  const { seed, size, faults } = JSON.parse(readFileSync(join(directory, 'schedule.json'), 'utf8')) as Schedule
  return `--seed ${seed} --size ${size} --faults ${faults.length}`
}

/** Every named crash point of every process, so many times each: the test that knows how to drive them. */
function passCrashPoints(rounds: number): number {
  const tests = spawnSync(process.execPath, [join(projectRoot, 'local/run-tests.mjs'), 'test/end-to-end/crash'], {
    stdio: 'inherit',
    env: { ...process.env, CRASH_POINTS: 'all', CRASH_ROUNDS: String(rounds) }
  })
  return tests.status ?? 1
}

function readArguments() {
  const text = { type: 'string' as const }
  const { values } = parseArgs({
    options: {
      seed: text,
      size: text,
      faults: text,
      minutes: text,
      resume: text,
      directory: text,
      servers: text,
      rounds: text,
      'crash-points': { type: 'boolean' }
    }
  })
  const size = (values.size ?? 'full') as Size
  if (size !== 'small' && size !== 'full') throw new Error(USAGE)
  const number = (given: string | undefined, otherwise: number) => {
    const parsed = Number(given ?? otherwise)
    if (!Number.isFinite(parsed) || parsed <= 0) throw new Error(USAGE)
    return parsed
  }
  return {
    ...values,
    size,
    seed: values.seed ?? String(randomInt(1_000_000)),
    faults: number(values.faults, size === 'full' ? 10_000 : 15),
    minutes: number(values.minutes, 120),
    rounds: number(values.rounds, 10),
    servers: values.servers === undefined ? undefined : (JSON.parse(readFileSync(values.servers, 'utf8')) as Servers)
  }
}
