import { account, type AccountRef } from '../domain/account-kinds.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { transitOf } from '../domain/funding.ts'
import { partDigits, sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import { sharesAfter } from '../domain/refund-rules.ts'
import { refundStates } from '../domain/refund.ts'
import type { PostingStep, RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import type { Payment } from '../store/payment.ts'
import { toRefundRow, toRefundView, type Refund } from '../store/refund.ts'
import { paymentWrite } from './payment-units.ts'
import { createRecordWrite } from './record-write.ts'

/** The record's write for an arrow; none repeats the state with an event of its own. */
export const refundWrite = createRecordWrite({
  kind: 'refund',
  states: refundStates,
  owners: ({ customerId, merchantId }: Refund) => ({ customerId, merchantId }),
  view: toRefundView,
  row: toRefundRow,
  tasks: true
})

/** A refund's part of the books (ARCHITECTURE.md, "Postings"): what each of its units posts and writes. */

/** Whoever shares the payment gives theirs to the payee, who pays all of it: into the wallet, or for whoever sends it on. */
export function givenPostings(refund: Refund, { splits }: Pick<Payment, 'splits'>): PostingStep[] {
  const { merchantId, currency, parts, amount, feeReturned, destination } = refund
  const payable = (owner: string) => account('merchant_payable', owner, currency)
  const typeOf = (owner: string) => splits.find((share) => share.merchantId === owner)?.type ?? 'share'
  const shares = parts.filter((part) => part.merchantId !== merchantId)
  return [
    ...step(account('fee_income', 'merchant', currency), payable(merchantId), feeReturned, 'refund.fee'),
    ...shares.flatMap((part) =>
      step(payable(part.merchantId), payable(merchantId), part.amount, `refund.${typeOf(part.merchantId)}`)
    ),
    destination === 'wallet'
      ? intoWallet(refund, payable(merchantId))
      : { op: 'post', debit: payable(merchantId), credit: reservedOf(refund), amount, code: 'refund.reserve' }
  ]
}

/** The bank has booked: the money has left. Without its reference an operator says so, with proof. */
export const bookPart = (refund: Refund, bankReference: string | null, actor?: string): UnitPart => ({
  postings: [
    { op: 'post', debit: reservedOf(refund), credit: transit(refund), amount: refund.amount, code: 'refund.sent' }
  ],
  records: [refundWrite(refund, { ...refund, bankReference }, ['succeeded'], { actor })]
})

/** The bank has not booked and never will, or an operator gives it up with proof of that: the payer has it in the wallet. */
export const toWalletPart = (refund: Refund, code: ProblemCode, actor?: string): UnitPart => ({
  postings: [intoWallet(refund, reservedOf(refund))],
  records: [refundWrite(refund, { ...refund, destination: 'wallet', declineCode: code }, ['succeeded'], { actor })]
})

/**
 * It is in the wallet, and the bank has booked it after all: it has moved the money, and who owes it is to be found out
 * (suspense).
 */
export const lateBookingPart = (refund: Refund, bankReference: string): UnitPart => ({
  postings: [fromSuspense(refund)],
  records: [refundWrite(refund, { ...refund, bankReference }, [], { event: 'refund.booked_late' })]
})

/** An operator said that the bank had booked, and now it says so itself. What was contradicted is put right. */
export const confirmedPart = (refund: Refund, bankReference: string, contradicted: boolean): UnitPart => ({
  postings: contradicted ? [fromSuspense(refund)] : [],
  records: [refundWrite(refund, { ...refund, bankReference }, [], { event: 'refund.confirmed_by_bank' })]
})

/** An operator said that the bank had booked, and it has not: the money is here, and whose it is has to be found out. */
export const contradictedPart = (refund: Refund): UnitPart => ({
  postings: [
    {
      op: 'post',
      debit: transit(refund),
      credit: suspense(refund),
      amount: refund.amount,
      code: 'refund.contradicted'
    }
  ],
  records: [refundWrite(refund, refund, [], { event: 'refund.contradicted' })]
})

/** The mark that the bank may have it from now on; made before the first byte leaves. */
export const sendPart = (refund: Refund, sentAt: Date): UnitPart => ({
  records: [refundWrite(refund, { ...refund, sentAt }, [], { event: 'refund.sent' })]
})

/** The connection was refused: the bank certainly does not have it, so the mark is taken back. */
export const undeliveredPart = (refund: Refund): UnitPart => ({
  records: [refundWrite(refund, { ...refund, sentAt: null }, [], { event: 'refund.undelivered' })]
})

/** Nobody knows after 24 hours: an operator has to find out. The money stays reserved. */
export const stuckPart = (refund: Refund, clock: WorkClock | undefined): UnitPart => ({
  records: [
    refundWrite(refund, refund, [], {
      event: 'refund.stuck',
      task: {
        id: sameDigits('tsk', refund.id),
        kind: 'stuck_bank_instruction',
        clock,
        data: {
          bank: refund.source && transitOf(refund.source),
          reference: refund.id,
          amount: toWire(refund),
          sent_at: refund.sentAt
        }
      }
    })
  ]
})

/** The merchants did not get the money in all that time: it goes on waiting, and an operator decides for how long. */
export const unfundedPart = (refund: Refund, clock: WorkClock | undefined): UnitPart => ({
  records: [
    refundWrite(refund, { ...refund, waitUntil: null }, [], {
      event: 'refund.unfunded',
      task: {
        id: partDigits('tsk', refund.id, 1),
        kind: 'refund_without_funds',
        clock,
        data: { payment_id: refund.paymentId, merchant_id: refund.merchantId, amount: toWire(refund) }
      }
    })
  ]
})

/** An operator has the bank asked once more, or the merchants' money looked for, now. */
export const retryPart = (refund: Refund, actor: string): UnitPart => ({
  records: [refundWrite(refund, refund, [], { event: 'refund.retried', actor })]
})

/** Taken back while it waited, or given up: nothing has moved, and the payment has it left to give back again. */
export const keptPart = (
  refund: Refund,
  payment: Payment,
  { state, actor }: { readonly state: 'canceled' | 'failed'; readonly actor: string }
): UnitPart => ({
  records: [
    refundWrite(refund, { ...refund, ...(state === 'failed' && { declineCode: 'insufficient_funds' }) }, [state], {
      actor
    }),
    paymentWrite(
      payment,
      {
        ...payment,
        refunded: payment.refunded - refund.amount,
        splits: sharesAfter(payment.splits, refund.parts, 'kept')
      },
      [],
      { event: 'payment.refund_released', actor, row: { is_over: false } }
    )
  ]
})

/** The bank has sent it back: a facet of the record, which stays what it is. */
export const returnedWrite = (refund: Refund, returned: bigint): RecordWrite =>
  refundWrite(refund, { ...refund, returned }, [], { event: 'refund.returned' })

const intoWallet = ({ walletId, currency, amount }: Refund, debit: AccountRef): PostingStep => ({
  op: 'post',
  debit,
  credit: account('wallet', walletId, currency),
  amount,
  code: 'refund'
})

const fromSuspense = (refund: Refund): PostingStep => ({
  op: 'post',
  debit: suspense(refund),
  credit: transit(refund),
  amount: refund.amount,
  code: 'refund.late_booking'
})

/** What has left the merchants and nobody has moved yet. */
const reservedOf = ({ id, currency }: Refund): AccountRef => account('refund_payable', id, currency)
const transit = ({ source, currency }: Refund): AccountRef => account('bank_in_transit', transitOf(source!), currency)
const suspense = ({ source, currency }: Refund): AccountRef => account('suspense', transitOf(source!), currency)

/** Nothing posts nothing. */
const step = (debit: AccountRef, credit: AccountRef, amount: bigint, code: string): PostingStep[] =>
  amount === 0n ? [] : [{ op: 'post', debit, credit, amount, code }]
