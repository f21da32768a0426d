import type { Generated } from 'kysely'

/** Whose money: wallets, merchants, linked bank accounts (0005), cards (0017), QR codes (0009), and what was decided about processes (0008). */
export interface PartyTables {
  wallet: {
    id: string
    customer_id: string
    currency: string
    state: Generated<string>
    frozen_by: Generated<string | null>
    owes: Generated<boolean>
    created_at: Generated<Date>
  }
  merchant: {
    id: string
    name: string
    city: string
    country: string
    mcc: string
    currency: string
    state: Generated<string>
    suspended_by: Generated<string | null>
    created_at: Generated<Date>
  }
  merchant_consent: {
    merchant_id: string
    document: string
    version: string
    given_at: Generated<Date>
    request_id: string
  }
  bank_account: {
    id: string
    customer_id: string
    bank: string
    state: string
    linked_at: Generated<Date>
    suspended_by: Generated<string | null>
    suspended_for: Generated<string | null>
    suspended_at: Generated<Date | null>
  }
  settlement_account: {
    merchant_id: string
    version: number
    state: string
    reason: string | null
    changed_by: Generated<string | null>
    changed_at: Generated<Date>
  }
  settlement_day: { day: string; started: number; started_at: Generated<Date> }
  automatic_top_up: {
    wallet_id: string
    customer_id: string
    bank_account_id: string
    currency: string
    below: bigint
    add: bigint
    set_at: Date
  }
  card: {
    id: string
    customer_id: string
    brand: string
    funding: string
    expiry_month: number
    expiry_year: number
    state: string
    linked_at: Generated<Date>
  }
  qr_code: {
    id: string
    merchant_id: string
    amount: bigint | null
    currency: string
    text: string
    created_at: Generated<Date>
  }
  own_limit: {
    customer_id: string
    name: string
    amount: bigint | null
    next_amount: bigint | null
    next_at: Date | null
  }
  screening: { customer_id: string; list_version: string; score_bps: number; screened_at: Date }
  merchant_screening: { merchant_id: string; list_version: string; score_bps: number; screened_at: Date }
  decision: {
    id: string
    process_id: string
    action: string
    data: unknown
    actor: string
    role: string
    fingerprint: string
    request_id: string
    unit_key: string
    created_at: Generated<Date>
  }
  task: {
    id: string
    process_id: string
    kind: string
    state: Generated<string>
    data: unknown
    created_at: Date
    done_at: Date | null
    remind_at: Generated<Date | null>
    due_at: Generated<Date | null>
    reminded_at: Generated<Date | null>
    escalated_at: Generated<Date | null>
    assigned_to: Generated<string | null>
    assigned_at: Generated<Date | null>
  }
  review: {
    id: string
    process_id: string
    action: string
    data: unknown
    state: Generated<string>
    requested_by: string
    decided_by: string | null
    fingerprint: string
    request_id: string
    created_at: Generated<Date>
    decided_at: Date | null
    remind_at: Generated<Date | null>
    due_at: Generated<Date | null>
    reminded_at: Generated<Date | null>
    escalated_at: Generated<Date | null>
    assigned_to: Generated<string | null>
    assigned_at: Generated<Date | null>
  }
}
