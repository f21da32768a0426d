import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { OracleReport, OracleResult } from '../../cli/verify/report.ts'
import { dayAfter } from '../../domain/reconciliation.ts'
import { readJournal } from '../../providers/bank-journal.ts'
import { createCallers, type Callers } from '../callers.ts'
import type { Journal } from '../journal.ts'
import { judgeAnswers } from '../judge.ts'
import { comeToRest, heal, underWay } from '../quiet.ts'
import { createRandom } from '../random.ts'
import type { Recoveries } from '../recovery.ts'
import { breakThings, notAtRest, oracles } from '../slice.ts'
import type { System } from '../system.ts'
import { startTraffic } from '../traffic.ts'
import { endsMonth, isWeekday } from './calendar.ts'
import { clearItems, listOpen } from './clear.ts'
import { moveTo } from './clock.ts'
import { plant } from './discrepancies.ts'
import { judgeDay } from './judge-day.ts'
import { closeMonth, type ClosedMonth } from './month.ts'
import type { PlannedDay } from './plan.ts'
import { reconcileDay } from './reconcile.ts'

export interface DayInput {
  readonly system: System
  readonly journal: Journal
  readonly recoveries: Recoveries
  readonly seed: string
  /** The quarter's first day. */
  readonly first: string
  readonly date: string
  readonly plan: PlannedDay
}

export interface DayResult {
  readonly operations: number
  readonly acknowledged: number
  readonly planted: number
  readonly closed?: ClosedMonth
  /** Faults that could not be made, and stories that ended with an error: what no fault excuses. */
  readonly broken: readonly string[]
  readonly odd: readonly (readonly [string, number])[]
  readonly breaches: readonly OracleResult[]
}

/** Business hours. The cut-off for merchants is at 16:00. */
const MORNING = '08:00:00Z'
const AFTER_CUT_OFF = '16:05:00Z'
/** Real time after which the cut-off comes, whatever is under way. */
const CUT_OFF_MS = 1_500
const STEP_MS = 1_800_000
/** Asked for once more at the end of a day. */
const REPEATED_MAX = 25

/** A business day, the night after it, and what has to hold in the next morning. */
export async function runDay(input: DayInput): Promise<DayResult> {
  const { system, journal, recoveries, seed, date, plan, first } = input
  const from = journal.operations.length
  const over = new AbortController()
  const { apiUrls, people } = system
  const callers = createCallers({ apiUrls, people, journal, over: over.signal, onAnswer: recoveries.answered })
  const random = createRandom(`${seed}/day-${plan.day}/business`)
  const breaches: OracleResult[] = []
  const judged = async (rest: () => Promise<unknown>, ...more: (() => Promise<readonly OracleResult[]>)[]) => {
    if (breaches.length > 0) return
    await rest().catch((error: unknown) => breaches.push(notAtRest(error)))
    for (const judge of breaches.length === 0 ? more : [])
      breaches.push(...(await judge()).filter(({ verdict }) => verdict !== 'holds'))
  }
  const broken = [...(await business(input, callers, () => over.abort()))]
  await judged(() => comeToRest(system, callers, { waitingFor: openAt(date), stepMs: STEP_MS, swept: true }))
  let planted = 0
  await judged(async () => (planted = await plant(system, plan.discrepancies, random.fork('statements'))))
  await judged(async () => broken.push(...(await night(input, callers))))
  const recent = some(journal.operations.slice(from), REPEATED_MAX)
  const told = { db: system.db, operations: journal.operations, recent, repeat: callers.repeat }
  await judged(
    () => comeToRest(system, callers, { stepMs: STEP_MS }),
    async () => resultsOf(await oracles(system)),
    () => judgeDay(system, date),
    async () => resultsOf(await judgeAnswers(told))
  )
  let closed: ClosedMonth | undefined
  if (breaches.length === 0 && endsMonth(date)) {
    const month = await closeMonth(system, callers, first, date)
    breaches.push(...month.results.filter(({ verdict }) => verdict !== 'holds'))
    closed = month.closed
  }
  const asked = journal.operations.slice(from)
  return {
    operations: asked.length,
    acknowledged: asked.filter(({ outcome }) => outcome === 'acknowledged').length,
    planted,
    closed,
    broken,
    odd: [...callers.odd],
    breaches
  }
}

const resultsOf = ({ results }: OracleReport): readonly OracleResult[] => results

/** Spread over all. */
function some<Item>(items: readonly Item[], most: number): Item[] {
  const step = Math.max(1, Math.ceil(items.length / most))
  return items.filter((_, index) => index % step === 0)
}

/** Traffic, what finance does about former days, the cut-off in the middle of both, and the day's faults on top. */
async function business(
  { system, journal, recoveries, seed, date, plan }: DayInput,
  callers: Callers,
  close: () => void
): Promise<string[]> {
  await moveTo(system, `${date}T${MORNING}`)
  const random = createRandom(`${seed}/day-${plan.day}/business`)
  const open = await listOpen(system)
  const traffic = startTraffic(system, callers, random.fork('traffic'), plan.stories)
  const failed: string[] = []
  const orFail = (work: Promise<unknown>) => work.catch((error: unknown) => failed.push(String(error)))
  const clearing = orFail(clearItems(open, system, callers, random.fork('clearing')))
  const breaking = breakThings({ system, journal, planned: plan.faults, recoveries })
  await Promise.race([traffic.told, pause(CUT_OFF_MS)])
  await orFail(moveTo(system, `${date}T${AFTER_CUT_OFF}`))
  failed.push(...(await breaking))
  await heal(system)
  close()
  await Promise.all([traffic.stop(), clearing])
  const unknown = journal.operations.filter(({ outcome }) => outcome === 'asked')
  for (const operation of unknown) await callers.repeat(operation).catch(() => undefined)
  return [...failed, ...traffic.broken]
}

/** The day is over, and its statements are booked, whatever breaks. */
async function night(
  { system, journal, recoveries, date, plan }: DayInput,
  callers: Callers
): Promise<readonly string[]> {
  const breaking = breakThings({ system, journal, planned: plan.nightFaults, recoveries })
  try {
    await moveTo(system, `${dayAfter(date)}T${MORNING}`)
    const healed = breaking.then(async (failed) => {
      await heal(system)
      return failed
    })
    const [failed] = await Promise.all([healed, reconcileDay(system, callers, date, plan.asked)])
    return failed
  } finally {
    await breaking
  }
}

/** What the evening waits for beside what is under way: merchants are settled on a business day, and returns heard of. */
const openAt =
  (date: string) =>
  async (system: System): Promise<string[]> => [
    ...(await underWay(system)),
    ...(isWeekday(date) ? await unsettled(system, date) : []),
    ...(await unheard(system))
  ]

async function unsettled({ db }: System, date: string): Promise<string[]> {
  const { rows } = await sql<{ what: string }>`
    select id || ' is ' || state as what from process where open and kind = 'settlement'
    union all
    select 'nobody has settled merchants on ' || ${date}::text where not exists (select from settlement_day where day = ${date})
    limit 20`.execute(db)
  return rows.map(({ what }) => what)
}

async function unheard({ db, sandbox }: System): Promise<string[]> {
  const unheardAt = async (bank: 'a' | 'b') => {
    const { lines } = await readJournal(sandbox.url, sandbox.adminKey, bank)
    const returned = lines.filter(({ operation }) => operation === 'return').map(({ reference }) => reference)
    const { rows } = await sql<{ what: string }>`
      select 'nobody has heard of the return ' || l.reference as what from unnest(${returned}::text[]) l (reference)
        where not exists (select from bank_return r where r.bank = ${bank} and r.reference = l.reference)
          and not exists (select from bank_return_news n where n.bank = ${bank} and n.reference = l.reference and n.dismissed)
        limit 20`.execute(db)
    return rows.map(({ what }) => what)
  }
  return [...(await unheardAt('a')), ...(await unheardAt('b'))]
}
