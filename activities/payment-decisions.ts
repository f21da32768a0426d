import { isCardHold } from '../domain/card-capture.ts'
import { Refusal } from '../domain/errors.ts'
import { captureDecision, voidDecision } from '../domain/payment-rules.ts'
import { readPaymentFacts, refusalToCapture } from '../store/payment-facts.ts'
import { readBusinessNow } from '../store/process.ts'
import { requestedPart } from './card-capture-units.ts'
import type { PaymentDeps } from './deps.ts'
import { giveBack } from './outgoing-limits.ts'
import { authorizePaymentUnit } from './payment-authorize.ts'
import { createPaymentDecide, type PaymentDecided } from './payment-decide.ts'
import type { PaymentStart } from './payment-progress.ts'
import { tellPaymentRequest } from './payment-request-told.ts'
import { capturedPart, heldPayment, paymentWrite, releasePart } from './payment-units.ts'

/** What customers, merchants and backends decide about a payment that waits; each decision is one unit of work. */
export function paymentDecisions(deps: PaymentDeps) {
  const { db } = deps
  const { decide, saidYesTo } = createPaymentDecide(deps)
  return {
    /** The customer has confirmed (the decision says so): authorize now, on today's facts. */
    confirmPayment: async (start: PaymentStart, decisionId: string): Promise<PaymentDecided> => {
      const outcome = await decide(start, decisionId, 'confirm', async (payment, { actor }) => {
        if (payment.state !== 'requires_action') return new Refusal('state_conflict', { state: payment.state })
        const facts = await readPaymentFacts(db, payment, start.policy)
        if (facts.now >= payment.confirmBefore!) return new Refusal('confirmation_expired')
        return authorizePaymentUnit(start, { ...payment, confirmedAt: facts.now }, facts, actor).unit
      })
      await tellPaymentRequest(deps, start, outcome.progress)
      return saidYesTo(start, outcome, 'requires_action')
    },

    /**
     * Books a part of the hold, or all that is left of it; the last part gives the rest back. By card it is put on record, and
     * booked once the acquirer has captured it.
     */
    capturePayment: (start: PaymentStart, decisionId: string): Promise<PaymentDecided> =>
      decide(start, decisionId, 'capture', async (payment, { data, actor, role }) => {
        const refusal = role === 'finance' ? undefined : await refusalToCapture(db, payment)
        if (refusal) return new Refusal(refusal)
        const order = {
          amount: data['amount'] === undefined ? undefined : BigInt(data['amount'] as string),
          final: data['final'] as boolean | undefined
        }
        const held = heldPayment(payment)
        if (held instanceof Refusal) return held
        const decided = captureDecision(held, order, await readBusinessNow(db), start.policy.merchant_fee)
        if (decided instanceof Refusal) return decided
        if (isCardHold(payment)) return requestedPart(payment, decided, await readBusinessNow(db), actor)
        const captured = capturedPart(payment, decided)
        if (captured instanceof Refusal) return captured
        return {
          guards: giveBack(payment, decided.released),
          postings: captured.postings,
          records: [paymentWrite(payment, captured.payment, decided.path, { event: 'payment.captured', actor })]
        }
      }),

    /** The merchant gives up what is left of the hold. */
    voidPayment: (start: PaymentStart, decisionId: string): Promise<PaymentDecided> =>
      decide(start, decisionId, 'void', async (payment, { actor }) => {
        const held = heldPayment(payment)
        const decided = held instanceof Refusal ? held : voidDecision(held)
        return decided instanceof Refusal ? decided : releasePart(payment, decided, 'void_hold', actor)
      }),

    /** The customer, or the backend for them, takes the order back before it was confirmed, or reviewed. */
    cancelPayment: (start: PaymentStart, decisionId: string): Promise<PaymentDecided> =>
      decide(start, decisionId, 'cancel', async (payment, { actor }) =>
        payment.state === 'requires_action' || payment.state === 'in_review'
          ? { records: [paymentWrite(payment, payment, ['canceled'], { actor })] }
          : new Refusal('state_conflict', { state: payment.state })
      )
  }
}
