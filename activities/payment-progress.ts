import type { Accepted, PaymentOrder, Progress, Start } from '../domain/orders.ts'
import type { PaymentState } from '../domain/payment.ts'
import type { PaymentPolicy } from '../domain/policy/index.ts'
import type { Payment } from '../store/payment.ts'

export type PaymentStart = Start<PaymentOrder, PaymentPolicy>
export type PaymentProgress = Progress<PaymentState>
export type PaymentAccepted = Accepted<PaymentProgress>

export function toPaymentProgress({
  id,
  state,
  version,
  declineCode,
  confirmBefore,
  captureBefore
}: Payment): PaymentProgress {
  const deadline = state === 'requires_action' ? confirmBefore : state === 'requires_capture' ? captureBefore : null
  return {
    id,
    state,
    version,
    ...(declineCode !== null && { decline_code: declineCode }),
    ...(deadline && { deadline: deadline.toISOString() })
  }
}
