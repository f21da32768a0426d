import { account, accountName, type AccountRef } from '../domain/account-kinds.ts'
import type { AdjustmentAccount } from '../domain/adjustment.ts'
import { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import { dayOf, type ReconciliationState } from '../domain/reconciliation.ts'
import { writeOffNeedsFourEyes } from '../domain/write-off.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { findPeriod } from '../store/accounting-period.ts'
import { listNamedExpectations } from '../store/bank-expectation.ts'
import { decisionUnitKey, type Decision } from '../store/decision.ts'
import { readCounters } from '../store/limit-counters.ts'
import { readBusinessNow } from '../store/process.ts'
import { findItem, type ReconciliationItem } from '../store/reconciliation-item.ts'
import { getReconciliation, type Reconciliation } from '../store/reconciliation.ts'
import { findReview } from '../store/review.ts'
import { findWallet } from '../store/wallet.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { counterOf } from './reconciliation-items.ts'
import { toReconciliationProgress, type ReconciliationStart } from './reconciliation-progress.ts'
import { explainPart } from './reconciliation-units.ts'
import { isReviewed } from './reviewed.ts'

/** What finance may decide about what a statement leaves to be explained. */
export function reconciliationDecisionActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  /** The approval has to be of this item, and of where it goes. */
  async function isApproved(processId: string, decision: Decision): Promise<boolean> {
    if (!(await isReviewed(db, processId, decision))) return false
    const { data } = (await findReview(db, String(decision.data['review_id'])))!
    return ['item_id', 'account', 'wallet_id', 'effective_date'].every((name) => data[name] === decision.data[name])
  }

  async function adjustPart(start: ReconciliationStart, decision: Decision): Promise<UnitPart | Refusal> {
    const counter = counterOf(start.order.bank)
    const guardSeen = (await readCounters(db, [counter])).get(counter) ?? 0n
    const seen = await getReconciliation(db, start.id)
    const item = await findItem(db, start.id, String(decision.data['item_id']))
    const refusal = await refusalOf(start, seen, item, decision)
    if (refusal) return refusal
    const to = await targetOf(db, item!, decision.data)
    if (to instanceof Refusal) return to
    const named = item!.rests === 'suspense' ? [] : await listNamedExpectations(db, item!.id)
    const { actor, data } = decision
    const today = dayOf(await readBusinessNow(db))
    const adjustment = {
      account: accountName(to),
      reason: String(data['reason']),
      effectiveOn: (data['effective_date'] as string | undefined) ?? today
    }
    const met = named.map(({ id }) => ({ id, state: 'adjusted' as const }))
    const guard = { kind: 'unmoved' as const, counter, seen: guardSeen }
    return explainPart(seen, [{ item: item!, by: actor, to, met, adjustment }], {
      guard,
      unitKey: decisionUnitKey(decision),
      actor
    })
  }

  async function refusalOf(
    { policy }: ReconciliationStart,
    seen: Reconciliation,
    item: ReconciliationItem | undefined,
    decision: Decision
  ): Promise<Refusal | undefined> {
    if (decision.role !== 'finance') return new Refusal('forbidden')
    if (!item) return new Refusal('not_found')
    if (seen.state !== 'open_items' || item.state !== 'open')
      return new Refusal('state_conflict', { state: seen.state, item: item.state })
    const day = (decision.data['effective_date'] as string | undefined) ?? dayOf(await readBusinessNow(db))
    if (await findPeriod(db, day.slice(0, 7))) return new Refusal('period_closed', { month: day.slice(0, 7) })
    const amount = item.amount < 0n ? -item.amount : item.amount
    const needsTwo = writeOffNeedsFourEyes({ amount, currency: item.currency }, policy)
    return needsTwo && !(await isApproved(seen.id, decision)) ? new Refusal('four_eyes_required') : undefined
  }

  return {
    /** Puts an item where it belongs; above the threshold with another operator's approval. */
    adjustItem: async (
      start: ReconciliationStart,
      decisionId: string
    ): Promise<DecisionOutcome<ReconciliationState>> => {
      const about = { processId: start.id, decisionId }
      const settled = await carryOut({ db, ledger }, about, (decision) => adjustPart(start, decision))
      crash('reconciliation.adjust/report')
      return { ...settled, progress: toReconciliationProgress(await getReconciliation(db, start.id)) }
    },

    listReconciliationDecisions: pendingDecisions(db)
  }
}

/** The account that it goes to. */
async function targetOf(
  db: ActivityDeps['db'],
  item: ReconciliationItem,
  data: Decision['data']
): Promise<AccountRef | Refusal> {
  const kind = data['account'] as AdjustmentAccount
  if (kind !== 'wallet') return account(kind, '', item.currency)
  const wallet = await findWallet(db, String(data['wallet_id']))
  if (!wallet) return new Refusal('not_found')
  if (wallet.state === 'closed') return new Refusal('account_closed')
  if (wallet.currency !== item.currency) return new Refusal('currency_mismatch')
  const isCredit = item.rests === 'suspense' && item.amount > 0n
  return isCredit
    ? account('wallet', wallet.id, item.currency)
    : new Refusal('state_conflict', { reason: 'not_a_credit' })
}
