import { Refusal } from '../domain/errors.ts'
import { paymentRequestCounters, paymentRequestStates, refusalToPay } from '../domain/payment-request.ts'
import type { Guard, UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import { paidSoFar, toPaymentRequestRow, toPaymentRequestView, type PaymentRequest } from '../store/payment-request.ts'
import type { Payment } from '../store/payment.ts'
import type { PaymentRequestStart } from './payment-request-progress.ts'
import { createRecordWrite } from './record-write.ts'

/** Payments of one for many are counted beside its record, up to the moment at which it ends: they are read, not told. */
const write = createRecordWrite({
  kind: 'payment-request',
  states: paymentRequestStates,
  owners: ({ merchantId }: PaymentRequest) => ({ merchantId }),
  view: (request) => ({
    ...toPaymentRequestView(request),
    ...(!(request.multiUse && request.version > 0) && paidSoFar(request))
  }),
  row: toPaymentRequestRow
})

/** A payment request's units; the money is the payments' that pay it. */

export const openUnit = (start: PaymentRequestStart, request: PaymentRequest): UnitOfWork => ({
  key: `${start.id}:open`,
  fingerprint: start.fingerprint,
  records: [write(undefined, request, ['open'], { order: start, actor: start.actor })]
})

export const canceledPart = (request: PaymentRequest, actor: string): UnitPart | Refusal =>
  request.state === 'open' ? over(request, 'canceled', actor) : new Refusal('state_conflict', { state: request.state })

/** Undefined while its time has not come, or when it is over. */
export const expiredPart = (request: PaymentRequest, now: Date): UnitPart | undefined =>
  request.state === 'open' && refusalToPay(request, now) !== undefined ? over(request, 'expired') : undefined

/**
 * What the payment's own unit tests and writes of the request. Where one payment pays it, its record is written on the
 * version that was read: of many payments at once the first one takes it, and every other unit is stale. Where many may,
 * they are counted, and refused once the unit that ended it has said so: all under the lock.
 */
export function paidPart(request: PaymentRequest, payment: Payment, actor: string): UnitPart {
  if (!request.multiUse) {
    const { id: paymentId, amount: amountPaid } = payment
    return { records: [write(request, { ...request, paymentId, timesPaid: 1, amountPaid }, ['paid'], { actor })] }
  }
  const counters = paymentRequestCounters(request.id)
  const count = (counter: string, add: bigint): Guard => ({
    kind: 'counter',
    counter,
    add,
    code: 'amount_out_of_range'
  })
  return {
    guards: [
      { kind: 'counter', counter: counters.canceled, add: 0n, max: 0n, code: 'payment_request_canceled' },
      { kind: 'counter', counter: counters.expired, add: 0n, max: 0n, code: 'payment_request_expired' },
      count(counters.times, 1n),
      count(counters.amount, payment.amount)
    ]
  }
}

/** The end of what nobody paid, or many did: those who come later are stopped by the counter, or by the record's version. */
function over(request: PaymentRequest, to: 'expired' | 'canceled', actor?: string): UnitPart {
  const counter = paymentRequestCounters(request.id)[to]
  return {
    guards: request.multiUse ? [{ kind: 'counter', counter, add: 1n, code: 'state_conflict' }] : [],
    records: [write(request, request, [to], { actor })]
  }
}
