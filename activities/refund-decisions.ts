import { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { RefundState } from '../domain/refund.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { getPayment } from '../store/payment.ts'
import { getRefund, type Refund } from '../store/refund.ts'
import { findOpenTask } from '../store/task.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { toRefundProgress, type RefundStart } from './refund-progress.ts'
import { bookPart, keptPart, retryPart, toWalletPart } from './refund-units.ts'
import { createStuckDecisions } from './stuck-decisions.ts'

type RefundDecided = DecisionOutcome<RefundState>

/** What the merchant and finance decide while the money is waited for, and finance when nobody knows whether it has left. */
export function refundDecisionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  const get = (id: string) => getRefund(db, id)
  const stuck = createStuckDecisions(
    { db, ledger },
    {
      get,
      toProgress: toRefundProgress,
      retryPart,
      // Given up it is the payer's all the same: what the bank did not book goes into their wallet.
      writeOffPart: (refund: Refund, actor) => toWalletPart(refund, 'written_off', actor),
      bookPart,
      isAsked: ({ state }) => state === 'processing' || state === 'pending'
    }
  )

  /** While it waits; afterwards it is too late. */
  async function decideWaiting(
    { id }: RefundStart,
    decisionId: string,
    partFor: (refund: Refund, decision: Decision) => Promise<UnitPart | Refusal>
  ): Promise<RefundDecided> {
    const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) => {
      const refund = await get(id)
      if (refund.state !== 'pending') return new Refusal('state_conflict', { state: refund.state })
      return partFor(refund, decision)
    })
    return { ...settled, progress: toRefundProgress(await get(id)) }
  }

  return {
    /** Taken back: the payment can be refunded by so much again. */
    cancelRefund: (start: RefundStart, decisionId: string): Promise<RefundDecided> =>
      decideWaiting(start, decisionId, async (refund, { actor }) =>
        keptPart(refund, await getPayment(db, refund.paymentId), { state: 'canceled', actor })
      ),

    /** Finance gives it up, once it has waited too long. */
    rejectRefund: (start: RefundStart, decisionId: string): Promise<RefundDecided> =>
      decideWaiting(start, decisionId, async (refund, { actor, role }) => {
        if (role !== 'finance') return new Refusal('forbidden')
        if (!(await findOpenTask(db, refund.id, 'refund_without_funds')))
          return new Refusal('state_conflict', { state: refund.state, reason: 'still_waiting' })
        return keptPart(refund, await getPayment(db, refund.paymentId), { state: 'failed', actor })
      }),

    retryRefund: (start: RefundStart, decisionId: string): Promise<RefundDecided> => stuck.retry(start, decisionId),

    writeOffRefund: (start: RefundStart, decisionId: string): Promise<RefundDecided> =>
      stuck.writeOff(start, decisionId),

    resolveRefund: (start: RefundStart, decisionId: string): Promise<RefundDecided> => stuck.resolve(start, decisionId),

    listRefundDecisions: pendingDecisions(db)
  }
}
