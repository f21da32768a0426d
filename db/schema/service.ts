import type { ColumnType, Generated } from 'kysely'

type Fixed<T> = ColumnType<T, T, never>

/** Devices, second factors, forgotten passwords, and what customers are told (migration 0021_service.sql). */
export interface ServiceTables {
  device: {
    id: Fixed<string>
    customer_id: Fixed<string>
    name: Fixed<Buffer>
    token_hash: Fixed<Buffer>
    known_since: Generated<Date>
    last_seen_at: Generated<Date>
    revoked_at: Date | null
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
    id: Fixed<string>
    customer_id: Fixed<string>
    kind: Fixed<string>
    object_id: Fixed<string | null>
    created_at: Generated<Date>
    done_at: Date | null
  }
  notice_cursor: { one_row: Generated<boolean>; xid: string; seq: bigint }
}
