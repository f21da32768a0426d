import { currency } from '../domain/currencies.ts'
import { Refusal, type ProblemCode } from '../domain/errors.ts'
import type { EventType } from '../domain/event-types.ts'
import { idOf } from '../domain/ids.ts'
import { decideRefund, destinationOf, sharesAfter, type RefundDecision } from '../domain/refund-rules.ts'
import type { RecordWrite, UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import type { RefundFacts } from '../store/refund-facts.ts'
import type { Payment } from '../store/payment.ts'
import type { Refund } from '../store/refund.ts'
import { paymentWrite } from './payment-units.ts'
import type { WriteExtra } from './record-write.ts'
import type { RefundStart } from './refund-progress.ts'
import { givenPostings, refundWrite } from './refund-units.ts'

/** How a refund begins: what it gives back counts on its payment from here on, whether the merchants have it yet or not. */

/** The merchants give it now; refused as `insufficient_funds` where one of them does not have it. */
export function acceptUnit(start: RefundStart, facts: RefundFacts): UnitOfWork {
  const unit = { key: `${start.id}:accept`, fingerprint: start.fingerprint }
  const decided = decide(start, facts)
  if (decided instanceof Refusal)
    return { ...unit, guards: [{ kind: 'refuse', code: decided.code, data: decided.data }] }
  const refund = newRefund(start, facts, decided)
  const { postings, records } = fundedPart(undefined, refund, facts, { order: start, actor: start.actor })
  return {
    ...unit,
    postings,
    records: [...records, reservedWrite(facts.payment, refund, 'payment.refunded', start.actor)]
  }
}

/**
 * The record of one that the merchants do not have the money for, and which waits for it; or of one that may not be, since
 * somebody else was faster than this.
 * @param refused why it was not taken in at once.
 */
export function lateUnit(start: RefundStart, facts: RefundFacts, refused: ProblemCode): UnitOfWork {
  const unit = { key: `${start.id}:late`, fingerprint: start.fingerprint }
  const extra = { order: start, actor: start.actor }
  const decided = refused === 'insufficient_funds' ? decide(start, facts) : new Refusal(refused)
  if (decided instanceof Refusal) {
    const asked = { amount: BigInt(start.order.amount.amount), parts: [], feeReturned: 0n }
    const failed = { ...newRefund(start, facts, asked), declineCode: decided.code }
    return { ...unit, records: [refundWrite(undefined, failed, ['pending', 'failed'], extra)] }
  }
  const waitUntil = new Date(facts.now.getTime() + start.policy.wait_for_funds_ms)
  const waiting = { ...newRefund(start, facts, decided), waitUntil }
  return {
    ...unit,
    records: [
      refundWrite(undefined, waiting, ['pending'], extra),
      reservedWrite(facts.payment, waiting, 'payment.refund_pending', start.actor)
    ]
  }
}

/** The merchants have it by now. What counts on the payment has counted since it was taken in. */
export function nowFundedPart(refund: Refund, facts: RefundFacts): UnitPart {
  const { postings, records } = fundedPart(refund, refund, facts, {})
  const { payment } = facts
  const told = paymentWrite(payment, payment, [], { event: 'payment.refunded', row: { is_over: false } })
  return { postings, records: [...records, told] }
}

/** It leaves the merchants: for the wallet, and then it is over, or for whoever brings it to where it came from. */
function fundedPart(
  before: Refund | undefined,
  refund: Refund,
  { payment, sourceLinked, now }: RefundFacts,
  extra: WriteExtra
): Required<Pick<UnitPart, 'postings' | 'records'>> {
  const destination = destinationOf(payment, sourceLinked)
  const after = { ...refund, destination, fundedAt: now, waitUntil: null }
  const path = destination === 'wallet' ? (['processing', 'succeeded'] as const) : (['processing'] as const)
  return {
    postings: givenPostings(after, payment),
    // The task of one that has waited too long is done.
    records: [refundWrite(before, after, path, { ...extra, row: { is_over: true } })]
  }
}

/** The payment with what this gives back. */
const reservedWrite = (payment: Payment, { amount, parts }: Refund, event: EventType, actor: string): RecordWrite =>
  paymentWrite(
    payment,
    {
      ...payment,
      refunded: payment.refunded + amount,
      splits: sharesAfter(payment.splits, parts, 'given_back')
    },
    [],
    { event, actor, row: { is_over: false } }
  )

function decide(
  { order, policy }: RefundStart,
  { payment, feeReturned, suspended }: RefundFacts
): RefundDecision | Refusal {
  if (suspended) return new Refusal('rail_suspended')
  const asked = { whole: order.whole === true, amount: BigInt(order.amount.amount) }
  return decideRefund(payment, asked, { return_fee: policy.return_fee, feeReturned })
}

/** As it was ordered, before anything has become of it. */
const newRefund = ({ id, order }: RefundStart, { payment, now }: RefundFacts, decided: RefundDecision): Refund => ({
  id: idOf('ref', id),
  state: 'pending',
  version: 0,
  paymentId: payment.id,
  customerId: payment.customerId,
  walletId: payment.walletId,
  merchantId: payment.merchantId,
  currency: currency(order.amount.currency),
  ...decided,
  reason: order.reason ?? null,
  destination: null,
  source: payment.funding.type === 'balance' ? null : payment.funding,
  declineCode: null,
  waitUntil: null,
  fundedAt: null,
  bankReference: null,
  sentAt: null,
  returned: 0n,
  createdAt: now
})
