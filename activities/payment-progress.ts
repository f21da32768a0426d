import { pendingCapture } from '../domain/card-capture.ts'
import type { Accepted, PaymentOrder, Progress, Start } from '../domain/orders.ts'
import type { PaymentState } from '../domain/payment.ts'
import type { FundedPaymentPolicy, PaymentPolicy } from '../domain/policy/index.ts'
import type { Payment } from '../store/payment.ts'

export type PaymentStart = Start<PaymentOrder, PaymentPolicy>
/** Of one that is paid from outside. */
export type FundedPaymentStart = Start<PaymentOrder & Required<Pick<PaymentOrder, 'funding'>>, FundedPaymentPolicy>
/** Of one that a bank pays. */
export type BankPaymentStart = Start<
  PaymentOrder & Required<Pick<PaymentOrder, 'funding' | 'bank'>>,
  FundedPaymentPolicy
>

/** Instants are RFC 3339 in business time. */
export interface PaymentProgress extends Progress<PaymentState> {
  /** Since then it is authorized; of one that is paid from outside. */
  readonly authorized_at?: string
  /** From then on the bank may have it; absent: it certainly does not. */
  readonly sent_at?: string
  /** Of one by card: the capture that the acquirer is to be told of, or asked about. */
  readonly capture?: { readonly part: number; readonly taken_at: string; readonly sent_at?: string }
  /** It is over, and the acquirer has still to be told that it holds the rest no longer. */
  readonly release_due?: boolean
}
export type PaymentAccepted = Accepted<PaymentProgress>

export function toPaymentProgress({
  id,
  state,
  version,
  declineCode,
  confirmBefore,
  captureBefore,
  funding,
  authorizedAt,
  sentAt,
  lastCapture,
  holdRelease,
  reviewBefore
}: Payment): PaymentProgress {
  const pending = pendingCapture(lastCapture)
  const deadlines = { in_review: reviewBefore, requires_action: confirmBefore, requires_capture: captureBefore }
  const deadline = (deadlines as Readonly<Partial<Record<PaymentState, Date | null>>>)[state]
  return {
    id,
    state,
    version,
    ...(declineCode !== null && { decline_code: declineCode }),
    ...(deadline && { deadline: deadline.toISOString() }),
    ...(funding.type !== 'balance' && authorizedAt && { authorized_at: authorizedAt.toISOString() }),
    ...(sentAt && { sent_at: sentAt.toISOString() }),
    ...(pending && {
      capture: {
        part: pending.part,
        taken_at: pending.takenAt.toISOString(),
        ...(pending.sentAt && { sent_at: pending.sentAt.toISOString() })
      }
    }),
    ...(holdRelease === 'due' && { release_due: true })
  }
}
