import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import { idOf, type MerchantId } from '../domain/ids.ts'
import type { RowOf } from './rows.ts'

/** A business that is paid; its name is public (it stands in every QR code). */
export interface Merchant {
  readonly id: MerchantId
  readonly name: string
  readonly city: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** ISO 18245, four digits. */
  readonly mcc: string
  readonly currency: CurrencyCode
  readonly state: MerchantState
}

/** `pending`: it has not been approved yet, and cannot be paid. */
export type MerchantState = 'pending' | 'active' | 'suspended' | 'closed'

export async function insertMerchant(
  db: Kysely<Database>,
  merchant: Omit<Merchant, 'state'>,
  state: MerchantState = 'active'
): Promise<void> {
  await db
    .insertInto('merchant')
    .values({ ...merchant, state })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function findMerchant(db: Kysely<Database>, id: string): Promise<Merchant | undefined> {
  const row = await db.selectFrom('merchant').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toMerchant(row)
}

/** The same, and it stays as it is until the transaction ends. */
export async function lockMerchant(transaction: Transaction<Database>, id: string): Promise<Merchant | undefined> {
  const row = await transaction
    .selectFrom('merchant')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row && toMerchant(row)
}

/**
 * An operator suspends it, or reinstates it where an operator suspended it.
 * @throws {Refusal} `not_found`; `state_conflict` in another state, or while a periodic review has it suspended
 */
export async function moveMerchant(
  transaction: Transaction<Database>,
  id: string,
  to: 'suspended' | 'active'
): Promise<Merchant> {
  const row = await transaction
    .selectFrom('merchant')
    .select(['state', 'suspended_by'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw new Refusal('not_found')
  const from = to === 'suspended' ? 'active' : 'suspended'
  if (row.state !== from) throw new Refusal('state_conflict', { state: row.state })
  if (row.suspended_by === 'review') throw new Refusal('state_conflict', { state: row.state, reason: 'under_review' })
  const moved = await transaction
    .updateTable('merchant')
    .set({ state: to, suspended_by: to === 'suspended' ? 'operator' : null })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toMerchant(moved)
}

/** Newest first. @param before creation time (as Postgres writes it) and id of the last one shown. */
export async function listMerchants(
  db: Kysely<Database>,
  filter: { readonly state?: MerchantState | undefined },
  before: readonly [createdAt: string, id: string] | undefined,
  limit: number
): Promise<(Merchant & { readonly place: readonly [string, string] })[]> {
  const rows = await db
    .selectFrom('merchant')
    .selectAll()
    .select(sql<string>`created_at::text`.as('at_text'))
    .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state!))
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${before![0]}::timestamptz, ${before![1]})`)
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toMerchant(row), place: [row.at_text, row.id] as const }))
}

type MerchantRow = RowOf<'merchant'>

const toMerchant = ({ id, name, city, country, mcc, currency: code, state }: MerchantRow): Merchant => ({
  id: idOf('mer', id),
  name,
  city,
  country,
  mcc,
  currency: currency(code),
  state: state as MerchantState
})
