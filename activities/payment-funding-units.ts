import { account } from '../domain/account-kinds.ts'
import { isCardHold } from '../domain/card-capture.ts'
import type { ProblemCode } from '../domain/errors.ts'
import type { EventType } from '../domain/event-types.ts'
import { transitOf, type OutsideFunding } from '../domain/funding.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { PaymentPolicy } from '../domain/policy/index.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import type { PostingStep, RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import type { PaymentRequest } from '../store/payment-request.ts'
import type { Payment } from '../store/payment.ts'
import { giveBack } from './outgoing-limits.ts'
import { freedPart, paidFromOutsidePart } from './payment-request-units.ts'
import type { FundedPaymentStart } from './payment-progress.ts'
import { capturedWhole, paymentWrite } from './payment-units.ts'

/** A payment that is paid from outside, and what asked for it. */
export interface FundedPayment extends Payment {
  readonly funding: OutsideFunding
  readonly request: PaymentRequest | undefined
}

/** Its part of the books (ARCHITECTURE.md, "Postings"): nothing until somebody outside has booked. */

/**
 * The bank has booked: the money passes through the wallet to the merchant, whatever the wallet holds, and whatever has
 * become of it meanwhile. Without its reference an operator says so, with proof.
 */
export function bookPart(
  payment: FundedPayment,
  railReference: string | null,
  {
    policy,
    actor: payer
  }: Pick<FundedPaymentStart, 'actor'> & { policy: Pick<PaymentPolicy, 'merchant_fee' | 'hold_ms'> },
  actor?: string
): UnitPart {
  if (isCardHold(payment)) return heldPart(payment, railReference, { hold_ms: policy.hold_ms, actor })
  const { payment: after, postings } = capturedWhole({ ...payment, railReference }, policy)
  const paid = payment.request ? paidFromOutsidePart(payment.request, payment, payer) : {}
  const wallet = account('wallet', payment.walletId, payment.currency)
  return {
    guards: paid.guards ?? [],
    postings: [fromOutside(payment, wallet, 'payment.funding'), ...postings],
    records: [paymentWrite(payment, after, ['succeeded'], { actor }), ...(paid.records ?? [])]
  }
}

/**
 * The acquirer has authorized: it holds the money, and nothing moves until a capture. The week begins with the send, as the
 * acquirer's own does; a task that was opened meanwhile is done.
 */
function heldPart(
  payment: FundedPayment,
  railReference: string | null,
  { hold_ms, actor }: Pick<PaymentPolicy, 'hold_ms'> & { readonly actor: string | undefined }
): UnitPart {
  const captureBefore = new Date(payment.sentAt!.getTime() + hold_ms)
  const after = { ...payment, railReference, captureBefore }
  return { records: [paymentWrite(payment, after, ['requires_capture'], { actor, row: { is_over: true } })] }
}

/** The bank has not booked and never will. */
export const declinePart = (payment: FundedPayment, code: ProblemCode): UnitPart =>
  ended(payment, { ...payment, declineCode: code }, 'declined')

/** An operator gives it up, with proof that the bank did not book; nothing is posted. What an acquirer may hold is given up. */
export const writeOffPart = (payment: FundedPayment, actor: string): UnitPart =>
  ended(
    payment,
    { ...payment, declineCode: 'written_off', ...(isCardHold(payment) && { holdRelease: 'due' }) },
    'failed',
    actor
  )

/** Given up, and booked after all: the bank has moved the money, and whose it is has to be found out (suspense). */
export const lateBookingPart = (payment: FundedPayment, railReference: string): UnitPart => ({
  postings: [fromOutside(payment, suspenseOf(payment), 'payment.late_booking')],
  records: [afterwards(payment, { ...payment, railReference }, 'payment.booked_late')]
})

/**
 * An operator said that the bank had booked, and now it says so itself; undefined: it has already. What was contradicted
 * is put right.
 */
export const confirmedPart = (
  payment: FundedPayment,
  railReference: string,
  contradicted: boolean
): UnitPart | undefined =>
  payment.railReference !== null
    ? undefined
    : {
        postings: contradicted ? [fromOutside(payment, suspenseOf(payment), 'payment.late_booking')] : [],
        records: [afterwards(payment, { ...payment, railReference }, 'payment.confirmed_by_bank')]
      }

/**
 * An operator said that the bank had booked, and it has not: the merchant keeps it, and who owes it is to be found out.
 * Undefined: the bank itself has said so.
 */
export const contradictedPart = (payment: FundedPayment): UnitPart | undefined =>
  payment.railReference !== null
    ? undefined
    : {
        postings: [
          {
            op: 'post',
            debit: suspenseOf(payment),
            credit: account('bank_in_transit', transitOf(payment.funding), payment.currency),
            amount: payment.amount,
            code: 'payment.contradicted'
          }
        ],
        records: [afterwards(payment, payment, 'payment.contradicted')]
      }

/**
 * The bank has taken it back from the payer: a facet of the record, which stays what it is. The merchant keeps the money,
 * so it is none of their events.
 */
export function returnedWrite(payment: Payment, returned: bigint): RecordWrite {
  const { merchantId: _, ...write } = afterwards(payment, { ...payment, returned }, 'payment.returned')
  return write
}

/**
 * A card holder has had taken back what they had been given back before, and they owe it: what is left of the payment stays as it
 * is, and it is between them and us as well.
 */
export function overpaidWrite(payment: Payment): RecordWrite {
  const { merchantId: _, ...write } = afterwards(payment, payment, 'payment.paid_back_twice')
  return write
}

/** The mark that the bank may have it from now on; made before the first byte leaves. */
export const sendPart = (payment: FundedPayment, sentAt: Date): UnitPart => ({
  records: [paymentWrite(payment, { ...payment, sentAt }, [], { event: 'payment.sent' })]
})

/** The connection was refused: the bank certainly does not have it, so the mark is taken back. */
export const undeliveredPart = (payment: FundedPayment): UnitPart => ({
  records: [paymentWrite(payment, { ...payment, sentAt: null }, [], { event: 'payment.undelivered' })]
})

/** Nobody knows after 24 hours: an operator has to find out. */
export const stuckPart = (payment: FundedPayment, clock: WorkClock | undefined): UnitPart => ({
  records: [
    paymentWrite(payment, payment, [], {
      event: 'payment.stuck',
      task: {
        id: sameDigits('tsk', payment.id),
        kind: 'stuck_bank_instruction',
        clock,
        data: {
          bank: transitOf(payment.funding),
          reference: payment.id,
          amount: toWire(payment),
          sent_at: payment.sentAt
        }
      }
    })
  ]
})

/** An operator has the bank asked once more, now. */
export const retryPart = (payment: FundedPayment, actor: string): UnitPart => ({
  records: [paymentWrite(payment, payment, [], { event: 'payment.retried', actor })]
})

/** The money did not come: limits are given back, and what asked for it can be paid by somebody else. */
function ended(payment: FundedPayment, after: Payment, state: 'declined' | 'failed', actor?: string): UnitPart {
  const freed = payment.request ? freedPart(payment.request, payment) : {}
  return {
    guards: giveBack(payment, payment.amount),
    records: [paymentWrite(payment, after, [state], { actor }), ...(freed.records ?? [])]
  }
}

/** Of what is over: what operators have still to do about it is not done with that. */
const afterwards = (payment: Payment, after: Payment, event: EventType): RecordWrite =>
  paymentWrite(payment, after, [], { event, row: { is_over: false } })

const suspenseOf = ({ funding, currency }: FundedPayment) => account('suspense', transitOf(funding), currency)

export const fromOutside = (
  { funding, currency, amount }: Pick<FundedPayment, 'funding' | 'currency' | 'amount'>,
  credit: PostingStep['credit'],
  code: string
): PostingStep => ({
  op: 'post',
  debit: account('bank_in_transit', transitOf(funding), currency),
  credit,
  amount,
  code
})
