import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { SuspensionCode } from '../domain/bank-account.ts'
import type { BankReturnState } from '../domain/bank-return.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import {
  idOf,
  type BankAccountId,
  type BankReturnId,
  type CustomerId,
  type MerchantId,
  type WalletId
} from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A return as its record stands; amounts in minor units of `currency`. */
export interface BankReturn {
  readonly id: BankReturnId
  readonly state: BankReturnState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly bank: 'a' | 'b' | 'acquirer'
  /** The bank's own. */
  readonly reference: string
  readonly originalId: string
  readonly operation: 'pull' | 'push'
  /** Null, and so is the wallet, of what had gone to a merchant. */
  readonly customerId: CustomerId | null
  readonly walletId: WalletId | null
  readonly merchantId: MerchantId | null
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly charge: bigint
  readonly reason: string
  readonly inWindow: boolean
  /** What the wallet could not give back at once. */
  readonly owed: bigint
  /** What of that is still owed. */
  readonly outstanding: bigint
  readonly givenUp: bigint
  readonly returnedAt: Date
  readonly createdAt: Date
  /** The account that must not be used again, by the bank's reason. */
  readonly suspendedBankAccountId: BankAccountId | null
}

const records = (db: Kysely<Database>) =>
  db
    .selectFrom('bank_return')
    .innerJoin('process', 'process.id', 'bank_return.id')
    .selectAll('bank_return')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])

export async function findBankReturn(db: Kysely<Database>, id: string): Promise<BankReturn | undefined> {
  const row = await records(db).where('bank_return.id', '=', id).executeTakeFirst()
  return row && toBankReturn(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getBankReturn(db: Kysely<Database>, id: string): Promise<BankReturn> {
  const found = await findBankReturn(db, id)
  if (!found) throw new TypeError(`${id} is not there`)
  return found
}

/** Whose debt it may be. @throws {TypeError} of what had gone to a merchant, of which nothing is ever owed. */
export function debtorOf({ id, customerId, walletId }: BankReturn): { customerId: CustomerId; walletId: WalletId } {
  if (customerId === null || walletId === null) throw new TypeError(`${id} is of no wallet`)
  return { customerId, walletId }
}

/** At least one of the first three names whose; operators may leave all out. */
export interface BankReturnFilter {
  readonly walletId?: string | undefined
  readonly customerId?: string | undefined
  readonly state?: string | undefined
}

/** Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listBankReturns(
  db: Kysely<Database>,
  { walletId, customerId, state }: BankReturnFilter,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ bankReturn: BankReturn; recordedAt: Date; changedAt: Date }[]> {
  const rows = await records(db)
    .$if(walletId !== undefined, (query) => query.where('bank_return.wallet_id', '=', walletId!))
    .$if(customerId !== undefined, (query) => query.where('bank_return.customer_id', '=', customerId!))
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(
        sql<boolean>`(bank_return.created_at, bank_return.id) < (${before!.createdAt}::timestamptz, ${before!.id})`
      )
    )
    .orderBy('bank_return.created_at', 'desc')
    .orderBy('bank_return.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ bankReturn: toBankReturn(row), recordedAt: row.recorded_at, changedAt: row.updated_at }))
}

/** What a row carries beside its columns, about the wallet: whether it owes now, and whether an operator has to thaw it. */
export interface WalletMove {
  /** Absent: as before. */
  readonly wallet_owes?: boolean
  readonly wallet_frozen?: boolean
}

/** What the row of a return that is received says of its bank account. */
export interface AccountMove {
  /** Absent: it may be used again. */
  readonly suspended_for?: SuspensionCode
}

/** What moves the wallets as their rows say; a part of the statement of whatever may leave a debt. */
export const walletMoveSql = `owing as (
    update wallet w set owes = coalesce(r.wallet_owes, w.owes),
        state = case when r.wallet_frozen and w.state = 'active' then 'frozen' else w.state end,
        frozen_by = case when r.wallet_frozen and w.state <> 'closed' then 'operator' else w.frozen_by end
      from jsonb_to_recordset($1::jsonb) r (wallet_id text, wallet_owes boolean, wallet_frozen boolean)
      where w.id = r.wallet_id and (r.wallet_owes is distinct from null or r.wallet_frozen)
  )`

/**
 * The posting queue's statement for whole rows; `$1` is a jsonb array of them, each with the fields of `WalletMove` and
 * `AccountMove`. Rows of one wallet are of one unit, and say the same about it. What an operator has suspended is the bank's
 * from then on, since lifting it takes proof; what is unlinked stays as it is. Its owner is told by
 * the event (`domain/notice-events.ts`).
 */
export const bankReturnWriter = {
  kind: 'bank-return',
  sql: withTasks(`, ${walletMoveSql}, suspended as (
    update bank_account b
        set state = 'suspended', suspended_by = 'bank', suspended_for = r.suspended_for, suspended_at = business_now()
      from jsonb_to_recordset($1::jsonb) r (id text, suspended_bank_account_id text, suspended_for text)
      where b.id = r.suspended_bank_account_id and r.suspended_for is not null and b.state <> 'unlinked'
        and b.suspended_by is distinct from 'bank'
  )
    insert into bank_return
      select r.* from jsonb_populate_recordset(null::bank_return, $1::jsonb) r
      on conflict (id) do update set outstanding = excluded.outstanding, given_up = excluded.given_up`)
} as const

/** The row of a record, whole. */
export const toBankReturnRow = (bankReturn: BankReturn): object => ({
  id: bankReturn.id,
  bank: bankReturn.bank,
  reference: bankReturn.reference,
  original_id: bankReturn.originalId,
  operation: bankReturn.operation,
  customer_id: bankReturn.customerId,
  wallet_id: bankReturn.walletId,
  merchant_id: bankReturn.merchantId,
  currency: bankReturn.currency,
  amount: bankReturn.amount.toString(),
  charge: bankReturn.charge.toString(),
  reason: bankReturn.reason,
  in_window: bankReturn.inWindow,
  owed: bankReturn.owed.toString(),
  outstanding: bankReturn.outstanding.toString(),
  given_up: bankReturn.givenUp.toString(),
  returned_at: bankReturn.returnedAt,
  created_at: bankReturn.createdAt,
  suspended_bank_account_id: bankReturn.suspendedBankAccountId
})

/** A return as callers see it, without its timeline; the bank's charge is ours, and nobody's business. */
export function toBankReturnView(bankReturn: BankReturn): Record<string, unknown> {
  const money = (amount: bigint) => toWire({ amount, currency: bankReturn.currency })
  return {
    id: bankReturn.id,
    object: 'bank_return',
    state: bankReturn.state,
    bank: bankReturn.bank,
    reference: bankReturn.reference,
    operation: bankReturn.operation,
    original_id: bankReturn.originalId,
    ...(bankReturn.walletId !== null && { wallet_id: bankReturn.walletId }),
    ...(bankReturn.merchantId !== null && { merchant_id: bankReturn.merchantId }),
    amount: money(bankReturn.amount),
    reason: bankReturn.reason,
    in_window: bankReturn.inWindow,
    owed: money(bankReturn.owed),
    outstanding: money(bankReturn.outstanding),
    ...(bankReturn.givenUp > 0n && { given_up: money(bankReturn.givenUp) }),
    returned_at: bankReturn.returnedAt.toISOString(),
    ...(bankReturn.suspendedBankAccountId !== null && {
      suspended_bank_account_id: bankReturn.suspendedBankAccountId
    })
  }
}

type BankReturnRow = RecordOf<'bank_return'>

export const toBankReturn = (row: BankReturnRow): BankReturn => ({
  id: idOf('ret', row.id),
  state: row.state as BankReturnState,
  version: row.version,
  bank: row.bank as BankReturn['bank'],
  reference: row.reference,
  originalId: row.original_id,
  operation: row.operation as BankReturn['operation'],
  customerId: row.customer_id === null ? null : idOf('cus', row.customer_id),
  walletId: row.wallet_id === null ? null : idOf('wal', row.wallet_id),
  merchantId: row.merchant_id === null ? null : idOf('mer', row.merchant_id),
  currency: currency(row.currency),
  amount: row.amount,
  charge: row.charge,
  reason: row.reason,
  inWindow: row.in_window,
  owed: row.owed,
  outstanding: row.outstanding,
  givenUp: row.given_up,
  returnedAt: row.returned_at,
  createdAt: row.created_at,
  suspendedBankAccountId: row.suspended_bank_account_id === null ? null : idOf('ban', row.suspended_bank_account_id)
})
