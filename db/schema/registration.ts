import type { ColumnType, Generated } from 'kysely'

type Fixed<T> = ColumnType<T, T, never>

/** Codes that prove an address, and consents (migration 0010_verification.sql). */
export interface RegistrationTables {
  verification: {
    id: Fixed<string>
    customer_id: Fixed<string>
    channel: Fixed<string>
    purpose: ColumnType<string, string | undefined, never>
    code: Fixed<Buffer>
    tries: Generated<number>
    tries_max: Fixed<number>
    expires_at: Fixed<Date>
    created_at: Generated<Date>
    sent_at: Date | null
    ended_at: Date | null
    ended_by: string | null
  }
  consent: {
    customer_id: Fixed<string>
    document: Fixed<string>
    version: Fixed<string>
    given_at: ColumnType<Date, never, never>
    request_id: Fixed<string>
  }
}
