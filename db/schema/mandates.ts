import type { ColumnType, Generated } from 'kysely'

type Read<T> = ColumnType<T, never, never>

/** Bills that pay themselves, and what Temporal was told of them. */
export interface MandateTables {
  mandate: MandateTable
  mandate_schedule: {
    mandate_id: string
    made: number
    short_at: Date | null
    made_at: Generated<Date>
  }
}

/** Written by `store/mandate.ts`'s set-based statement. */
interface MandateTable {
  id: Read<string>
  customer_id: Read<string>
  wallet_id: Read<string>
  biller_id: Read<string>
  account_index: Read<string>
  currency: Read<string>
  amount_type: Read<string>
  amount: Read<bigint>
  amount_once: Read<bigint | null>
  rule: Read<unknown>
  days_before_due: Read<number>
  zone: Read<string>
  debit_time: Read<string>
  holiday: Read<string>
  start_on: Read<string>
  end_on: Read<string | null>
  occurrences: Read<number | null>
  counts_from: Read<Date>
  late_policy: Read<string>
  metadata: Read<unknown>
  last_period: Read<string | null>
  next_period: Read<string | null>
  next_announce_at: Read<Date | null>
  next_debit_at: Read<Date | null>
  open_payments: Read<number>
  failures_in_row: Read<number>
  reason: Read<string | null>
  schedule_version: Read<number>
  created_at: Read<Date>
}
