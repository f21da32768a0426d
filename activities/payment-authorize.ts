import type { ProblemCode } from '../domain/errors.ts'
import { decideAuthorization } from '../domain/payment-authorization.ts'
import type { Guard, UnitOfWork } from '../ledger/unit-of-work.ts'
import type { PaymentFacts } from '../store/payment-facts.ts'
import type { Payment } from '../store/payment.ts'
import type { PaymentStart } from './payment-progress.ts'
import { authorized, paymentWrite, stepUpGuards } from './payment-units.ts'

/** Authorizes on the facts, or refuses under the same key: `confirmation_required` or the code of the decline. */
export function authorizePaymentUnit(
  start: PaymentStart,
  payment: Payment,
  facts: PaymentFacts,
  actor = start.actor
): UnitOfWork {
  const { policy } = start
  const confirmed = payment.confirmedAt !== null
  const decision = decideAuthorization({ ...facts, amount: payment.amount, confirmed }, policy)
  const unit = { key: `${start.id}:authorize`, fingerprint: start.fingerprint }
  if (decision.kind === 'decline') return { ...unit, guards: [refuse(decision.code, decision.data)] }
  if (decision.kind === 'confirm')
    return { ...unit, guards: [refuse('confirmation_required', { rules: decision.rules })] }
  const before = payment.version === 0 ? undefined : payment
  const made = authorized(payment, facts, decision.limits, policy)
  return {
    ...unit,
    guards: [...made.guards, ...stepUpGuards(payment, facts, policy, confirmed)],
    postings: made.postings,
    records: [
      paymentWrite(before, withoutConfirmation(made.payment), made.path, { order: before ? undefined : start, actor })
    ]
  }
}

/** The record of a payment that the customer has to confirm; no money moves. */
export const requireActionUnit = (start: PaymentStart, payment: Payment): UnitOfWork => ({
  key: `${start.id}:require-action`,
  fingerprint: start.fingerprint,
  records: [paymentWrite(undefined, payment, ['requires_action'], { order: start, actor: start.actor })]
})

/** The record of a payment that is not made, with its code. */
export function declineUnit(start: PaymentStart, payment: Payment, code: ProblemCode): UnitOfWork {
  const before = payment.version === 0 ? undefined : payment
  const declined = { ...payment, declineCode: code }
  return {
    key: `${start.id}:decline`,
    fingerprint: start.fingerprint,
    records: [
      paymentWrite(before, declined, ['declined'], {
        order: before ? undefined : start,
        actor: before ? undefined : start.actor
      })
    ]
  }
}

const refuse = (code: ProblemCode, data: object): Guard => ({ kind: 'refuse', code, data })

/** Nobody asked for a confirmation that is not there: the deadline for it says nothing. */
const withoutConfirmation = (payment: Payment): Payment =>
  payment.confirmedAt === null ? { ...payment, confirmBefore: null } : payment
