import { isCardHold, pendingCapture } from '../domain/card-capture.ts'
import type { ProblemCode } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { PaymentState } from '../domain/payment.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
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

  const { retryPart, writeOffPart } = units
  const stuck = createStuckDecisions(
    { db, ledger },
    {
      get,
      toProgress: toPaymentProgress,
      retryPart,
      writeOffPart,
      isAsked: ({ state, lastCapture }) => state === 'processing' || pendingCapture(lastCapture) !== undefined
    }
  )

  return {
    /** Pays the merchant with what the bank has booked; or, when it was given up meanwhile, the bank's suspense account. */
    bookPayment: async (start: FundedPaymentStart, reference: string): Promise<PaymentProgress> => {
      const there = await get(start.id)
      const { state } = there
      // Nothing was moved by an authorization, and giving it up is its own run's.
      if (state === 'failed' && isCardHold(there)) return toPaymentProgress(there)
      if (state === 'failed')
        return step(start, 'late-booking', (payment) =>
          payment.railReference === null ? units.lateBookingPart(payment, reference) : undefined
        )
      return step(start, 'book', (payment) =>
        payment.state === 'processing' ? units.bookPart(payment, reference, start.policy, start.actor) : undefined
      )
    },

    /** The bank has not booked: limits are given back, and what asked for it can be paid by somebody else. */
    declinePayment: (start: FundedPaymentStart, code: ProblemCode): Promise<PaymentProgress> =>
      step(start, 'unfunded', (payment) =>
        payment.state === 'processing' ? units.declinePart(payment, code) : undefined
      ),

    /** Opens the operator's task; the limit, and what asked for the payment, stay reserved. */
    markPaymentStuck: (start: FundedPaymentStart): Promise<PaymentProgress> =>
      step(start, 'stuck', (payment) => (payment.state === 'processing' ? units.stuckPart(payment) : undefined)),

    retryPayment: (start: FundedPaymentStart, decisionId: string): Promise<DecisionOutcome<PaymentState>> =>
      stuck.retry(start, decisionId),

    writeOffPayment: async (start: FundedPaymentStart, decisionId: string): Promise<DecisionOutcome<PaymentState>> => {
      const outcome = await stuck.writeOff(start, decisionId)
      await tellPaymentRequest(deps, start, outcome.progress)
      return outcome
    }
  }
}
