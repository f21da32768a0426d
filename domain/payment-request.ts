import type { ProblemCode } from './errors.ts'
import { defineStates } from './transitions.ts'

export type PaymentRequestState = 'open' | 'paid' | 'expired' | 'canceled'

/** A payment request's life. One for many payments (`multi_use`) stays open until it expires or is canceled. */
export const paymentRequestStates = defineStates<PaymentRequestState>({
  start: ['open'],
  open: ['paid', 'expired', 'canceled']
})

const CODE_OF_END = {
  paid: 'payment_request_paid',
  expired: 'payment_request_expired',
  canceled: 'payment_request_canceled'
} as const satisfies Partial<Record<PaymentRequestState, ProblemCode>>

/** A request as it stands for whoever wants to pay it. */
interface Payable {
  readonly state: PaymentRequestState
  readonly expiresAt: Date
  /** The payment that is on its way from outside; null: none. */
  readonly reservedBy: string | null
}

/**
 * Why a request cannot be paid (now, or any more); undefined while it can. Its time counts also where its own run has not
 * said so yet.
 */
export function refusalToPay({ state, expiresAt, reservedBy }: Payable, now: Date): ProblemCode | undefined {
  if (state !== 'open') return CODE_OF_END[state]
  if (reservedBy !== null) return 'payment_request_reserved'
  return now >= expiresAt ? CODE_OF_END.expired : undefined
}

/** Whether it ends by itself now: not while money is on its way for it, which is booked whenever it comes. */
export const isOver = (request: Payable, now: Date): boolean =>
  request.state === 'open' && request.reservedBy === null && now >= request.expiresAt

/**
 * The counters of a request for many payments: what was paid, and how it ended. Payments move and test them under the lock
 * instead of taking turns at the record.
 */
export const paymentRequestCounters = (id: string) => ({
  times: `payment-request/${id}/times`,
  amount: `payment-request/${id}/amount`,
  expired: `payment-request/${id}/expired`,
  canceled: `payment-request/${id}/canceled`
})
