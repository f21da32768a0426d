import { mayEnd } from '../domain/bank-account.ts'
import { isCardHold, pendingCapture } from '../domain/card-capture.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { clockOf } from '../domain/operators-work.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { PaymentState } from '../domain/payment.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { hasEvent } from '../store/event.ts'
import { advance } from './advance.ts'
import type { PaymentDeps } from './deps.ts'
import { getFundedPayment } from './funded-payment.ts'
import * as units from './payment-funding-units.ts'
import { toPaymentProgress, type FundedPaymentStart, type PaymentProgress } from './payment-progress.ts'
import { tellPaymentRequest } from './payment-request-told.ts'
import { createStuckDecisions } from './stuck-decisions.ts'

/** What the word of a bank means for a payment that it pays; each is one unit of work, and safe to repeat. */
export function paymentFundingActivities(deps: PaymentDeps) {
  const { db, ledger, crash } = deps
  const get = (id: string) => getFundedPayment(db, id)

  async function step(
    start: FundedPaymentStart,
    name: string,
    partFor: (payment: units.FundedPayment) => UnitPart | undefined
  ): Promise<PaymentProgress> {
    const { id, fingerprint } = start
    const { seen } = await advance(ledger, { key: `${id}:${name}`, fingerprint }, () => get(id), partFor)
    const progress = toPaymentProgress(seen)
    crash(`payment.${name}/report`)
    await tellPaymentRequest(deps, start, progress)
    return progress
  }

  /** Booked on an operator's word it pays as if the bank had said so: by the policy that the run keeps. */
  const stuckDecisions = (start: FundedPaymentStart) =>
    createStuckDecisions(
      { db, ledger },
      {
        get,
        toProgress: toPaymentProgress,
        retryPart: units.retryPart,
        writeOffPart: units.writeOffPart,
        isAsked: ({ state, lastCapture }) => state === 'processing' || pendingCapture(lastCapture) !== undefined,
        bookPart: (payment: units.FundedPayment, reference, actor) => units.bookPart(payment, reference, start, actor)
      }
    )

  async function ended(start: FundedPaymentStart, deciding: Promise<DecisionOutcome<PaymentState>>) {
    const outcome = await deciding
    await tellPaymentRequest(deps, start, outcome.progress)
    return outcome
  }

  return {
    /**
     * Pays the merchant with what the bank has booked; or, when it was given up meanwhile, the bank's suspense account. One
     * that was booked on an operator's word gets the bank's own.
     */
    bookPayment: async (start: FundedPaymentStart, reference: string): Promise<PaymentProgress> => {
      const there = await get(start.id)
      const { state } = there
      // Nothing was moved by an authorization, and giving it up is its own run's.
      if (state === 'failed' && isCardHold(there)) return toPaymentProgress(there)
      if (state === 'failed')
        return step(start, 'late-booking', (payment) =>
          payment.railReference === null ? units.lateBookingPart(payment, reference) : undefined
        )
      if (state === 'succeeded') {
        const contradicted = await hasEvent(db, start.id, 'payment.contradicted')
        return step(start, 'confirmed-by-bank', (payment) => units.confirmedPart(payment, reference, contradicted))
      }
      return step(start, 'book', (payment) =>
        payment.state === 'processing' ? units.bookPart(payment, reference, start) : undefined
      )
    },

    /**
     * The bank has not booked: limits are given back, and what asked for it can be paid by somebody else. One that was
     * booked on an operator's word is contradicted by that.
     */
    declinePayment: async (start: FundedPaymentStart, code: ProblemCode, unsent = false): Promise<PaymentProgress> => {
      if ((await get(start.id)).state === 'succeeded') return step(start, 'contradict', units.contradictedPart)
      return step(start, 'unfunded', (payment) =>
        mayEnd(payment, unsent) ? units.declinePart(payment, code) : undefined
      )
    },

    /** Opens the operator's task; the limit, and what asked for the payment, stay reserved. */
    markPaymentStuck: (start: FundedPaymentStart): Promise<PaymentProgress> =>
      step(start, 'stuck', (payment) =>
        payment.state === 'processing' ? units.stuckPart(payment, clockOf(start.policy.stuck_sla_ms)) : undefined
      ),

    retryPayment: (start: FundedPaymentStart, decisionId: string): Promise<DecisionOutcome<PaymentState>> =>
      stuckDecisions(start).retry(start, decisionId),

    writeOffPayment: (start: FundedPaymentStart, decisionId: string): Promise<DecisionOutcome<PaymentState>> =>
      ended(start, stuckDecisions(start).writeOff(start, decisionId)),

    resolvePayment: (start: FundedPaymentStart, decisionId: string): Promise<DecisionOutcome<PaymentState>> =>
      ended(start, stuckDecisions(start).resolve(start, decisionId))
  }
}
