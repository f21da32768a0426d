import type { ColumnType, Generated } from 'kysely'

type Read<T> = ColumnType<T, never, never>

/** Our books beside the banks' statements. */
export interface ReconciliationTables {
  acquirer_payout: {
    seq: bigint
    reference: string
    bank: string
    currency: string
    amount: bigint
    fee: bigint
    at: Date
    booked_at: Generated<Date>
  }
  bank_statement_file: { hash: string; format: string; sealed: Buffer; received_at: Generated<Date> }
  reconciliation: {
    id: string
    bank: string
    date: string
    source: string
    file_hash: string | null
    content_hash: string | null
    accounts: ColumnType<unknown, string | null, string | null>
    counts: Read<unknown>
    open_items: Generated<number>
    refusal: ColumnType<unknown, string | null, string | null>
    asked_by: string
    created_at: Generated<Date>
  }
  statement_line: {
    reconciliation_id: string
    position: number
    bank: string
    entry: string
    reference: string
    operation: string
    currency: string
    amount: bigint
    booked_on: string
    class: Read<string | null>
    unit_key: Read<string | null>
  }
  bank_expectation: {
    bank: Read<string>
    rests: Read<string>
    currency: Read<string>
    version: Read<bigint>
    reference: Read<string>
    amount: Read<bigint>
    booked_on: Read<string>
    state: Read<string>
    item_id: Read<string | null>
  }
  reconciliation_item: {
    id: Read<string>
    reconciliation_id: Read<string>
    class: Read<string>
    reference: Read<string>
    currency: Read<string>
    expected: Read<bigint | null>
    said: Read<bigint | null>
    amount: Read<bigint>
    rests: Read<string>
    state: Read<string>
    opened_on: Read<string>
    cleared_at: Read<Date | null>
    cleared_by: Read<string | null>
    account: Read<string | null>
    reason: Read<string | null>
    effective_on: Read<string | null>
    unit_key: Read<string | null>
  }
  accounting_period: {
    month: string
    closed_at: Generated<Date>
    closed_by: string
    open_items: ColumnType<unknown, string, never>
  }
}
