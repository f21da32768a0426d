import { Refusal } from '../domain/errors.ts'
import { isOver, paymentRequestCounters, paymentRequestStates } from '../domain/payment-request.ts'
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

export function canceledPart(request: PaymentRequest, actor: string): UnitPart | Refusal {
  const { state, reservedBy } = request
  if (state !== 'open') return new Refusal('state_conflict', { state })
  if (reservedBy !== null) return new Refusal('payment_request_reserved', { payment_id: reservedBy })
  return over(request, 'canceled', actor)
}

/** Undefined while its time has not come, or money is on its way for it, or when it is over. */
export const expiredPart = (request: PaymentRequest, now: Date): UnitPart | undefined =>
  isOver(request, now) ? over(request, 'expired') : undefined

/**
 * A payment from outside begins to pay it. Where one pays it, nobody else may until that one has ended; where many may, it
 * has begun in time, and is counted when it is booked.
 */
export const reservedPart = (request: PaymentRequest, { id: reservedBy }: Payment, actor: string): UnitPart =>
  request.multiUse
    ? { guards: stillOpen(request) }
    : { records: [write(request, { ...request, reservedBy }, [], { event: 'payment_request.reserved', actor })] }

/** The money did not come: somebody else may pay it. */
export const freedPart = (request: PaymentRequest, payment: Payment): UnitPart =>
  request.reservedBy === payment.id
    ? { records: [write(request, { ...request, reservedBy: null }, [], { event: 'payment_request.freed' })] }
    : {}

/** The money has come, whatever has become meanwhile of a request for many. */
export const paidFromOutsidePart = (request: PaymentRequest, payment: Payment, actor: string): UnitPart =>
  request.multiUse ? { guards: counted(request, payment) } : paidPart(request, payment, actor)

/**
 * What the payment's own unit tests and writes of the request. Where one payment pays it, its record is written on the
 * version that was read: of many payments at once the first one takes it, and every other unit is stale. Where many may,
 * they are counted, and refused once the unit that ended it has said so: all under the lock.
 */
export function paidPart(request: PaymentRequest, payment: Payment, actor: string): UnitPart {
  if (!request.multiUse) {
    const { id: paymentId, amount: amountPaid } = payment
    const paid = { ...request, paymentId, reservedBy: null, timesPaid: 1, amountPaid }
    return { records: [write(request, paid, ['paid'], { actor })] }
  }
  return { guards: [...stillOpen(request), ...counted(request, payment)] }
}

function stillOpen({ id }: PaymentRequest): Guard[] {
  const { canceled, expired } = paymentRequestCounters(id)
  return [
    { kind: 'counter', counter: canceled, add: 0n, max: 0n, code: 'payment_request_canceled' },
    { kind: 'counter', counter: expired, add: 0n, max: 0n, code: 'payment_request_expired' }
  ]
}

function counted({ id }: PaymentRequest, { amount }: Payment): Guard[] {
  const counters = paymentRequestCounters(id)
  const count = (counter: string, add: bigint): Guard => ({
    kind: 'counter',
    counter,
    add,
    code: 'amount_out_of_range'
  })
  return [count(counters.times, 1n), count(counters.amount, amount)]
}

/** The end of what nobody paid, or many did: those who come later are stopped by the counter, or by the record's version. */
function over(request: PaymentRequest, to: 'expired' | 'canceled', actor?: string): UnitPart {
  const counter = paymentRequestCounters(request.id)[to]
  return {
    guards: request.multiUse ? [{ kind: 'counter', counter, add: 1n, code: 'state_conflict' }] : [],
    records: [write(request, request, [to], { actor })]
  }
}
