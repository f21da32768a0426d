import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { accountKinds, type AccountRef } from '../domain/account-kinds.ts'

/** Minor units of the account's currency. `available` = `posted` − `pending`; with a floor it is never below zero. */
export interface Balance {
  readonly posted: bigint
  /** What holds reserve against the balance; holds in its favour count only once they are posted. */
  readonly pending: bigint
  readonly available: bigint
}

/** The balance now. An account that nothing was posted to yet is zero: it is opened with its first unit. */
export async function readBalance(db: Kysely<Database>, ref: AccountRef): Promise<Balance> {
  const row = await db
    .selectFrom('ledger_account')
    .select(['debits_posted', 'credits_posted', 'debits_pending', 'credits_pending'])
    .where('kind', '=', ref.kind)
    .where('owner', '=', ref.owner)
    .where('currency', '=', ref.currency)
    .executeTakeFirst()
  if (!row) return { posted: 0n, pending: 0n, available: 0n }
  const isCredit = accountKinds[ref.kind].side === 'C'
  const posted = isCredit ? row.credits_posted - row.debits_posted : row.debits_posted - row.credits_posted
  const pending = isCredit ? row.debits_pending : row.credits_pending
  return { posted, pending, available: posted - pending }
}

/**
 * The posted balance as the books stood at an instant (`posted_at`, real time): whatever was booked by then, whenever it
 * counts from. Holds write no entry, so what was pending then is not known from here.
 */
export async function readBalanceAt(db: Kysely<Database>, ref: AccountRef, instant: Date): Promise<bigint> {
  const { rows } = await sql<{ balance_after: bigint }>`
    select e.balance_after from ledger_account a join entry e on e.account_id = a.id and e.version = entry_version_at(a.id, ${instant})
      where a.kind = ${ref.kind} and a.owner = ${ref.owner} and a.currency = ${ref.currency}`.execute(db)
  return rows[0]?.balance_after ?? 0n
}
