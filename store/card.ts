import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CardBrand, CardFunding } from '../domain/card.ts'
import { idOf, type CardId, type CustomerId } from '../domain/ids.ts'
import type { CardKind } from './card-link.ts'

/** A card that a customer pays with. Token, fingerprint and last digits are personal data under the same id. */
export interface Card extends CardKind {
  readonly id: CardId
  readonly customerId: CustomerId
  readonly state: 'linked' | 'unlinked'
  readonly linkedAt: Date
}

export async function insertCard(db: Kysely<Database>, card: Card): Promise<void> {
  const { id, customerId, brand, funding, expiry, state, linkedAt } = card
  const kind = { brand, funding, expiry_month: expiry.month, expiry_year: expiry.year }
  await db
    .insertInto('card')
    .values({ id, customer_id: customerId, ...kind, state, linked_at: linkedAt })
    .execute()
}

export async function findCard(db: Kysely<Database>, id: string): Promise<Card | undefined> {
  const row = await db.selectFrom('card').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toCard(row)
}

/** Oldest first; a customer has few. */
export async function listCards(db: Kysely<Database>, customerId: CustomerId): Promise<Card[]> {
  const rows = await db
    .selectFrom('card')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('linked_at')
    .orderBy('id')
    .execute()
  return rows.map(toCard)
}

/**
 * The card as it is once nobody is unlinking it, and as it stays until the transaction ends. `share`: whoever unlinks it
 * waits. `update`: whoever is about to send something to the acquirer waits.
 */
export async function lockCard(
  transaction: Kysely<Database>,
  id: string,
  how: 'share' | 'update'
): Promise<Card | undefined> {
  const row = await transaction
    .selectFrom('card')
    .selectAll()
    .where('id', '=', id)
    .$if(how === 'share', (query) => query.forShare())
    .$if(how === 'update', (query) => query.forUpdate())
    .executeTakeFirst()
  return row && toCard(row)
}

export async function setCardState(db: Kysely<Database>, id: string, state: Card['state']): Promise<void> {
  await db.updateTable('card').set({ state }).where('id', '=', id).execute()
}

/** Whether money is on its way from it, or back to it. */
export async function hasOpenOrders(db: Kysely<Database>, id: string): Promise<boolean> {
  const { rows } = await sql<{ open: boolean }>`
    select exists (select from payment o join process p on p.id = o.id where o.funding_id = ${id} and p.open)
        or exists (select from top_up o join process p on p.id = o.id where o.card_id = ${id} and p.open)
        or exists (select from refund o join process p on p.id = o.id where o.card_id = ${id} and p.state = 'processing')
      as open`.execute(db)
  return rows[0]!.open
}

const toCard = (row: {
  id: string
  customer_id: string
  brand: string
  funding: string
  expiry_month: number
  expiry_year: number
  state: string
  linked_at: Date
}): Card => ({
  id: idOf('crd', row.id),
  customerId: idOf('cus', row.customer_id),
  brand: row.brand as CardBrand,
  funding: row.funding as CardFunding,
  expiry: { month: row.expiry_month, year: row.expiry_year },
  state: row.state as Card['state'],
  linkedAt: row.linked_at
})
