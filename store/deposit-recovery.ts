import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import type { DepositRecoveryState } from '../domain/deposit-recovery.ts'
import { idOf, type BankAccountId, type CustomerId, type DepositRecoveryId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { withTasks } from './task.ts'

/** The pull that brings an account's two micro-deposits back. Its id is the bank's reference. */
export interface DepositRecovery {
  readonly id: DepositRecoveryId
  readonly state: DepositRecoveryState
  readonly version: number
  readonly customerId: CustomerId
  readonly bankAccountId: BankAccountId
  readonly bank: 'a' | 'b'
  readonly currency: CurrencyCode
  /** Minor units. */
  readonly amount: bigint
  readonly declineCode: string | null
  readonly bankReference: string | null
  readonly sentAt: Date | null
  readonly createdAt: Date
}

export async function findDepositRecovery(db: Kysely<Database>, id: string): Promise<DepositRecovery | undefined> {
  const row = await db
    .selectFrom('deposit_recovery')
    .innerJoin('process', 'process.id', 'deposit_recovery.id')
    .selectAll('deposit_recovery')
    .select(['process.state', 'process.version'])
    .where('deposit_recovery.id', '=', id)
    .executeTakeFirst()
  return (
    row && {
      id: idOf('mdr', row.id),
      state: row.state as DepositRecoveryState,
      version: row.version,
      customerId: idOf('cus', row.customer_id),
      bankAccountId: idOf('ban', row.bank_account_id),
      bank: row.bank as DepositRecovery['bank'],
      currency: currency(row.currency),
      amount: row.amount,
      declineCode: row.decline_code,
      bankReference: row.bank_reference,
      sentAt: row.sent_at,
      createdAt: row.created_at
    }
  )
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getDepositRecovery(db: Kysely<Database>, id: string): Promise<DepositRecovery> {
  const recovery = await findDepositRecovery(db, id)
  if (!recovery) throw new TypeError(`${id} is not there`)
  return recovery
}

/** The posting queue's statement for whole rows. */
export const depositRecoveryWriter = {
  kind: 'deposit-recovery',
  sql: withTasks(`
    insert into deposit_recovery
      select r.* from jsonb_populate_recordset(null::deposit_recovery, $1::jsonb) r
      on conflict (id) do update set
        decline_code = excluded.decline_code, bank_reference = excluded.bank_reference, sent_at = excluded.sent_at`)
} as const

/** The row of a record, whole. */
export const toDepositRecoveryRow = (recovery: DepositRecovery): object => ({
  id: recovery.id,
  customer_id: recovery.customerId,
  bank_account_id: recovery.bankAccountId,
  bank: recovery.bank,
  currency: recovery.currency,
  amount: recovery.amount.toString(),
  decline_code: recovery.declineCode,
  bank_reference: recovery.bankReference,
  sent_at: recovery.sentAt,
  created_at: recovery.createdAt
})

/** What its events carry; nobody but operators reads them. */
export const toDepositRecoveryView = (recovery: DepositRecovery): Record<string, unknown> => ({
  id: recovery.id,
  object: 'deposit_recovery',
  state: recovery.state,
  ...(recovery.declineCode !== null && { decline_code: recovery.declineCode }),
  bank_account_id: recovery.bankAccountId,
  amount: toWire(recovery)
})
