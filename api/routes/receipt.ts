import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { sameDigits } from '../../domain/ids.ts'
import { toWire } from '../../domain/money.ts'
import { findMerchant, type Merchant } from '../../store/merchant.ts'
import { findPayment, toFundingView, type Payment } from '../../store/payment.ts'
import { listRefunds } from '../../store/refund-list.ts'
import type { Refund } from '../../store/refund.ts'
import { listCaptures, type Capture } from '../../store/receipt.ts'
import type { ApiDeps } from '../deps.ts'
import { ReceiptReply } from '../receipt-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const REFUNDS_MAX = 100

/** What both sides of a payment keep. It has the payment's digits, and exists once something was captured. */
export const receiptRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/receipts/{id}',
    {
      summary: 'Read the receipt of a payment',
      params: z.strictObject({ id: id('rct') }),
      reply: ReceiptReply,
      callers: { customer: 'own', service: 'any', merchant: 'own', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'receipts:read'
    },
    async ({ params, caller, mustOwn }) => {
      const payment = await findPayment(db, sameDigits('pay', params.id))
      if (!payment || payment.captured === 0n) throw new Refusal('not_found')
      mustOwn(payment)
      const [merchant, captures, refunds] = await Promise.all([
        findMerchant(db, payment.merchantId),
        listCaptures(db, payment.id, payment.walletId),
        listRefunds(db, { paymentId: payment.id }, undefined, REFUNDS_MAX)
      ])
      const paid = captures.reduce((sum, { amount }) => sum + amount, 0n)
      // A receipt that disagrees with the books must not be shown to anyone; a capture between the two reads passes.
      if (!merchant || paid < payment.captured)
        throw new Error(`${payment.id}: the books do not show what was captured`)
      const live = refunds.map(({ refund }) => refund).filter(({ state }) => state !== 'canceled' && state !== 'failed')
      return toReply(payment, merchant, { captures, refunds: live }, caller.kind !== 'customer')
    }
  )
]

function toReply(
  payment: Payment,
  { id, name, city, country }: Merchant,
  { captures, refunds }: { readonly captures: readonly Capture[]; readonly refunds: readonly Refund[] },
  withFee: boolean
): z.input<typeof ReceiptReply> {
  const money = (amount: bigint) => toWire({ amount, currency: payment.currency })
  return {
    id: sameDigits('rct', payment.id),
    object: 'receipt',
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
    entries: captures.map(({ postingId, code, amount, effectiveAt, postedAt }) => ({
      posting_id: postingId,
      code,
      amount: money(amount),
      effective_at: instant(effectiveAt),
      posted_at: instant(postedAt)
    })),
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
