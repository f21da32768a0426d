import type { Generated } from 'kysely'

/** Operators' decisions about many at once, and whom the audit log is about (migration 0022_operators.sql). */
export interface OperatorTables {
  bulk_decision: {
    id: string
    action: string
    filter: unknown
    assign_to: string | null
    reason: string | null
    state: Generated<string>
    requested_by: string
    role: string
    fingerprint: string
    request_id: string
    created_at: Generated<Date>
    completed_at: Generated<Date | null>
  }
  bulk_decision_item: { bulk_id: string; item_id: string; outcome: Generated<string | null> }
  /** Migration 0026_risk_review.sql. */
  risk_rule: {
    id: string
    process: string
    outcome: string
    customer_id: string | null
    merchant_id: string | null
    currency: string | null
    amount_from: bigint | null
    reason: string
    created_by: string
    created_at: Generated<Date>
    removed_by: Generated<string | null>
    removed_at: Generated<Date | null>
  }
}
