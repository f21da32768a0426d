import type { ColumnType, Generated } from 'kysely'

/** Written by the database's own clock or by no update at all. */
type Stamp = Generated<Date>
type Fixed<T> = ColumnType<T, T, never>

/** Who may do what: customers, sessions, keys, operators, personal data, audit (migration 0003_access.sql). */
export interface AccessTables {
  customer: {
    id: Fixed<string>
    tier: Generated<number>
    state: string
    zone: string
    policy: string | null
    created_at: Stamp
    updated_at: Stamp
  }
  personal_key: { owner_id: Fixed<string>; wrapped_key: Buffer; master_key_id: string; created_at: Stamp }
  personal_data: {
    owner_id: Fixed<string>
    kind: Fixed<string>
    reference: Fixed<string>
    ciphertext: Buffer
    blind_index: Buffer | null
    verified_at: Date | null
    created_at: Stamp
  }
  password: { customer_id: Fixed<string>; hash: string; updated_at: Stamp; cooling_until: Date | null }
  pin: {
    customer_id: Fixed<string>
    hash: string
    wrong_in_a_row: Generated<number>
    locked_until: Date | null
    updated_at: Stamp
  }
  session: {
    id: Fixed<string>
    customer_id: Fixed<string>
    created_at: Stamp
    expires_at: Date
    ended_at: Date | null
    ended_reason: string | null
    device_id: Fixed<string | null>
  }
  refresh_token: { hash: Fixed<Buffer>; session_id: Fixed<string>; created_at: Stamp; used_at: Date | null }
  operator: { id: Fixed<string>; role: Fixed<string>; name: string; created_at: Stamp }
  api_key: {
    id: Fixed<string>
    role: Fixed<string>
    service_name: Fixed<string | null>
    merchant_id: Fixed<string | null>
    operator_id: Fixed<string | null>
    scopes: Fixed<string[]>
    hash: Fixed<Buffer>
    created_at: Stamp
    created_by: Fixed<string>
    expires_at: Date | null
  }
  rate_limit: { key: string; points: number; expire: bigint | null }
  stored_reply: {
    principal: Fixed<string>
    route: Fixed<string>
    idempotency_key: Fixed<string>
    fingerprint: string
    status: number | null
    headers: string | null
    body: Buffer | null
    object_id: string | null
    request_id: string
    created_at: Stamp
  }
  callback_receipt: { provider: Fixed<string>; webhook_id: Fixed<string>; received_at: Stamp }
  kill_switch: {
    process: string
    rail: string
    on: boolean
    changed_by: string
    changed_at: Stamp
    reason: string | null
  }
  audit_log: {
    seq: ColumnType<bigint, never, never>
    at: ColumnType<Date, never, never>
    actor: ColumnType<string, never, never>
    action: ColumnType<string, never, never>
    object: ColumnType<string, never, never>
    request_id: ColumnType<string, never, never>
    data: ColumnType<Record<string, unknown>, never, never>
    prev_hash: ColumnType<Buffer, never, never>
    hash: ColumnType<Buffer, never, never>
  }
}
