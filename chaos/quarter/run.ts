import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linesOf, summarize, type OracleResult } from '../../cli/verify/report.ts'
import { deleteState } from '../../local/fresh.ts'
import { createCallers } from '../callers.ts'
import { faults } from '../faults.ts'
import { fundEverybody } from '../fund.ts'
import { openJournal, type Journal } from '../journal.ts'
import { createRecoveries } from '../recovery.ts'
import type { RunVerdict } from '../run.ts'
import type { Size } from '../schedule.ts'
import type { Servers } from '../servers.ts'
import { endedByThemselves } from '../slice.ts'
import { openSystem, type System } from '../system.ts'
import { dateOf, nameOf, nextQuarter, nextWeekendAtMonthsEnd } from './calendar.ts'
import { runDay, type DayResult } from './day.ts'
import { finishQuarter } from './finish.ts'
import { judgeClosed, type ClosedMonth } from './month.ts'
import { planDay, shapes, type PlannedDay } from './plan.ts'
import { sayTable } from './table.ts'

export interface QuarterOptions {
  /** What the quarter is, journal, progress and, while it is not over, the system's state. */
  readonly directory: string
  readonly seed: string
  readonly size: Size
  readonly days: number
  /** The first day, ahead of today; absent: of the next quarter. */
  readonly from?: string
  /** No day begins after it. */
  readonly minutes: number
  readonly servers?: Servers
  readonly say: (line: string) => void
}

/** What stays the same however often it is resumed. */
interface Quarter {
  readonly seed: string
  readonly size: Size
  readonly days: number
  readonly from: string
}

/** A day that held: who resumes goes on after it. */
export interface Done extends Pick<DayResult, 'operations' | 'acknowledged' | 'planted'> {
  readonly day: number
  readonly date: string
  readonly faults: readonly string[]
  readonly kills: number
  readonly seconds: number
  readonly odd: readonly (readonly [string, number])[]
}

const quarterFile = (directory: string): string => join(directory, 'quarter.json')
export const isQuarter = (directory: string): boolean => existsSync(quarterFile(directory))
export const readQuarter = (directory: string): Quarter =>
  JSON.parse(readFileSync(quarterFile(directory), 'utf8')) as Quarter

/** Day after day, until the quarter is over, the time is, or something does not hold to the cent. */
export async function runQuarter(options: QuarterOptions): Promise<RunVerdict> {
  const { directory, servers, minutes, say } = options
  mkdirSync(directory, { recursive: true, mode: 0o711 })
  const quarter = quarterOf(options)
  const { seed, days, from, size } = quarter
  const home = join(directory, 'system')
  const endAt = performance.now() + minutes * 60_000
  const done = readLines<Done>(join(directory, 'progress.jsonl'))
  const closed = readLines<ClosedMonth>(join(directory, 'months.jsonl'))
  say(`seed ${seed}: ${days} days from ${from} on, ${done.length} of them done, in ${directory}`)
  const system = await openSystem({ home, servers, beginsAt: new Date(`${from}T06:00:00Z`), say })
  const journal = openJournal(join(directory, 'journal.jsonl'))
  const recoveries = createRecoveries()
  let verdict: RunVerdict = 'holds'
  const judge = (breaches: readonly OracleResult[], broken: readonly string[] = []): boolean => {
    if (breaches.length + broken.length === 0) return true
    for (const line of [...broken, ...linesOf(summarize(breaches))]) say(`  ${line}`)
    verdict = 'broken'
    return false
  }
  try {
    await fundEverybody(system, journal)
    const possible = (name: string) =>
      servers === undefined || !(faults.find((fault) => fault.name === name)!.ownServers ?? false)
    while (done.length < days && verdict === 'holds') {
      if (performance.now() > endAt) {
        verdict = 'unfinished'
        break
      }
      const plan = planDay(seed, done.length + 1, shapes[size], possible)
      const date = dateOf(from, plan.day)
      const startedAt = performance.now()
      const result = await runDay({ system, journal, recoveries, seed, first: from, date, plan })
      const seconds = Math.round((performance.now() - startedAt) / 1_000)
      const odd = [...result.odd, ...endedByThemselves(system)]
      const day = doneOf(plan, date, result, seconds, odd)
      say(`day ${plan.day} of ${days}: ${lineOf(day, result)}`)
      if (!judge(result.breaches, result.broken)) break
      done.push(day)
      if (result.closed) {
        closed.push(result.closed)
        keepLine(join(directory, 'months.jsonl'), result.closed)
      }
      keepLine(join(directory, 'progress.jsonl'), day)
    }
    if (verdict === 'holds') await end(system, journal)
    await sayTable({ system, journal, done, closed, recoveries, seed, say })
  } finally {
    await system.stop()
  }
  if (verdict === 'holds') {
    deleteState(home)
    rmSync(home, { recursive: true, force: true })
  }
  return verdict

  async function end(system: System, journal: Journal): Promise<void> {
    const { apiUrls, people } = system
    const over = AbortSignal.abort()
    const callers = createCallers({ apiUrls, people, journal, over, onAnswer: () => undefined })
    const tell = (line: string) => say(`after the quarter: ${line}`)
    if (!judge(await finishQuarter({ system, callers, seed, last: dateOf(from, days), say: tell }))) return
    for (const month of closed)
      if (!judge([await judgeClosed(system, month)].filter(({ verdict }) => verdict !== 'holds'))) return
  }
}

/** As it was at first: whoever resumes goes on with it. */
function quarterOf({ directory, seed, size, days, from }: QuarterOptions): Quarter {
  if (isQuarter(directory)) return readQuarter(directory)
  const now = new Date()
  const quarter = {
    seed,
    size,
    days,
    from: from ?? (size === 'small' ? nextWeekendAtMonthsEnd(now) : nextQuarter(now))
  }
  writeFileSync(quarterFile(directory), JSON.stringify(quarter))
  return quarter
}

/** The last line may be cut off, if whoever wrote it was killed: its day is done again. */
function readLines<Line>(file: string): Line[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Line)
}

const keepLine = (file: string, line: object): void => appendFileSync(file, `${JSON.stringify(line)}\n`)

function doneOf(
  { day, faults: byDay, nightFaults }: PlannedDay,
  date: string,
  { operations, acknowledged, planted }: DayResult,
  seconds: number,
  odd: Done['odd']
): Done {
  const struck = [...byDay, ...nightFaults].map(({ fault }) => fault)
  const kills = struck.filter((name) => faults.find((fault) => fault.name === name)!.kind === 'kill').length
  return { day, date, faults: struck, kills, operations, acknowledged, planted, seconds, odd }
}

const lineOf = ({ date, faults: struck, kills, operations, acknowledged, planted, seconds }: Done, result: DayResult) =>
  `${nameOf(date)} ${date}: ${operations} operations, ${acknowledged} acknowledged; ${struck.length} faults (${kills} kills); ` +
  `${planted} discrepancies planted${result.closed ? `; ${result.closed.month} is closed` : ''}; ${seconds} s; ` +
  (result.breaches.length + result.broken.length === 0 ? 'to the cent' : 'BROKEN')
