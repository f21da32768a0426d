import { account } from '../domain/account-kinds.ts'
import { isCardHold } from '../domain/card-capture.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { transitOf, type OutsideFunding } from '../domain/funding.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { PaymentPolicy } from '../domain/policy/index.ts'
import type { PostingStep, UnitPart } from '../ledger/unit-of-work.ts'
import type { PaymentRequest } from '../store/payment-request.ts'
import type { Payment } from '../store/payment.ts'
import { giveBack } from './outgoing-limits.ts'
import { freedPart, paidFromOutsidePart } from './payment-request-units.ts'
import { capturedWhole, paymentWrite } from './payment-units.ts'

/** A payment that is paid from outside, and what asked for it. */
export interface FundedPayment extends Payment {
  readonly funding: OutsideFunding
  readonly request: PaymentRequest | undefined
}

/** Its part of the books (ARCHITECTURE.md, "Postings"): nothing until somebody outside has booked. */

/**
 * The bank has booked: the money passes through the wallet to the merchant, whatever the wallet holds, and whatever has
 * become of it meanwhile.
 */
export function bookPart(
  payment: FundedPayment,
  railReference: string,
  policy: Pick<PaymentPolicy, 'merchant_fee' | 'hold_ms'>,
  actor: string
): UnitPart {
  if (isCardHold(payment)) return heldPart(payment, railReference, policy)
  const { payment: after, postings } = capturedWhole({ ...payment, railReference }, policy)
  const paid = payment.request ? paidFromOutsidePart(payment.request, payment, actor) : {}
  const wallet = account('wallet', payment.walletId, payment.currency)
  return {
    guards: paid.guards ?? [],
    postings: [fromOutside(payment, wallet, 'payment.funding'), ...postings],
    records: [paymentWrite(payment, after, ['succeeded']), ...(paid.records ?? [])]
  }
}

/**
 * The acquirer has authorized: it holds the money, and nothing moves until a capture. The week begins with the send, as the
 * acquirer's own does; a task that was opened meanwhile is done.
 */
function heldPart(
  payment: FundedPayment,
  railReference: string,
  { hold_ms }: Pick<PaymentPolicy, 'hold_ms'>
): UnitPart {
  const captureBefore = new Date(payment.sentAt!.getTime() + hold_ms)
  const after = { ...payment, railReference, captureBefore }
  return { records: [paymentWrite(payment, after, ['requires_capture'], { row: { is_over: true } })] }
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
  postings: [
    fromOutside(payment, account('suspense', transitOf(payment.funding), payment.currency), 'payment.late_booking')
  ],
  records: [paymentWrite(payment, { ...payment, railReference }, [], { event: 'payment.booked_late' })]
})

/** The mark that the bank may have it from now on; made before the first byte leaves. */
export const sendPart = (payment: FundedPayment, sentAt: Date): UnitPart => ({
  records: [paymentWrite(payment, { ...payment, sentAt }, [], { event: 'payment.sent' })]
})

/** The connection was refused: the bank certainly does not have it, so the mark is taken back. */
export const undeliveredPart = (payment: FundedPayment): UnitPart => ({
  records: [paymentWrite(payment, { ...payment, sentAt: null }, [], { event: 'payment.undelivered' })]
})

/** Nobody knows after 24 hours: an operator has to find out. */
export const stuckPart = (payment: FundedPayment): UnitPart => ({
  records: [
    paymentWrite(payment, payment, [], {
      event: 'payment.stuck',
      task: {
        id: sameDigits('tsk', payment.id),
        kind: 'stuck_bank_instruction',
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
