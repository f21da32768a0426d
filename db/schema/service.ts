import type { ColumnType, Generated } from 'kysely'

type Fixed<T> = ColumnType<T, T, never>

/** Devices, second factors, forgotten passwords, and what customers are told (migrations 0021, 0037). */
export interface ServiceTables {
  device: {
    id: Fixed<string>
    customer_id: Fixed<string>
    name: Fixed<Buffer>
    token_hash: Fixed<Buffer>
    known_since: Generated<Date>
    last_seen_at: Generated<Date>
    revoked_at: Date | null
    push_token: Buffer | null
    push_index: Buffer | null
  }
  password_reset: {
    id: Fixed<string>
    channel: Fixed<string>
    login_index: Fixed<Buffer>
    customer_id: string | null
    code: Fixed<Buffer>
    tries: Generated<number>
    tries_max: Fixed<number>
    expires_at: Fixed<Date>
    created_at: Generated<Date>
    sent_at: Date | null
    ended_at: Date | null
  }
  second_factor: {
    customer_id: Fixed<string>
    secret: Buffer
    confirmed_at: Date | null
    last_step: Generated<bigint>
    wrong_in_a_row: Generated<number>
    locked_until: Date | null
    created_at: Generated<Date>
  }
  recovery_code: { customer_id: Fixed<string>; hash: Fixed<Buffer>; used_at: Date | null }
  debit_report: {
    debit_id: Fixed<string>
    customer_id: Fixed<string>
    proof: Fixed<string>
    task_id: Fixed<string>
    wallets_frozen: Fixed<number>
    sessions_ended: Fixed<number>
    reported_at: ColumnType<Date, never, never>
    request_id: Fixed<string>
  }
  notice: {
    key: Fixed<string>
    id: ColumnType<string, never, never>
    seq: ColumnType<bigint, never, never>
    customer_id: Fixed<string | null>
    merchant_id: Fixed<string | null>
    kind: Fixed<string>
    object_id: Fixed<string | null>
    event_id: Fixed<string | null>
    at: ColumnType<Date, never, never>
    created_at: Generated<Date>
    planned_at: Date | null
    read_at: Date | null
  }
  notice_delivery: {
    id: Fixed<string>
    seq: ColumnType<bigint, never, never>
    notice_id: Fixed<string>
    channel: Fixed<string>
    device_id: Fixed<string | null>
    lane: Fixed<string>
    language: Fixed<string>
    state: Generated<string>
    due_at: Generated<Date>
    next_at: Generated<Date>
    attempts: Generated<number>
    failure: string | null
    created_at: ColumnType<Date, never, never>
    ended_at: Date | null
  }
  notification_preference: {
    customer_id: Fixed<string>
    language: string
    quiet_from: string | null
    quiet_to: string | null
    channels: unknown
    updated_at: Generated<Date>
  }
  notice_cursor: { one_row: Generated<boolean>; xid: string; seq: bigint }
}
