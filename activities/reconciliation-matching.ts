import { currency } from '../domain/currencies.ts'
import { account } from '../domain/account-kinds.ts'
import { matchStatement as match, type Expectation, type Match } from '../domain/reconciliation-matching.ts'
import { isReturnReference, processIdIn } from '../domain/reference.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import type { Guard, UnitPart } from '../ledger/unit-of-work.ts'
import { gatherExpectations, listNamedExpectations, listOpenExpectations } from '../store/bank-expectation.ts'
import { recordReturnNews } from '../store/bank-return-news.ts'
import { listWaitingLines, readShown } from '../store/bank-statement.ts'
import { readCounters } from '../store/limit-counters.ts'
import { findProcess, readBusinessNow } from '../store/process.ts'
import { listOpenItems, type ReconciliationItem } from '../store/reconciliation-item.ts'
import { getReconciliation, listOpenDays, type Reconciliation } from '../store/reconciliation.ts'
import { findOpenTask } from '../store/task.ts'
import { advance } from './advance.ts'
import { beating } from './beating.ts'
import type { ActivityDeps } from './deps.ts'
import {
  toReconciliationProgress,
  type ReconciliationProgress,
  type ReconciliationStart
} from './reconciliation-progress.ts'
import { agePart, bookPart, concludePart, explainPart, type Explanation } from './reconciliation-units.ts'

/** Lines of one unit: a few thousand postings are the most that one may have, and others wait for its accounts meanwhile. */
const UNIT_LINES = 250

/** Whatever meets expectations of a bank counts here, so that no two do it on the same picture. */
export const counterOf = (bank: string): string => `reconciliation/${bank}`

/** A day's booking, and what becomes of what could not be explained at once. */
export function reconciliationMatchingActivities({
  db,
  ledger,
  runs,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'runs' | 'crash'>) {
  const get = (start: ReconciliationStart) => getReconciliation(db, start.id)
  const readCount = async (counter: string): Promise<bigint> => (await readCounters(db, [counter])).get(counter) ?? 0n
  const guardOf = async (bank: string): Promise<Guard> => {
    const counter = counterOf(bank)
    return { kind: 'unmoved', counter, seen: await readCount(counter) }
  }

  /** What waits on the statement and in the books, as it is now. */
  async function readMatches(seen: Reconciliation, start: ReconciliationStart): Promise<Match[]> {
    await gatherExpectations(db, seen.bank)
    const [lines, expectations, shown] = [
      await listWaitingLines(db, seen.id),
      await listOpenExpectations(db, seen.bank),
      await readShown(db, seen.id)
    ]
    const { date_tolerance_days: toleranceDays } = start.policy.reconciliation
    return match(lines, expectations, shown, { date: seen.date, toleranceDays })
  }

  /**
   * Books part after part of what is seen now. Whoever was faster (another attempt, another day of the bank) makes the next
   * part stale, and everything is looked at again.
   * @returns false when there was nothing to book
   */
  async function bookSeen(start: ReconciliationStart): Promise<boolean> {
    let seen = await get(start)
    if (seen.state !== 'matching') return false
    let counted = await readCount(counterOf(seen.bank))
    const matches = await readMatches(seen, start)
    for (const some of partsOf(matches)) {
      const key = `${seen.id}:book:${seen.version}`
      const part = bookPart(seen, some, { kind: 'unmoved', counter: counterOf(seen.bank), seen: counted }, key)
      const result = await ledger.post({ key, fingerprint: start.fingerprint, ...part })
      if (result.status === 'refused' || result.status === 'reused') throw new Error(`${key} was ${result.status}`)
      if (result.status === 'stale' || result.replayed) return true
      crash('reconciliation.match/some')
      seen = await get(start)
      counted += 1n
    }
    return matches.length > 0
  }

  /** Whoever gave the instruction that we do not know to be booked asks the bank now; returns get their run from the sweeper. */
  async function hasten(bank: 'a' | 'b', items: readonly ReconciliationItem[]): Promise<void> {
    for (const { reference } of items.filter((item) => item.class === 'missing_here')) {
      if (isReturnReference(reference)) await recordReturnNews(db, [{ bank, reference }])
      const record = await findProcess(db, processIdIn(reference))
      if (record?.open) await runs.nudge(workflowIdOf(record.kind, record.id))
    }
  }

  async function tellOthers({ bank, id }: Reconciliation): Promise<void> {
    for (const other of await listOpenDays(db, bank, id)) await runs.nudge(workflowIdOf('reconciliation', other))
  }

  /** The first of them that has come to light since. */
  async function findExplanation(
    bank: 'a' | 'b',
    items: readonly ReconciliationItem[]
  ): Promise<Explanation | undefined> {
    const expectations = items.length === 0 ? [] : await listOpenExpectations(db, bank)
    for (const item of items) {
      const found = item.class === 'missing_there' ? await foundThere(item) : foundHere(item, bank, expectations)
      if (found) return found
    }
    return undefined
  }

  /** Another statement has shown it. */
  async function foundThere(item: ReconciliationItem): Promise<Explanation | undefined> {
    const named = await listNamedExpectations(db, item.id)
    return named.every(({ state }) => state === 'matched') ? { item, by: 'found_there' } : undefined
  }

  return {
    /** Books the whole statement, part by part, and says whether all of it is understood. */
    matchStatement: (start: ReconciliationStart): Promise<ReconciliationProgress> => beating(() => bookWhole(start)),

    /** Looks whether open items have come to light, and makes those that are too old a task. */
    lookAgain: (start: ReconciliationStart): Promise<ReconciliationProgress> => beating(() => lookOnce(start))
  }

  async function bookWhole(start: ReconciliationStart): Promise<ReconciliationProgress> {
    while (await bookSeen(start));
    const { seen } = await advance(
      ledger,
      { key: `${start.id}:conclude`, fingerprint: start.fingerprint },
      () => get(start),
      (now) => (now.state === 'matching' ? concludePart(now) : undefined)
    )
    crash('reconciliation.conclude/report')
    await hasten(seen.bank, await listOpenItems(db, seen.id))
    await tellOthers(seen)
    return toReconciliationProgress(seen)
  }

  async function lookOnce(start: ReconciliationStart): Promise<ReconciliationProgress> {
    await gatherExpectations(db, start.order.bank)
    while (await explainOne(start));
    const items = await listOpenItems(db, start.id)
    await hasten(start.order.bank, items)
    await age(start, items)
    return toReconciliationProgress(await get(start))
  }

  /** One at a time: by its unit an item is found again. @returns false when nothing has come to light */
  async function explainOne(start: ReconciliationStart): Promise<boolean> {
    const { bank } = start.order
    const keyFor = ({ id, version }: Reconciliation) => `${id}:explain:${version}`
    const { posted } = await advance(
      ledger,
      { key: ({ now }) => keyFor(now), fingerprint: start.fingerprint },
      async () => {
        const guard = await guardOf(bank)
        const now = await get(start)
        const items = now.state === 'open_items' ? await listOpenItems(db, now.id) : []
        return { now, guard, explanation: await findExplanation(bank, items) }
      },
      ({ now, guard, explanation }) => explanation && explainPart(now, [explanation], { guard, unitKey: keyFor(now) })
    )
    return posted
  }

  async function age(start: ReconciliationStart, items: readonly ReconciliationItem[]): Promise<void> {
    const { task_after_ms: afterMs } = start.policy.reconciliation
    const nowMs = (await readBusinessNow(db)).getTime()
    const old = items.filter(({ openedOn }) => nowMs - Date.parse(openedOn) - 86_400_000 >= afterMs)
    if (old.length === 0 || (await findOpenTask(db, start.id, 'open_items'))) return
    const partFor = (now: Reconciliation): UnitPart | undefined =>
      now.state === 'open_items' ? agePart(now, old, start.policy.stuck_sla_ms) : undefined
    await advance(ledger, { key: `${start.id}:age`, fingerprint: start.fingerprint }, () => get(start), partFor)
  }
}

/** Our books have it by now: what waited on suspense is what was in transit. */
function foundHere(
  item: ReconciliationItem,
  bank: 'a' | 'b',
  expectations: readonly Expectation[]
): Explanation | undefined {
  if (item.class !== 'missing_here') return undefined
  const met = expectations.filter(
    ({ reference, currency: code, rests }) =>
      reference === item.reference && code === item.currency && rests === 'transit'
  )
  const sum = met.reduce((total, { amount }) => total + amount, 0n)
  if (met.length === 0 || sum !== item.amount) return undefined
  return {
    item,
    by: 'found_here',
    to: account('bank_in_transit', bank, currency(item.currency)),
    met: met.map(({ id }) => ({ id, state: 'matched' as const }))
  }
}

/** Plain matches go out together, and what posts nothing; the others have a unit each, by which their reference is found. */
function partsOf(matches: readonly Match[]): Match[][] {
  const isPlain = ({ class: of, by }: Match) => (of === 'matched' && by !== 'bank_fee') || of === 'missing_there'
  const parts: Match[][] = []
  let lines = UNIT_LINES
  for (const each of matches.filter(isPlain)) {
    if (lines >= UNIT_LINES) {
      parts.push([])
      lines = 0
    }
    parts.at(-1)!.push(each)
    lines += Math.max(1, each.lines.length)
  }
  return [...parts, ...matches.filter((each) => !isPlain(each)).map((each) => [each])]
}
