import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Biller, BillerCategory, BillerState, CheckDigit } from '../domain/biller.ts'
import { currency } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import { idOf } from '../domain/ids.ts'
import type { RowOf } from './rows.ts'

/** @returns false when the network's code stands for another biller already. */
export async function insertBiller(db: Kysely<Database>, biller: Omit<Biller, 'state'>): Promise<boolean> {
  const { id, name, category, country, networkCode, account, tellsBills, fee } = biller
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('biller')
    .values({
      id,
      name,
      category,
      country,
      currency: biller.currency,
      network_code: networkCode,
      account_pattern: account.pattern,
      check_digit: account.checkDigit,
      account_example: account.example,
      account_hint: account.hint,
      tells_bills: tellsBills,
      fee
    })
    .onConflict((conflict) => conflict.column('network_code').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export async function findBiller(db: Kysely<Database>, id: string): Promise<Biller | undefined> {
  const row = await db.selectFrom('biller').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toBiller(row)
}

export async function findBillerByCode(db: Kysely<Database>, code: string): Promise<Biller | undefined> {
  const row = await db.selectFrom('biller').selectAll().where('network_code', '=', code).executeTakeFirst()
  return row && toBiller(row)
}

const mayMove: Readonly<Record<BillerState, readonly BillerState[]>> = {
  active: ['suspended', 'closed'],
  suspended: ['active', 'closed'],
  closed: []
}

/** @throws {Refusal} `not_found`; `state_conflict` from a state from which it cannot get there */
export async function moveBiller(transaction: Transaction<Database>, id: string, to: BillerState): Promise<Biller> {
  const row = await transaction
    .selectFrom('biller')
    .select('state')
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw new Refusal('not_found')
  const state = row.state as BillerState
  if (!mayMove[state].includes(to)) throw new Refusal('state_conflict', { state })
  const moved = await transaction
    .updateTable('biller')
    .set({ state: to })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toBiller(moved)
}

export interface BillerFilter {
  /** A part of the name, in any case. */
  readonly name?: string | undefined
  readonly category?: BillerCategory | undefined
  readonly country?: string | undefined
  readonly state?: BillerState | undefined
}

/** By name. @param after name and id of the last one shown */
export async function listBillers(
  db: Kysely<Database>,
  { name, category, country, state }: BillerFilter,
  after: readonly [name: string, id: string] | undefined,
  limit: number
): Promise<(Biller & { readonly place: readonly [string, string] })[]> {
  const rows = await db
    .selectFrom('biller')
    .selectAll()
    .$if(name !== undefined, (query) => query.where(sql<boolean>`strpos(lower(name), lower(${name!})) > 0`))
    .$if(category !== undefined, (query) => query.where('category', '=', category!))
    .$if(country !== undefined, (query) => query.where('country', '=', country!))
    .$if(state !== undefined, (query) => query.where('state', '=', state!))
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(name, id) > (${after![0]}, ${after![1]})`))
    .orderBy('name')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toBiller(row), place: [row.name, row.id] as const }))
}

type BillerRow = RowOf<'biller'>

const toBiller = (row: BillerRow): Biller => ({
  id: idOf('bil', row.id),
  name: row.name,
  category: row.category as BillerCategory,
  country: row.country,
  currency: currency(row.currency),
  networkCode: row.network_code,
  account: {
    pattern: row.account_pattern,
    checkDigit: row.check_digit as CheckDigit | null,
    example: row.account_example,
    hint: row.account_hint
  },
  tellsBills: row.tells_bills,
  fee: row.fee,
  state: row.state as BillerState
})
