import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { SuspensionCode } from '../domain/bank-account.ts'
import type { SourceState } from '../domain/funding.ts'
import { idOf, type BankAccountId, type CustomerId } from '../domain/ids.ts'

/** A customer's account at a bank, linked to their wallet. Its IBAN and holder are personal data under the same id. */
export interface BankAccount {
  readonly id: BankAccountId
  readonly customerId: CustomerId
  readonly bank: 'a' | 'b'
  readonly state: 'linked' | 'suspended' | 'unlinked'
  readonly linkedAt: Date
  /** Who has suspended it, and why; one that was unlinked since may not be linked anew before it is lifted. */
  readonly suspension: Suspension | null
}

export interface Suspension {
  readonly by: 'bank' | 'operator'
  readonly code: SuspensionCode
  /** Business time. */
  readonly at: Date
}

/** Whether money may be taken from it or paid to it. @param state undefined: there is none. */
export const usabilityOf = (state: string | undefined): SourceState =>
  state === 'linked' ? 'usable' : state === 'suspended' ? 'suspended' : 'closed'

export async function insertBankAccount(db: Kysely<Database>, account: Omit<BankAccount, 'suspension'>): Promise<void> {
  const { id, customerId, bank, state, linkedAt } = account
  await db
    .insertInto('bank_account')
    .values({ id, customer_id: customerId, bank, state, linked_at: linkedAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function findBankAccount(db: Kysely<Database>, id: string): Promise<BankAccount | undefined> {
  const row = await db.selectFrom('bank_account').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toBankAccount(row)
}

/** Oldest first; a customer has few. */
export async function listBankAccounts(db: Kysely<Database>, customerId: CustomerId): Promise<BankAccount[]> {
  const rows = await db
    .selectFrom('bank_account')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('linked_at')
    .orderBy('id')
    .execute()
  return rows.map(toBankAccount)
}

/**
 * The account as it is once nobody is unlinking it, and as it stays until the transaction ends. `share`: whoever unlinks it
 * waits. `update`: whoever is about to send something to the bank waits.
 */
export async function lockBankAccount(
  transaction: Kysely<Database>,
  id: string,
  how: 'share' | 'update'
): Promise<BankAccount | undefined> {
  const row = await transaction
    .selectFrom('bank_account')
    .selectAll()
    .where('id', '=', id)
    .$if(how === 'share', (query) => query.forShare())
    .$if(how === 'update', (query) => query.forUpdate())
    .executeTakeFirst()
  return row && toBankAccount(row)
}

/** What was suspended stays so: it cannot be linked anew. */
export async function unlinkBankAccount(db: Kysely<Database>, id: string): Promise<void> {
  await db.updateTable('bank_account').set({ state: 'unlinked' }).where('id', '=', id).execute()
}

/** An operator suspends one that is linked; what a bank's return means is part of the return's own unit. */
export async function suspendBankAccount(db: Kysely<Database>, id: string, code: SuspensionCode): Promise<BankAccount> {
  const row = await db
    .updateTable('bank_account')
    .set({
      state: 'suspended',
      suspended_by: 'operator',
      suspended_for: code,
      suspended_at: sql<Date>`business_now()`
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toBankAccount(row)
}

/** One that was unlinked meanwhile stays so. */
export async function liftSuspension(db: Kysely<Database>, id: string): Promise<BankAccount> {
  const row = await db
    .updateTable('bank_account')
    .set({
      state: sql`case state when 'suspended' then 'linked' else state end`,
      suspended_by: null,
      suspended_for: null,
      suspended_at: null
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toBankAccount(row)
}

/** Whether money is on its way from it or to it. */
export async function hasOpenOrders(db: Kysely<Database>, id: string): Promise<boolean> {
  const { rows } = await sql<{ open: boolean }>`
    select exists (select from top_up o join process p on p.id = o.id where o.bank_account_id = ${id} and p.open)
        or exists (select from withdrawal o join process p on p.id = o.id where o.bank_account_id = ${id} and p.open)
        or exists (select from payment o join process p on p.id = o.id where o.funding_id = ${id} and p.open)
        or exists (select from refund o join process p on p.id = o.id where o.bank_account_id = ${id} and p.state = 'processing')
        or exists (select from deposit_recovery o join process p on p.id = o.id where o.bank_account_id = ${id} and p.open)
      as open`.execute(db)
  return rows[0]!.open
}

const toBankAccount = (row: {
  id: string
  customer_id: string
  bank: string
  state: string
  linked_at: Date
  suspended_by: string | null
  suspended_for: string | null
  suspended_at: Date | null
}): BankAccount => ({
  id: idOf('ban', row.id),
  customerId: idOf('cus', row.customer_id),
  bank: row.bank as BankAccount['bank'],
  state: row.state as BankAccount['state'],
  linkedAt: row.linked_at,
  suspension:
    row.suspended_by === null
      ? null
      : {
          by: row.suspended_by as Suspension['by'],
          code: row.suspended_for as SuspensionCode,
          at: row.suspended_at!
        }
})
