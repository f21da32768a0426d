import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import { idOf, type CustomerId, type WalletId } from '../domain/ids.ts'

export type WalletState = 'active' | 'frozen' | 'closed'

/** A wallet holds one currency; its money is the ledger account `wallet:<id>:<currency>`. */
export interface Wallet {
  readonly id: WalletId
  readonly customerId: CustomerId
  readonly currency: CurrencyCode
  readonly state: WalletState
  /** Where it is frozen: by whom, which says who may thaw it. */
  readonly frozenBy: 'owner' | 'operator' | null
  /** Nothing leaves it before what a bank took back is paid; apart from `state`, and lifted by nobody's thaw. */
  readonly owes: boolean
  readonly createdAt: Date
}

export async function insertWallet(
  db: Kysely<Database>,
  { id, customerId, currency }: Pick<Wallet, 'id' | 'customerId' | 'currency'>
): Promise<void> {
  await db
    .insertInto('wallet')
    .values({ id, customer_id: customerId, currency })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * Opens a wallet at a customer's or backend's wish; `insertWallet` is for seeds, which may come twice.
 * @throws {Refusal} `state_conflict` when the customer has a wallet of the currency already.
 */
export async function openWallet(
  db: Kysely<Database>,
  { id, customerId, currency }: Pick<Wallet, 'id' | 'customerId' | 'currency'>
): Promise<Wallet> {
  try {
    const row = { id, customer_id: customerId, currency }
    return toWallet(await db.insertInto('wallet').values(row).returningAll().executeTakeFirstOrThrow())
  } catch (error) {
    const taken = (error as { constraint?: string }).constraint === 'wallet_one_per_currency'
    throw taken ? new Refusal('state_conflict', { field: 'currency' }) : error
  }
}

export async function findWallet(db: Kysely<Database>, id: string): Promise<Wallet | undefined> {
  const row = await db.selectFrom('wallet').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toWallet(row)
}

/**
 * Freezes a wallet; one that is frozen stays so, and an operator's word weighs more than the owner's.
 * @throws {Refusal} `state_conflict` for a closed one
 */
export async function freezeWallet(
  transaction: Transaction<Database>,
  id: WalletId,
  by: 'owner' | 'operator'
): Promise<Wallet> {
  const { state, frozenBy } = await lockWallet(transaction, id)
  if (state === 'closed') throw new Refusal('state_conflict', { state })
  const weightier = frozenBy === 'operator' || by === 'operator' ? 'operator' : 'owner'
  return setState(transaction, id, { state: 'frozen', frozen_by: weightier })
}

/** @throws {Refusal} `state_conflict` for one that is not frozen; `forbidden` when an operator froze what its owner would thaw */
export async function thawWallet(
  transaction: Transaction<Database>,
  id: WalletId,
  by: 'owner' | 'operator'
): Promise<Wallet> {
  const { state, frozenBy } = await lockWallet(transaction, id)
  if (state !== 'frozen') throw new Refusal('state_conflict', { state })
  if (by === 'owner' && frozenBy === 'operator') throw new Refusal('forbidden')
  return setState(transaction, id, { state: 'active', frozen_by: null })
}

/** @throws {Refusal} `not_found` */
async function lockWallet(transaction: Transaction<Database>, id: WalletId): Promise<Wallet> {
  const row = await transaction
    .selectFrom('wallet')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw new Refusal('not_found')
  return toWallet(row)
}

const setState = async (
  transaction: Transaction<Database>,
  id: WalletId,
  to: { readonly state: WalletState; readonly frozen_by: Wallet['frozenBy'] }
): Promise<Wallet> =>
  toWallet(
    await transaction.updateTable('wallet').set(to).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
  )

/** Oldest first; a customer has few. */
export async function listWallets(db: Kysely<Database>, customerId: CustomerId): Promise<Wallet[]> {
  const rows = await db
    .selectFrom('wallet')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(toWallet)
}

const toWallet = (row: {
  id: string
  customer_id: string
  currency: string
  state: string
  frozen_by: string | null
  owes: boolean
  created_at: Date
}): Wallet => ({
  id: idOf('wal', row.id),
  customerId: idOf('cus', row.customer_id),
  currency: currency(row.currency),
  state: row.state as WalletState,
  frozenBy: row.frozen_by as Wallet['frozenBy'],
  owes: row.owes,
  createdAt: row.created_at
})
