import type { ProblemCode } from '../domain/errors.ts'
import { decideAuthorization, deviceAgeMs } from '../domain/payment-authorization.ts'
import { refusalToPay } from '../domain/payment-request.ts'
import type { PaymentState } from '../domain/payment.ts'
import { findingOf } from '../domain/risk.ts'
import type { Guard, UnitOfWork } from '../ledger/unit-of-work.ts'
import type { PaymentFacts } from '../store/payment-facts.ts'
import type { Payment } from '../store/payment.ts'
import type { PaymentStart } from './payment-progress.ts'
import { paidPart, reservedPart } from './payment-request-units.ts'
import { authorized, paymentWrite, stepUpGuards } from './payment-units.ts'
import type { WriteExtra } from './record-write.ts'
import { heldForReview } from './risk-review.ts'
import type { Refused } from './settle.ts'

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
    {
      ...facts,
      amount: payment.amount,
      confirmed,
      isNew: payment.version === 0,
      deviceAgeMs: deviceAgeMs(start.order, facts.now)
    },
    policy
  )
  const unit = { key: `${start.id}:authorize`, fingerprint: start.fingerprint }
  const gone = request && refusalToPay(request, facts.now)
  if (gone) return { unit: { ...unit, guards: [refuse(gone, {})] } }
  if (decision.kind === 'decline') return { unit: { ...unit, guards: [refuse(decision.code, decision.data)] } }
  if (decision.kind === 'confirm')
    return { unit: { ...unit, guards: [refuse('confirmation_required', { rules: decision.rules })] } }
  if (decision.kind === 'review') {
    const { after, review } = heldForReview(start, withoutConfirmation(payment), decision.risk, facts.now)
    return stepOf(unit, start, payment, after, ['in_review'], actor, review)
  }
  const made = authorized(payment, facts, decision.limits, policy)
  const paid = request ? (facts.source ? reservedPart : paidPart)(request, payment, actor) : {}
  const guards = [...(paid.guards ?? []), ...made.guards, ...stepUpGuards(payment, facts, policy, confirmed)]
  const step = stepOf(unit, start, payment, withoutConfirmation(made.payment), made.path, actor)
  const records = [...step.unit.records!, ...(paid.records ?? [])]
  return { ...step, unit: { ...step.unit, guards, postings: made.postings, records } }
}

/**
 * The record of a payment that was refused: the customer has to confirm it, or it is not made. No money moves; nobody decided
 * that, where it was ordered before.
 */
export function refusedUnit(start: PaymentStart, payment: Payment, { code, data }: Refused, now: Date): PaymentStep {
  const actor = payment.version === 0 ? start.actor : undefined
  const found = findingOf(code, data)
  if (code === 'confirmation_required') {
    const confirmBefore = new Date(now.getTime() + start.policy.confirmation_ms)
    const after = { ...payment, risk: payment.risk ?? found ?? null, confirmBefore }
    return stepOf(unitOf(start, 'require-action'), start, payment, after, ['requires_action'], actor)
  }
  const after = { ...payment, risk: found ?? payment.risk, declineCode: code }
  return stepOf(unitOf(start, 'decline'), start, payment, after, ['declined'], actor)
}

const unitOf = ({ id, fingerprint }: PaymentStart, step: string) => ({ key: `${id}:${step}`, fingerprint })

/** `before` is new when its version is 0: then the unit makes the record, with the order that started it. */
function stepOf(
  unit: UnitOfWork,
  start: PaymentStart,
  before: Payment,
  after: Payment,
  path: readonly PaymentState[],
  actor: string | undefined,
  review?: WriteExtra['review']
): PaymentStep {
  const isNew = before.version === 0
  const write = paymentWrite(isNew ? undefined : before, after, path, {
    order: isNew ? start : undefined,
    actor,
    review
  })
  return {
    unit: { ...unit, records: [write] },
    after: { ...after, state: path.at(-1)!, version: before.version + path.length }
  }
}

const refuse = (code: ProblemCode, data: object): Guard => ({ kind: 'refuse', code, data })

/** Nobody asked for a confirmation that is not there: the deadline for it says nothing. */
const withoutConfirmation = (payment: Payment): Payment =>
  payment.confirmedAt === null ? { ...payment, confirmBefore: null } : payment
