import type { Accepted, Progress, Start, WithdrawalOrder } from '../domain/orders.ts'
import type { WithdrawalPolicy } from '../domain/policy/index.ts'
import type { WithdrawalState } from '../domain/withdrawal.ts'
import type { Withdrawal } from '../store/withdrawal.ts'

export type WithdrawalStart = Start<WithdrawalOrder, WithdrawalPolicy>

/** Instants are RFC 3339 in business time. */
export interface WithdrawalProgress extends Progress<WithdrawalState> {
  /** Since then the money is held. */
  readonly held_at?: string
  /** From then on the bank may have it; absent: it certainly does not. */
  readonly sent_at?: string
}

export type WithdrawalAccepted = Accepted<WithdrawalProgress>

export const toWithdrawalProgress = ({
  id,
  state,
  version,
  declineCode,
  confirmBefore,
  heldAt,
  sentAt,
  reviewBefore
}: Withdrawal): WithdrawalProgress => ({
  id,
  state,
  version,
  ...(declineCode !== null && { decline_code: declineCode }),
  ...(state === 'requires_action' && confirmBefore && { deadline: confirmBefore.toISOString() }),
  ...(state === 'in_review' && reviewBefore && { deadline: reviewBefore.toISOString() }),
  ...(heldAt && { held_at: heldAt.toISOString() }),
  ...(sentAt && { sent_at: sentAt.toISOString() })
})
