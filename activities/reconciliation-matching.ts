import { matchStatement as match, type Match } from '../domain/reconciliation-matching.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { gatherExpectations, listOpenExpectations } from '../store/bank-expectation.ts'
import { listWaitingLines, readShown } from '../store/bank-statement.ts'
import { readCounters } from '../store/limit-counters.ts'
import { listOpenItems } from '../store/reconciliation-item.ts'
import { getReconciliation, type Reconciliation } from '../store/reconciliation.ts'
import { listOpenDays } from '../store/reconciliation-days.ts'
import { advance } from './advance.ts'
import { beating } from './beating.ts'
import type { ActivityDeps } from './deps.ts'
import { counterOf, hastenItems } from './reconciliation-items.ts'
import {
  toReconciliationProgress,
  type ReconciliationProgress,
  type ReconciliationStart
} from './reconciliation-progress.ts'
import { bookPart, concludePart } from './reconciliation-units.ts'

/** Lines of one unit: a few thousand postings are the most that one may have, and others wait for its accounts meanwhile. */
const UNIT_LINES = 250

/** A day's booking. */
export function reconciliationMatchingActivities({
  db,
  ledger,
  runs,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'runs' | 'crash'>) {
  const get = (start: ReconciliationStart) => getReconciliation(db, start.id)
  const readCount = async (counter: string): Promise<bigint> => (await readCounters(db, [counter])).get(counter) ?? 0n

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

  async function tellOthers({ bank, id }: Reconciliation): Promise<void> {
    for (const other of await listOpenDays(db, bank, id)) await runs.nudge(workflowIdOf('reconciliation', other))
  }

  return {
    /** Books the whole statement, part by part, and says whether all of it is understood. */
    matchStatement: (start: ReconciliationStart): Promise<ReconciliationProgress> => beating(() => bookWhole(start))
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
    await hastenItems({ db, runs }, seen.bank, await listOpenItems(db, seen.id))
    await tellOthers(seen)
    return toReconciliationProgress(seen)
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
