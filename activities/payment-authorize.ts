import type { ProblemCode } from '../domain/errors.ts'
import { decideAuthorization, deviceAgeMs } from '../domain/payment-authorization.ts'
import { refusalToPay } from '../domain/payment-request.ts'
import type { PaymentState } from '../domain/payment.ts'
import type { Guard, UnitOfWork } from '../ledger/unit-of-work.ts'
import type { PaymentFacts } from '../store/payment-facts.ts'
import type { Payment } from '../store/payment.ts'
import type { PaymentStart } from './payment-progress.ts'
import { paidPart, reservedPart } from './payment-request-units.ts'
import { authorized, paymentWrite, stepUpGuards } from './payment-units.ts'

/** A unit of work, and the payment as it stands once the unit is posted; absent where the unit refuses. */
export interface PaymentStep {
  readonly unit: UnitOfWork
  readonly after?: Payment
}

/**
 * Authorizes on the facts, or refuses under the same key: `confirmation_required` or the code of the decline. What asked for
 * the payment is paid in the same unit, or kept for it until a bank has answered: both stand, or neither.
 */
export function authorizePaymentUnit(
  start: PaymentStart,
  payment: Payment,
  facts: PaymentFacts,
  actor = start.actor
): PaymentStep {
  const { policy } = start
  const confirmed = payment.confirmedAt !== null
  const { request } = facts
  const decision = decideAuthorization(
    { ...facts, amount: payment.amount, confirmed, deviceAgeMs: deviceAgeMs(start.order, facts.now) },
    policy
  )
  const unit = { key: `${start.id}:authorize`, fingerprint: start.fingerprint }
  const gone = request && refusalToPay(request, facts.now)
  if (gone) return { unit: { ...unit, guards: [refuse(gone, {})] } }
  if (decision.kind === 'decline') return { unit: { ...unit, guards: [refuse(decision.code, decision.data)] } }
  if (decision.kind === 'confirm')
    return { unit: { ...unit, guards: [refuse('confirmation_required', { rules: decision.rules })] } }
  const made = authorized(payment, facts, decision.limits, policy)
  const paid = request ? (facts.source ? reservedPart : paidPart)(request, payment, actor) : {}
  const guards = [...(paid.guards ?? []), ...made.guards, ...stepUpGuards(payment, facts, policy, confirmed)]
  const step = stepOf(unit, start, payment, withoutConfirmation(made.payment), made.path, actor)
  const records = [...step.unit.records!, ...(paid.records ?? [])]
  return { ...step, unit: { ...step.unit, guards, postings: made.postings, records } }
}

/** The record of a payment that the customer has to confirm; no money moves. */
export const requireActionUnit = (start: PaymentStart, payment: Payment): PaymentStep =>
  stepOf(unitOf(start, 'require-action'), start, payment, payment, ['requires_action'], start.actor)

/** The record of a payment that is not made, with its code; nobody decided that, where it was ordered before. */
export const declineUnit = (start: PaymentStart, payment: Payment, code: ProblemCode): PaymentStep =>
  stepOf(
    unitOf(start, 'decline'),
    start,
    payment,
    { ...payment, declineCode: code },
    ['declined'],
    payment.version === 0 ? start.actor : undefined
  )

const unitOf = ({ id, fingerprint }: PaymentStart, step: string) => ({ key: `${id}:${step}`, fingerprint })

/** `before` is new when its version is 0: then the unit makes the record, with the order that started it. */
function stepOf(
  unit: UnitOfWork,
  start: PaymentStart,
  before: Payment,
  after: Payment,
  path: readonly PaymentState[],
  actor: string | undefined
): PaymentStep {
  const isNew = before.version === 0
  const write = paymentWrite(isNew ? undefined : before, after, path, { order: isNew ? start : undefined, actor })
  return {
    unit: { ...unit, records: [write] },
    after: { ...after, state: path.at(-1)!, version: before.version + path.length }
  }
}

const refuse = (code: ProblemCode, data: object): Guard => ({ kind: 'refuse', code, data })

/** Nobody asked for a confirmation that is not there: the deadline for it says nothing. */
const withoutConfirmation = (payment: Payment): Payment =>
  payment.confirmedAt === null ? { ...payment, confirmBefore: null } : payment
