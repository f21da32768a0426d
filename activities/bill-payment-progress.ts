import type { BillPaymentState } from '../domain/bill-payment.ts'
import type { Accepted, BillPaymentOrder, Progress, Start } from '../domain/orders.ts'
import type { BillPaymentPolicy } from '../domain/policy/index.ts'
import type { BillPayment } from '../store/bill-payment.ts'

export type BillPaymentStart = Start<BillPaymentOrder, BillPaymentPolicy>

/** Instants are RFC 3339 in business time. */
export interface BillPaymentProgress extends Progress<BillPaymentState> {
  readonly announce_at: string
  readonly debit_at: string
  /** The customer has been told of it. */
  readonly noticed: boolean
  /** What is due is asked for before it is paid. */
  readonly asks_bill: boolean
  /** The time to approve has been lengthened once. */
  readonly asked_again: boolean
  /** How often the money was looked for. */
  readonly attempts: number
  readonly next_attempt_at?: string
  /** From then on the customer is told that the next attempt is the last. */
  readonly warn_at?: string
  /** Since then the money is held. */
  readonly held_at?: string
  /** From then on the network may have it; absent: it certainly does not. */
  readonly sent_at?: string
}

export type BillPaymentAccepted = Accepted<BillPaymentProgress>

export const toBillPaymentProgress = (
  payment: BillPayment,
  { attempt_days, last_warning_ms }: Pick<BillPaymentPolicy, 'attempt_days' | 'last_warning_ms'>
): BillPaymentProgress => {
  const { state, approvalDeadline, nextAttemptAt, heldAt, sentAt, declineCode, attempt, warned } = payment
  const isLast = nextAttemptAt !== null && attempt === attempt_days.length - 1
  return {
    id: payment.id,
    state,
    version: payment.version,
    announce_at: payment.announceAt.toISOString(),
    debit_at: payment.debitAt.toISOString(),
    noticed: payment.noticedAt !== null,
    asks_bill: payment.cap !== null,
    asked_again: payment.approvalExtended,
    attempts: attempt,
    ...(declineCode !== null && { decline_code: declineCode }),
    ...(state === 'awaiting_approval' && approvalDeadline && { deadline: approvalDeadline.toISOString() }),
    ...(nextAttemptAt && { next_attempt_at: nextAttemptAt.toISOString() }),
    ...(isLast && !warned && { warn_at: new Date(nextAttemptAt.getTime() - last_warning_ms).toISOString() }),
    ...(heldAt && { held_at: heldAt.toISOString() }),
    ...(sentAt && { sent_at: sentAt.toISOString() })
  }
}
