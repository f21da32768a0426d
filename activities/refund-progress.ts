import type { Accepted, Progress, RefundOrder, Start } from '../domain/orders.ts'
import type { RefundPolicy } from '../domain/policy/index.ts'
import type { RefundState } from '../domain/refund.ts'
import type { Refund } from '../store/refund.ts'

export type RefundStart = Start<RefundOrder, RefundPolicy>

/** Instants are RFC 3339 in business time. */
export interface RefundProgress extends Progress<RefundState> {
  readonly destination?: 'original' | 'wallet'
  /** Since then the merchants have given the money. */
  readonly funded_at?: string
  /** From then on the bank may have it; absent: it certainly does not. */
  readonly sent_at?: string
}

export type RefundAccepted = Accepted<RefundProgress>

export const toRefundProgress = ({
  id,
  state,
  version,
  destination,
  declineCode,
  waitUntil,
  fundedAt,
  sentAt
}: Refund): RefundProgress => ({
  id,
  state,
  version,
  ...(destination && { destination }),
  ...(declineCode !== null && { decline_code: declineCode }),
  ...(state === 'pending' && waitUntil && { deadline: waitUntil.toISOString() }),
  ...(fundedAt && { funded_at: fundedAt.toISOString() }),
  ...(sentAt && { sent_at: sentAt.toISOString() })
})
