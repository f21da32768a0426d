import type { Accepted, PaymentRequestOrder, Progress, Start } from '../domain/orders.ts'
import type { PaymentRequestState } from '../domain/payment-request.ts'
import type { PaymentRequestPolicy } from '../domain/policy/index.ts'
import type { PaymentRequest } from '../store/payment-request.ts'

export type PaymentRequestStart = Start<PaymentRequestOrder, PaymentRequestPolicy>

export interface PaymentRequestProgress extends Progress<PaymentRequestState> {
  /** The payment that paid it. */
  readonly payment_id?: string
}

export type PaymentRequestAccepted = Accepted<PaymentRequestProgress>

export const toPaymentRequestProgress = ({
  id,
  state,
  version,
  expiresAt,
  paymentId
}: PaymentRequest): PaymentRequestProgress => ({
  id,
  state,
  version,
  ...(state === 'open' && { deadline: expiresAt.toISOString() }),
  ...(paymentId !== null && { payment_id: paymentId })
})
