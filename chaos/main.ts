// npm run chaos: a whole Coffer under traffic while it is broken by a schedule; then every oracle. Exit code 0: all hold.
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { dayOf } from '../domain/reconciliation.ts'
import { projectRoot } from '../local/settings.ts'
import { passCrashPoints } from './crash-points.ts'
import { isQuarter, readQuarter, runQuarter } from './quarter/run.ts'
import { runChaos, type RunVerdict } from './run.ts'
import type { Schedule, Size } from './schedule.ts'
import type { Servers } from './servers.ts'

const USAGE = `usage: npm run chaos -- [--seed S] [--size small|full] [--faults N] [--minutes M] [--resume DIRECTORY]
       npm run chaos -- --quarter [--days 92] [--from YYYY-MM-DD] [--seed S] [--size small|full] [--minutes M] [--resume DIRECTORY]
       npm run chaos -- --crash-points [--rounds N]`

const exitCodes: Readonly<Record<RunVerdict, number>> = { holds: 0, broken: 1, unfinished: 3 }

const startedAt = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s] ${line}`)

try {
  const given = readArguments()
  process.exitCode = given['crash-points'] ? passCrashPoints(given.rounds, say) : await run(given)
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error)
  process.exitCode = 2
}
process.exit()

async function run(given: ReturnType<typeof readArguments>): Promise<number> {
  const directory = resolve(
    given.resume ?? given.directory ?? join(projectRoot, '.coffer', 'chaos', `${stamp()}-${given.seed}`)
  )
  const start = (given.quarter ?? isQuarter(directory)) ? runQuarter : runChaos
  const verdict = await start({ ...given, directory, say })
  if (verdict === 'broken') say(`something does not hold; the same again: npm run chaos -- ${again(directory)}`)
  else if (verdict === 'unfinished') say(`the time is over; to go on: npm run chaos -- --resume ${directory}`)
  else say('all oracles hold')
  return exitCodes[verdict]
}

function stamp(): string {
  return new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')
}

function again(directory: string): string {
  if (isQuarter(directory)) {
    const { seed, size, days, from } = readQuarter(directory)
    return `--quarter --seed ${seed} --size ${size} --days ${days} --from ${from}`
  }
  const { seed, size, faults } = JSON.parse(readFileSync(join(directory, 'schedule.json'), 'utf8')) as Schedule
  return `--seed ${seed} --size ${size} --faults ${faults.length}`
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
      days: text,
      from: text,
      quarter: { type: 'boolean' },
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
  const { from } = values
  // A clock only moves forward.
  if (from !== undefined && !(isDay(from) && from > dayOf(new Date()))) throw new Error(USAGE)
  return {
    ...values,
    size,
    seed: values.seed ?? String(randomInt(1_000_000)),
    faults: number(values.faults, size === 'full' ? 10_000 : 15),
    minutes: number(values.minutes, 120),
    rounds: number(values.rounds, 10),
    days: Math.ceil(number(values.days, size === 'full' ? 92 : 4)),
    servers: values.servers === undefined ? undefined : (JSON.parse(readFileSync(values.servers, 'utf8')) as Servers)
  }
}

function isDay(text: string): boolean {
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && dayOf(new Date(`${text}T12:00:00Z`)) === text
}
