import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { idOf, type BankAccountId, type CustomerId, type WalletId, type WithdrawalId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { WithdrawalState } from '../domain/withdrawal.ts'
import { toJudged, toJudgedRow, type Judged } from './risk.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A withdrawal as its record stands; amounts in minor units of `currency`. Its id is the bank's reference. */
export interface Withdrawal extends Judged {
  readonly id: WithdrawalId
  readonly state: WithdrawalState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly customerId: CustomerId
  readonly walletId: WalletId
  readonly bankAccountId: BankAccountId
  readonly bank: 'a' | 'b'
  readonly currency: CurrencyCode
  readonly amount: bigint
  /** What the wallet pays beside the amount. */
  readonly fee: bigint
  readonly metadata: Readonly<Record<string, string>>
  readonly declineCode: string | null
  readonly withdrawableFrom: Date | null
  readonly confirmBefore: Date | null
  readonly confirmedAt: Date | null
  /** Business time since which the money is held; null: it never was. */
  readonly heldAt: Date | null
  /** The limit counters that it is given back to, unless it succeeds. */
  readonly limitCounters: readonly string[]
  readonly bankReference: string | null
  /** Business time from which the bank may have it; null: it certainly does not. */
  readonly sentAt: Date | null
  /** What the bank has sent back since. */
  readonly returned: bigint
  readonly createdAt: Date
}

export async function findWithdrawal(db: Kysely<Database>, id: string): Promise<Withdrawal | undefined> {
  const row = await db
    .selectFrom('withdrawal')
    .innerJoin('process', 'process.id', 'withdrawal.id')
    .selectAll('withdrawal')
    .select(['process.state', 'process.version'])
    .where('withdrawal.id', '=', id)
    .executeTakeFirst()
  return row && toWithdrawal(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getWithdrawal(db: Kysely<Database>, id: string): Promise<Withdrawal> {
  const withdrawal = await findWithdrawal(db, id)
  if (!withdrawal) throw new TypeError(`${id} is not there`)
  return withdrawal
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them. */
export const withdrawalWriter = {
  kind: 'withdrawal',
  sql: withTasks(`
    insert into withdrawal
      select r.* from jsonb_populate_recordset(null::withdrawal, $1::jsonb) r
      on conflict (id) do update set
        decline_code = excluded.decline_code, withdrawable_from = excluded.withdrawable_from,
        confirmed_at = excluded.confirmed_at, held_at = excluded.held_at, limit_counters = excluded.limit_counters,
        bank_reference = excluded.bank_reference, sent_at = excluded.sent_at,
        returned = excluded.returned, risk = excluded.risk, review_before = excluded.review_before,
        confirm_before = excluded.confirm_before`)
} as const

/** The row of a record, whole. */
export const toWithdrawalRow = (withdrawal: Withdrawal): object => ({
  id: withdrawal.id,
  customer_id: withdrawal.customerId,
  wallet_id: withdrawal.walletId,
  bank_account_id: withdrawal.bankAccountId,
  bank: withdrawal.bank,
  currency: withdrawal.currency,
  amount: withdrawal.amount.toString(),
  fee: withdrawal.fee.toString(),
  metadata: withdrawal.metadata,
  decline_code: withdrawal.declineCode,
  withdrawable_from: withdrawal.withdrawableFrom,
  confirm_before: withdrawal.confirmBefore,
  confirmed_at: withdrawal.confirmedAt,
  held_at: withdrawal.heldAt,
  limit_counters: withdrawal.limitCounters,
  bank_reference: withdrawal.bankReference,
  sent_at: withdrawal.sentAt,
  returned: withdrawal.returned.toString(),
  created_at: withdrawal.createdAt,
  ...toJudgedRow(withdrawal)
})

/** A withdrawal as callers see it, without its timeline: what an event carries, and what the API answers with. */
export function toWithdrawalView(withdrawal: Withdrawal): Record<string, unknown> {
  const money = (amount: bigint) => toWire({ amount, currency: withdrawal.currency })
  return {
    id: withdrawal.id,
    object: 'withdrawal',
    state: withdrawal.state,
    ...(withdrawal.declineCode && { decline_code: withdrawal.declineCode }),
    ...(withdrawal.withdrawableFrom && { withdrawable_from: withdrawal.withdrawableFrom.toISOString() }),
    amount: money(withdrawal.amount),
    fee: money(withdrawal.fee),
    wallet_id: withdrawal.walletId,
    bank_account_id: withdrawal.bankAccountId,
    ...(withdrawal.state === 'requires_action' && { confirm_before: withdrawal.confirmBefore?.toISOString() }),
    ...(withdrawal.bankReference !== null && { bank_reference: withdrawal.bankReference }),
    ...(withdrawal.returned > 0n && { returned: money(withdrawal.returned) }),
    metadata: withdrawal.metadata
  }
}

export type WithdrawalRow = RecordOf<'withdrawal'>

export const toWithdrawal = (row: WithdrawalRow): Withdrawal => ({
  id: idOf('wdr', row.id),
  state: row.state as WithdrawalState,
  version: row.version,
  customerId: idOf('cus', row.customer_id),
  walletId: idOf('wal', row.wallet_id),
  bankAccountId: idOf('ban', row.bank_account_id),
  bank: row.bank as Withdrawal['bank'],
  currency: currency(row.currency),
  amount: row.amount,
  fee: row.fee,
  metadata: row.metadata as Withdrawal['metadata'],
  declineCode: row.decline_code,
  withdrawableFrom: row.withdrawable_from,
  confirmBefore: row.confirm_before,
  confirmedAt: row.confirmed_at,
  heldAt: row.held_at,
  limitCounters: row.limit_counters,
  bankReference: row.bank_reference,
  sentAt: row.sent_at,
  returned: row.returned,
  createdAt: row.created_at,
  ...toJudged(row)
})
