import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type BankAccountId, type CustomerId } from '../domain/ids.ts'

/** A customer's account at a bank, linked to their wallet. Its IBAN and holder are personal data under the same id. */
export interface BankAccount {
  readonly id: BankAccountId
  readonly customerId: CustomerId
  readonly bank: 'a' | 'b'
  readonly state: 'linked' | 'suspended' | 'unlinked'
  readonly linkedAt: Date
}

export async function insertBankAccount(db: Kysely<Database>, account: BankAccount): Promise<void> {
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

const toBankAccount = (row: {
  id: string
  customer_id: string
  bank: string
  state: string
  linked_at: Date
}): BankAccount => ({
  id: idOf('ban', row.id),
  customerId: idOf('cus', row.customer_id),
  bank: row.bank as BankAccount['bank'],
  state: row.state as BankAccount['state'],
  linkedAt: row.linked_at
})
