import { readPaymentFacts } from '../store/payment-facts.ts'
import { readBusinessNow } from '../store/process.ts'
import type { PaymentDeps } from './deps.ts'
import { authorizePaymentUnit } from './payment-authorize.ts'
import { createPaymentDecide, type PaymentDecided } from './payment-decide.ts'
import type { PaymentStart } from './payment-progress.ts'
import { tellPaymentRequest } from './payment-request-told.ts'
import { paymentWrite } from './payment-units.ts'
import { refusalToReview } from './risk-review.ts'

/** What reviewers decide about a payment that a risk rule has held up. */
export function paymentReviews(deps: PaymentDeps) {
  const { db } = deps
  const { decide, saidYesTo } = createPaymentDecide(deps)
  return {
    /** It goes on, as it would have: limits, funds and step-up are tested now, on today's facts. */
    approvePayment: async (start: PaymentStart, decisionId: string): Promise<PaymentDecided> => {
      const outcome = await decide(start, decisionId, 'approve', async (payment, decision) => {
        const facts = await readPaymentFacts(db, payment, start.policy)
        const refusal = await refusalToReview(db, payment, decision, facts.now)
        return refusal ?? authorizePaymentUnit(start, payment, facts, decision.actor).unit
      })
      await tellPaymentRequest(deps, start, outcome.progress)
      return saidYesTo(start, outcome, 'in_review')
    },

    /** It does not go on. */
    rejectPayment: (start: PaymentStart, decisionId: string): Promise<PaymentDecided> =>
      decide(start, decisionId, 'reject', async (payment, decision) => {
        const refusal = await refusalToReview(db, payment, decision, await readBusinessNow(db))
        const after = { ...payment, declineCode: 'risk_blocked' }
        return refusal ?? { records: [paymentWrite(payment, after, ['declined'], { actor: decision.actor })] }
      })
  }
}
