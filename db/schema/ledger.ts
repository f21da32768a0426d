import type { ColumnType, Generated } from 'kysely'

/** Read by everyone, written by `post_units` alone: the application role has no other right on these tables. */
export interface LedgerTables {
  business_clock: { singleton: boolean; offset_ms: bigint }
  ledger_account_kind: { kind: string; side: 'D' | 'C'; floor: boolean }
  ledger_account: LedgerAccountTable
  unit: UnitTable
  posting: PostingTable
  entry: EntryTable
  hold: HoldTable
  limit_counter: { id: string; used: bigint }
}

type Read<T> = ColumnType<T, never, never>

interface LedgerAccountTable {
  id: Generated<bigint>
  kind: Read<string>
  owner: Read<string>
  currency: Read<string>
  side: Read<'D' | 'C'>
  floor: Read<boolean>
  debits_posted: Read<bigint>
  credits_posted: Read<bigint>
  debits_pending: Read<bigint>
  credits_pending: Read<bigint>
  version: Read<bigint>
  last_posted_at: Read<Date>
  opened_at: Read<Date>
}

interface UnitTable {
  key: Read<string>
  id: Read<bigint>
  fingerprint: Read<string>
  refusal: Read<string | null>
  data: Read<unknown>
  reason: Read<string | null>
  posted_at: Read<Date>
}

interface PostingTable {
  id: Read<bigint>
  unit_id: Read<bigint>
  op: Read<'post' | 'hold' | 'post_hold' | 'void_hold' | 'expire_hold'>
  code: Read<string>
  debit_account: Read<bigint>
  credit_account: Read<bigint>
  amount: Read<bigint>
  currency: Read<string>
  hold_id: Read<string | null>
  effective_at: Read<Date>
  posted_at: Read<Date>
}

interface EntryTable {
  account_id: Read<bigint>
  version: Read<bigint>
  posting_id: Read<bigint>
  delta: Read<bigint>
  balance_after: Read<bigint>
  effective_at: Read<Date>
  posted_at: Read<Date>
}

interface HoldTable {
  id: Read<string>
  posting_id: Read<bigint>
  debit_account: Read<bigint>
  credit_account: Read<bigint>
  currency: Read<string>
  code: Read<string>
  amount: Read<bigint>
  posted: Read<bigint>
  released: Read<bigint>
  expires_at: Read<Date | null>
}
