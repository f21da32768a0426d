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
  sentAt
}: Payment): PaymentProgress {
  const deadline = state === 'requires_action' ? confirmBefore : state === 'requires_capture' ? captureBefore : null
  return {
    id,
    state,
    version,
    ...(declineCode !== null && { decline_code: declineCode }),
    ...(deadline && { deadline: deadline.toISOString() }),
    ...(funding.type !== 'balance' && authorizedAt && { authorized_at: authorizedAt.toISOString() }),
    ...(sentAt && { sent_at: sentAt.toISOString() })
  }
}
