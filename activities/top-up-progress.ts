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
  /** From then on the bank may have it; absent: it certainly does not. */
  readonly sent_at?: string
}

export type TopUpAccepted = Accepted<TopUpProgress>

export const toTopUpProgress = ({ id, state, version, declineCode, createdAt, sentAt }: TopUp): TopUpProgress => ({
  id,
  state,
  version,
  created_at: createdAt.toISOString(),
  ...(declineCode !== null && { decline_code: declineCode }),
  ...(sentAt && { sent_at: sentAt.toISOString() })
})
