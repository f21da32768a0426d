import type { z } from 'zod'
import { encodeQr } from '../domain/qr.ts'
import { toWire } from '../domain/money.ts'
import type { Merchant } from '../store/merchant.ts'
import { paidSoFar, toPaymentRequestView, type PaymentRequest } from '../store/payment-request.ts'
import type { PaymentRequestReply } from './payment-request-schemas.ts'
import { instant } from './schemas.ts'

type Asked = Pick<PaymentRequest, 'id' | 'amount' | 'currency'>

/** @throws {Refusal} `qr_amount_invalid` for an amount that no code can hold. */
export function qrTextOf({ id, amount, currency }: Asked, merchant: Merchant): string {
  const { id: merchantId, name: merchantName, city: merchantCity, country, mcc } = merchant
  const asked = amount === null ? undefined : { amount, currency }
  const place = { merchantId, merchantName, merchantCity, country, mcc }
  return encodeQr({ ...place, paymentRequestId: id, amount: asked, currency })
}

/** What a request's own side is told besides its record: how it is shown to a payer. */
export const shownTo = (asked: Asked, merchant: Merchant, base: string) => ({
  merchant_name: merchant.name,
  qr_text: qrTextOf(asked, merchant),
  url: `${base}/v1/payment-requests/${asked.id}`
})

/** One of a list: without its timeline. */
export const toListed = (
  { request, recordedAt, changedAt }: { request: PaymentRequest; recordedAt: Date; changedAt: Date },
  merchant: Merchant,
  base: string
): z.input<typeof PaymentRequestReply> => ({
  ...(toPaymentRequestView(request) as z.input<typeof PaymentRequestReply>),
  ...paidSoFar(request),
  ...shownTo(request, merchant, base),
  created_at: instant(recordedAt),
  updated_at: instant(changedAt)
})

/** What a customer needs to decide whether to pay, and nothing of the merchant's own notes or of other payers. */
export const toPayerView = (request: PaymentRequest, merchant: Merchant): z.input<typeof PaymentRequestReply> => ({
  id: request.id,
  object: 'payment_request',
  state: request.state,
  merchant_id: request.merchantId,
  merchant_name: merchant.name,
  ...(request.amount !== null && { amount: toWire({ amount: request.amount, currency: request.currency }) }),
  currency: request.currency,
  ...(request.description !== null && { description: request.description }),
  multi_use: request.multiUse,
  expires_at: instant(request.expiresAt)
})
