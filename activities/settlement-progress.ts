import type { Accepted, Progress, SettlementOrder, Start } from '../domain/orders.ts'
import type { SettlementPolicy } from '../domain/policy/index.ts'
import type { SettlementState } from '../domain/settlement.ts'
import type { WireMoney } from '../domain/money.ts'
import { toWire } from '../domain/money.ts'
import type { Settlement } from '../store/settlement.ts'

export type SettlementStart = Start<SettlementOrder, SettlementPolicy>

/** Instants are RFC 3339 in business time. */
export interface SettlementProgress extends Progress<SettlementState> {
  /** What goes to the merchant's bank account. */
  readonly amount: WireMoney
  readonly collected_at: string
  /** From then on the bank may have it; absent: it certainly does not. */
  readonly sent_at?: string
}

export type SettlementCollected = Accepted<SettlementProgress>

export const toSettlementProgress = (settlement: Settlement): SettlementProgress => ({
  id: settlement.id,
  state: settlement.state,
  version: settlement.version,
  amount: toWire(settlement),
  collected_at: settlement.createdAt.toISOString(),
  ...(settlement.declineCode !== null && { decline_code: settlement.declineCode }),
  ...(settlement.sentAt && { sent_at: settlement.sentAt.toISOString() })
})
