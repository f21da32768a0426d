import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { idOf, type MerchantId } from '../domain/ids.ts'

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
  readonly state: 'active' | 'suspended' | 'closed'
}

export async function insertMerchant(db: Kysely<Database>, merchant: Omit<Merchant, 'state'>): Promise<void> {
  await db
    .insertInto('merchant')
    .values({ ...merchant })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function findMerchant(db: Kysely<Database>, id: string): Promise<Merchant | undefined> {
  const row = await db.selectFrom('merchant').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) return undefined
  const { name, city, country, mcc } = row
  const state = row.state as Merchant['state']
  return { id: idOf('mer', row.id), name, city, country, mcc, currency: currency(row.currency), state }
}
