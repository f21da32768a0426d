import type { Accepted, BankOrder, CardTopUpOrder, Progress, Start } from '../domain/orders.ts'
import type { TopUpPolicy } from '../domain/policy/index.ts'
import type { TopUpState } from '../domain/top-up.ts'
import type { TopUp } from '../store/top-up.ts'

export type BankTopUpStart = Start<BankOrder, TopUpPolicy>
export type CardTopUpStart = Start<CardTopUpOrder, TopUpPolicy>
export type TopUpStart = BankTopUpStart | CardTopUpStart

/** Instants are RFC 3339 in business time. */
export interface TopUpProgress extends Progress<TopUpState> {
  readonly created_at: string
  /** Since then a reviewer lets the bank be asked; absent: since it was made. */
  readonly reviewed_at?: string
  /** From then on the bank may have it; absent: it certainly does not. */
  readonly sent_at?: string
}

export type TopUpAccepted = Accepted<TopUpProgress>

export const toTopUpProgress = ({
  id,
  state,
  version,
  declineCode,
  createdAt,
  reviewBefore,
  reviewedAt,
  sentAt
}: TopUp): TopUpProgress => ({
  id,
  state,
  version,
  created_at: createdAt.toISOString(),
  ...(declineCode !== null && { decline_code: declineCode }),
  ...(state === 'in_review' && reviewBefore && { deadline: reviewBefore.toISOString() }),
  ...(reviewedAt && { reviewed_at: reviewedAt.toISOString() }),
  ...(sentAt && { sent_at: sentAt.toISOString() })
})
