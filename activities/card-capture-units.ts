import { account } from '../domain/account-kinds.ts'
import { nextCapture, type CardCapture } from '../domain/card-capture.ts'
import { Refusal, type ProblemCode } from '../domain/errors.ts'
import type { EventType } from '../domain/event-types.ts'
import { captureFee } from '../domain/merchant-fee.ts'
import type { CaptureDecision } from '../domain/payment-rules.ts'
import type { PaymentPolicy } from '../domain/policy/index.ts'
import { partDigits } from '../domain/ids.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import { partReference } from '../domain/reference.ts'
import { toWire } from '../domain/money.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Payment } from '../store/payment.ts'
import { giveBack } from './outgoing-limits.ts'
import { fromOutside, type FundedPayment } from './payment-funding-units.ts'
import { capturedThrough, paymentWrite } from './payment-units.ts'

/** A capture of a payment by card (ARCHITECTURE.md, "Postings"): nothing until the acquirer has captured. */

/**
 * Puts on record what the acquirer is to capture. What would be refused once it has, is refused now: while this is pending
 * nothing that the fee and the shares are made of changes.
 */
export function requestedPart(
  payment: Payment,
  decided: CaptureDecision,
  now: Date,
  actor: string
): UnitPart | Refusal {
  const through = capturedThrough(payment, decided, [])
  if (through instanceof Refusal) return through
  const after = { ...payment, lastCapture: nextCapture(payment.lastCapture, decided, now) }
  return { records: [paymentWrite(payment, after, [], { event: 'payment.capture_requested', actor })] }
}

/** The mark that the acquirer may have it from now on; made before the first byte leaves. */
export const captureSentPart = (payment: Payment, capture: CardCapture, sentAt: Date): UnitPart =>
  moved(payment, { ...capture, sentAt }, 'payment.capture_sent')

/** The connection was refused: the acquirer certainly does not have it. */
export const captureUndeliveredPart = (payment: Payment, capture: CardCapture): UnitPart =>
  moved(payment, { ...capture, sentAt: null }, 'payment.capture_undelivered')

/** The acquirer has captured it: it passes through the wallet to the merchant; the final one gives the rest back. */
export function captureBookedPart(
  payment: FundedPayment,
  capture: CardCapture,
  { merchant_fee }: Pick<PaymentPolicy, 'merchant_fee'>
): UnitPart {
  const { amount, final } = capture
  const { currency, captured, walletId } = payment
  const feeDelta = captureFee(captured, amount, currency, merchant_fee)
  const wallet = account('wallet', walletId, currency)
  const through = capturedThrough(payment, { amount, feeDelta }, [
    fromOutside({ ...payment, amount }, wallet, 'payment.funding')
  ])
  if (through instanceof Refusal) throw through
  const after: Payment = { ...through.payment, lastCapture: { ...capture, state: 'captured' } }
  return {
    guards: final ? giveBack(payment, payment.amount - after.captured) : [],
    postings: through.postings,
    records: [
      paymentWrite(payment, after, final ? ['succeeded'] : [], { event: 'payment.captured', row: { is_over: true } })
    ]
  }
}

/** The acquirer has not captured it and never will; what it holds may be captured again. */
export const captureDeclinedPart = (payment: Payment, capture: CardCapture, code: ProblemCode): UnitPart =>
  moved(payment, { ...capture, state: 'declined', code }, 'payment.capture_declined')

/** Nobody knows after 24 hours: an operator has to find out. */
export function captureStuckPart(payment: FundedPayment, capture: CardCapture, clock: WorkClock | undefined): UnitPart {
  const { part, amount, sentAt } = capture
  const data = {
    bank: 'acquirer',
    reference: partReference(payment.id, part),
    amount: toWire({ amount, currency: payment.currency }),
    sent_at: sentAt
  }
  const task = { id: partDigits('tsk', payment.id, part), kind: 'stuck_bank_instruction', clock, data } as const
  return { records: [paymentWrite(payment, payment, [], { event: 'payment.stuck', task })] }
}

/** The acquirer knows that it holds nothing of it any more, or never did. */
export const releasedPart = (payment: Payment): UnitPart => ({
  records: [paymentWrite(payment, { ...payment, holdRelease: 'done' }, [], { event: 'payment.hold_released' })]
})

/** What becomes of it closes the task of one that was stuck. */
const moved = (payment: Payment, lastCapture: CardCapture, event: EventType): UnitPart => ({
  records: [
    paymentWrite(payment, { ...payment, lastCapture }, [], { event, row: { is_over: lastCapture.state !== 'pending' } })
  ]
})
