import { sameDigits, type ReceiptId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { findMerchant, type Merchant } from '../store/merchant.ts'
import { findPayment, toFundingView, type Payment } from '../store/payment.ts'
import { listCaptures, type Movement } from '../store/receipt.ts'
import { listRefunds } from '../store/refund-list.ts'
import type { Refund } from '../store/refund.ts'
import type { Caller } from './caller.ts'
import type { ApiDeps } from './deps.ts'
import { toEntry } from './receipt-entry.ts'
import type { PaymentReceipt } from './receipt-schemas.ts'
import { instant } from './schemas.ts'

const REFUNDS_MAX = 100

/** Undefined: it is no payment's, or nothing of it was captured. Whose it is not is refused by `mustOwn`. */
export async function receiptOfPayment(
  { db }: Pick<ApiDeps, 'db'>,
  id: ReceiptId,
  { kind }: Caller,
  mustOwn: (payment: Payment) => void
): Promise<PaymentReceipt | undefined> {
  const payment = await findPayment(db, sameDigits('pay', id))
  if (!payment || payment.captured === 0n) return undefined
  mustOwn(payment)
  const [merchant, captures, refunds] = await Promise.all([
    findMerchant(db, payment.merchantId),
    listCaptures(db, payment.id, payment.walletId),
    listRefunds(db, { paymentId: payment.id }, undefined, REFUNDS_MAX)
  ])
  const paid = captures.reduce((sum, { amount }) => sum + amount, 0n)
  // A receipt that disagrees with the books must not be shown to anyone; a capture between the two reads passes.
  if (!merchant || paid < payment.captured) throw new Error(`${payment.id}: the books do not show what was captured`)
  const live = refunds.map(({ refund }) => refund).filter(({ state }) => state !== 'canceled' && state !== 'failed')
  return toReply(payment, merchant, { captures, refunds: live }, kind !== 'customer')
}

function toReply(
  payment: Payment,
  { id, name, city, country }: Merchant,
  { captures, refunds }: { readonly captures: readonly Movement[]; readonly refunds: readonly Refund[] },
  withFee: boolean
): PaymentReceipt {
  const money = (amount: bigint) => toWire({ amount, currency: payment.currency })
  return {
    id: sameDigits('rct', payment.id),
    object: 'receipt',
    type: 'payment',
    payment_id: payment.id,
    state: payment.state,
    wallet_id: payment.walletId,
    merchant: { id, name, city, country },
    funding: toFundingView(payment),
    amount: money(payment.amount),
    captured: money(payment.captured),
    refunded: money(payment.refunded),
    ...(withFee && { fee: money(payment.fee) }),
    ...(payment.description !== null && { description: payment.description }),
    entries: captures.map((capture) => toEntry(capture, payment.currency)),
    refunds: refunds.map(({ id, state, amount, destination }) => ({
      id,
      state,
      amount: money(amount),
      ...(destination && { destination })
    })),
    created_at: instant(payment.createdAt),
    paid_at: instant(captures.at(-1)!.effectiveAt)
  }
}
