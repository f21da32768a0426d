import { account } from '../domain/account-kinds.ts'
import type { Expectation } from '../domain/reconciliation-matching.ts'
import { isReturnReference, processIdIn } from '../domain/reference.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import type { Guard, UnitPart } from '../ledger/unit-of-work.ts'
import { gatherExpectations, listNamedExpectations, listOpenExpectations } from '../store/bank-expectation.ts'
import { recordReturnNews } from '../store/bank-return-news.ts'
import { readCounters } from '../store/limit-counters.ts'
import { findProcess, readBusinessNow } from '../store/process.ts'
import { listOpenItems, type ReconciliationItem } from '../store/reconciliation-item.ts'
import { getReconciliation, type Reconciliation } from '../store/reconciliation.ts'
import { findOpenTask } from '../store/task.ts'
import { advance } from './advance.ts'
import { beating } from './beating.ts'
import type { ActivityDeps } from './deps.ts'
import {
  toReconciliationProgress,
  type ReconciliationProgress,
  type ReconciliationStart
} from './reconciliation-progress.ts'
import { agePart, explainPart, type Explanation } from './reconciliation-units.ts'

/** Whatever meets expectations of a bank counts here, so that no two do it on the same picture. */
export const counterOf = (bank: string): string => `reconciliation/${bank}`

/** Whoever gave the instruction that we do not know to be booked asks the bank now; returns get their run from the sweeper. */
export async function hastenItems(
  { db, runs }: Pick<ActivityDeps, 'db' | 'runs'>,
  bank: 'a' | 'b',
  items: readonly ReconciliationItem[]
): Promise<void> {
  for (const { reference } of items.filter((item) => item.class === 'missing_here')) {
    if (isReturnReference(reference)) await recordReturnNews(db, [{ bank, reference }])
    const record = await findProcess(db, processIdIn(reference))
    if (record?.open) await runs.nudge(workflowIdOf(record.kind, record.id))
  }
}

/** What becomes of what could not be explained at once. */
export function reconciliationItemActivities({ db, ledger, runs }: Pick<ActivityDeps, 'db' | 'ledger' | 'runs'>) {
  const get = (start: ReconciliationStart) => getReconciliation(db, start.id)
  const guardOf = async (bank: string): Promise<Guard> => {
    const counter = counterOf(bank)
    return { kind: 'unmoved', counter, seen: (await readCounters(db, [counter])).get(counter) ?? 0n }
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

  async function lookOnce(start: ReconciliationStart): Promise<ReconciliationProgress> {
    await gatherExpectations(db, start.order.bank)
    while (await explainOne(start));
    const items = await listOpenItems(db, start.id)
    await hastenItems({ db, runs }, start.order.bank, items)
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

  return {
    /** Looks whether open items have come to light, and makes those that are too old a task. */
    lookAgain: (start: ReconciliationStart): Promise<ReconciliationProgress> => beating(() => lookOnce(start))
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
    to: account('bank_in_transit', bank, item.currency),
    met: met.map(({ id }) => ({ id, state: 'matched' as const }))
  }
}
