import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linesOf, summarize } from '../cli/verify/report.ts'
import { deleteState } from '../local/fresh.ts'
import { faults } from './faults.ts'
import { fundEverybody } from './fund.ts'
import { openJournal } from './journal.ts'
import { createRandom } from './random.ts'
import { createRecoveries } from './recovery.ts'
import { planSchedule, type Schedule, type Size } from './schedule.ts'
import type { Servers } from './servers.ts'
import { runSlice, type SliceResult } from './slice.ts'
import { openSystem } from './system.ts'

export interface RunOptions {
  /** Schedule, journal, table and, while it is not over, the system's state. */
  readonly directory: string
  readonly seed: string
  readonly size: Size
  readonly faults: number
  /** No slice begins after it. */
  readonly minutes: number
  readonly servers?: Servers
  readonly say: (line: string) => void
}

export type RunVerdict = 'holds' | 'broken' | 'unfinished'

interface Progress extends Omit<SliceResult, 'odd' | 'breaches'> {
  readonly slice: number
  readonly faults: number
  readonly kills: number
  readonly seconds: number
  readonly odd: Readonly<Record<string, number>>
  readonly recovered_ms: Readonly<Record<string, number>>
  readonly breaches: readonly string[]
}

/** Slice after slice, until the schedule is over, the time is, or something does not hold. */
export async function runChaos(options: RunOptions): Promise<RunVerdict> {
  const { directory, servers, minutes, say } = options
  mkdirSync(directory, { recursive: true, mode: 0o711 })
  const schedule = scheduleOf(options)
  const slices = Math.max(...schedule.faults.map(({ slice }) => slice))
  const done = readProgress(directory)
  const home = join(directory, 'system')
  const endAt = performance.now() + minutes * 60_000
  say(`seed ${schedule.seed}: ${schedule.faults.length} faults in ${slices} slices, in ${directory}`)
  const system = await openSystem({ home, servers, say })
  const journal = openJournal(join(directory, 'journal.jsonl'))
  const recoveries = createRecoveries()
  let verdict: RunVerdict = 'holds'
  try {
    await fundEverybody(system, journal)
    for (let slice = done.length + 1; slice <= slices && verdict === 'holds'; slice++) {
      if (performance.now() > endAt) {
        verdict = 'unfinished'
        break
      }
      const planned = schedule.faults.filter((each) => each.slice === slice)
      const startedAt = performance.now()
      const random = createRandom(`${schedule.seed}/slice-${slice}`)
      const tell = (line: string) => say(`slice ${slice} of ${slices}: ${line}`)
      const result = await runSlice({ system, journal, planned, random, recoveries, say: tell })
      const kills = planned.filter(({ fault }) => faults.find(({ name }) => name === fault)!.kind === 'kill').length
      const seconds = Math.round((performance.now() - startedAt) / 1_000)
      const progress = { ...result, slice, faults: planned.length, kills, seconds, recovered_ms: recoveries.worst() }
      const kept = keepProgress(directory, progress)
      done.push(kept)
      tell(lineOf(kept))
      for (const line of [...result.broken, ...Object.entries(kept.odd).map(([what, times]) => `${what}: ${times} ×`)])
        tell(`  ${line}`)
      if (result.breaches.length > 0 || result.broken.length > 0) {
        verdict = 'broken'
        for (const line of linesOf(summarize(result.breaches))) say(line)
      }
    }
  } finally {
    await system.stop()
  }
  sayTable(done, recoveries.lines(), say)
  if (verdict === 'holds') {
    deleteState(home)
    rmSync(home, { recursive: true, force: true })
  }
  return verdict
}

/** As it was planned at first: whoever resumes goes on with it. */
function scheduleOf({ directory, seed, size, faults: count, servers }: RunOptions): Schedule {
  const file = join(directory, 'schedule.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Schedule
  const schedule = planSchedule(seed, count, size, (fault) => {
    const { ownServers = false } = faults.find(({ name }) => name === fault)!
    return servers === undefined || !ownServers
  })
  writeFileSync(file, JSON.stringify(schedule, null, 1))
  return schedule
}

const progressFile = (directory: string): string => join(directory, 'progress.jsonl')

function readProgress(directory: string): Progress[] {
  if (!existsSync(progressFile(directory))) return []
  const lines = readFileSync(progressFile(directory), 'utf8').trim().split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Progress)
}

function keepProgress(
  directory: string,
  { odd, breaches, ...rest }: Omit<Progress, 'odd' | 'breaches'> & Pick<SliceResult, 'odd' | 'breaches'>
): Progress {
  const progress = { ...rest, odd: Object.fromEntries(odd), breaches: linesOf(summarize(breaches)) }
  // One that does not hold is not done: a run that is resumed repeats it.
  if (breaches.length === 0 && rest.broken.length === 0)
    appendFileSync(progressFile(directory), `${JSON.stringify(progress)}\n`)
  return progress
}

const lineOf = ({
  faults: struck,
  kills,
  operations,
  acknowledged,
  refused,
  repeated,
  unknown,
  seconds,
  breaches
}: Progress) =>
  `${struck} faults (${kills} kills) in ${seconds} s; ${operations} operations: ${acknowledged} acknowledged, ${refused} refused, ` +
  `${repeated} sent more than once, ${unknown} resolved later; ${breaches.length === 0 ? 'all oracles hold' : 'BROKEN'}`

function sayTable(done: readonly Progress[], recoveries: readonly string[], say: (line: string) => void): void {
  const sum = (figure: 'faults' | 'kills' | 'operations' | 'acknowledged' | 'refused' | 'repeated' | 'unknown') =>
    done.reduce((total, each) => total + each[figure], 0)
  say(
    `${done.length} slices: ${sum('faults')} faults, of which ${sum('kills')} killed a process; ${sum('operations')} operations, ` +
      `${sum('acknowledged')} acknowledged, ${sum('refused')} refused; ${sum('repeated')} sent more than once, ${sum('unknown')} unknown at first`
  )
  for (const line of recoveries) say(line)
}
