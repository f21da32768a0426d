import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CardLinkFacts } from '../domain/card-acceptance.ts'
import type { CardLinkState } from '../domain/card-link.ts'
import { endOfCard, type CardBrand, type CardExpiry, type CardFunding } from '../domain/card.ts'
import { idOf, type CardId, type CustomerId } from '../domain/ids.ts'
import { forgetTokensSql, proveCardsSql } from './personal.ts'
import { withTasks } from './task.ts'

/** What of a card is the same for thousands: no personal data. */
export interface CardKind {
  readonly brand: CardBrand
  readonly funding: CardFunding
  readonly expiry: CardExpiry
}

/** How a card is being linked, as its record stands; instants are business time. Its id is the card's. */
export interface CardLink {
  readonly id: CardId
  readonly state: CardLinkState
  readonly version: number
  readonly customerId: CustomerId
  /** null until it is linked. */
  readonly card: CardKind | null
  readonly declineCode: string | null
  readonly acquirerReference: string | null
  readonly sentAt: Date | null
  readonly createdAt: Date
}

export async function findCardLink(db: Kysely<Database>, id: string): Promise<CardLink | undefined> {
  const row = await records(db).where('card_link.id', '=', id).executeTakeFirst()
  return row && toCardLink(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getCardLink(db: Kysely<Database>, id: string): Promise<CardLink> {
  const link = await findCardLink(db, id)
  if (!link) throw new TypeError(`${id} is not there`)
  return link
}

/** Those of a customer that are under way, oldest first; there are a few at most. */
export async function listOpenCardLinks(db: Kysely<Database>, customerId: CustomerId): Promise<CardLink[]> {
  const rows = await records(db)
    .where('card_link.customer_id', '=', customerId)
    .where('process.open', '=', true)
    .orderBy('card_link.created_at')
    .orderBy('card_link.id')
    .execute()
  return rows.map(toCardLink)
}

const records = (db: Kysely<Database>) =>
  db
    .selectFrom('card_link')
    .innerJoin('process', 'process.id', 'card_link.id')
    .selectAll('card_link')
    .select(['process.state', 'process.version'])

/** What is counted while one card of a customer's after the other is taken in. */
export const turnCounter = (customerId: string): string => `card-link/${customerId}/turn`

/**
 * What a link is taken in on, and the turn that it was read in, in one statement: while that turn is unmoved nobody else has
 * been taken in, and none of the numbers has grown.
 */
export async function readCardLinkFacts(
  db: Kysely<Database>,
  customerId: string
): Promise<CardLinkFacts & { readonly turn: bigint }> {
  const { rows } = await sql<{ suspended: boolean; linked: string; open: string; lately: string; turn: bigint }>`
    select
      exists (select from kill_switch where process = 'card-link' and rail in ('', 'acquirer') and "on") as suspended,
      (select count(*)::text from card where customer_id = ${customerId} and state = 'linked') as linked,
      (select count(*)::text from card_link l join process p on p.id = l.id where l.customer_id = ${customerId} and p.open)
        as open,
      (select count(*)::text from card_link l join process p on p.id = l.id
        where l.customer_id = ${customerId} and (p.open or l.sent_at is not null)
          and l.created_at > business_now() - interval '24 hours') as lately,
      coalesce((select used from limit_counter where id = ${turnCounter(customerId)}), 0) as turn`.execute(db)
  const { suspended, linked, open, lately, turn } = rows[0]!
  return { suspended, linked: Number(linked), open: Number(open), lately: Number(lately), turn }
}

/**
 * The posting queue's statement for whole rows. One that links makes the card, and proves its fingerprint, in the same
 * transaction: index `personal_data_card` lets a customer have it once. The token of one that ends otherwise is forgotten.
 */
export const cardLinkWriter = {
  kind: 'card-link',
  sql: withTasks(`, ended as (
    select r.* from jsonb_to_recordset($1::jsonb) r (id text, customer_id text, brand text, funding text,
      expiry_month smallint, expiry_year smallint, is_over boolean, linked boolean)
  ), linked as (select * from ended where linked
  ), unlinked as (select * from ended where is_over and not linked
  ), card as (
    insert into card (id, customer_id, brand, funding, expiry_month, expiry_year, state)
      select id, customer_id, brand, funding, expiry_month, expiry_year, 'linked' from linked
      on conflict (id) do nothing
  ), proved as (
    ${proveCardsSql('linked')}
  ), forgotten as (
    ${forgetTokensSql('unlinked')}
  )
    insert into card_link
      select r.* from jsonb_populate_recordset(null::card_link, $1::jsonb) r
      on conflict (id) do update set
        brand = excluded.brand, funding = excluded.funding, expiry_month = excluded.expiry_month,
        expiry_year = excluded.expiry_year, decline_code = excluded.decline_code,
        acquirer_reference = excluded.acquirer_reference, sent_at = excluded.sent_at`)
} as const

/** The row of a record, whole. */
export const toCardLinkRow = (link: CardLink): object => ({
  id: link.id,
  customer_id: link.customerId,
  brand: link.card?.brand ?? null,
  funding: link.card?.funding ?? null,
  expiry_month: link.card?.expiry.month ?? null,
  expiry_year: link.card?.expiry.year ?? null,
  decline_code: link.declineCode,
  acquirer_reference: link.acquirerReference,
  sent_at: link.sentAt,
  created_at: link.createdAt
})

/** A card that is or was being linked, as callers see it, without its last digits and its timeline. */
export const toCardLinkView = ({ id, state, customerId, card, declineCode }: CardLink): Record<string, unknown> => ({
  id,
  object: 'card',
  customer_id: customerId,
  state,
  ...(declineCode !== null && { decline_code: declineCode }),
  ...toCardKindView(card)
})

export const toCardKindView = (card: CardKind | null) => ({
  brand: card?.brand ?? null,
  funding: card?.funding ?? null,
  expiry_month: card?.expiry.month ?? null,
  expiry_year: card?.expiry.year ?? null,
  good_until: card ? endOfCard(card.expiry).toISOString() : null
})

type CardLinkRow = Awaited<ReturnType<ReturnType<typeof records>['executeTakeFirstOrThrow']>>

const toCardLink = (row: CardLinkRow): CardLink => ({
  id: idOf('crd', row.id),
  state: row.state as CardLinkState,
  version: row.version,
  customerId: idOf('cus', row.customer_id),
  card:
    row.brand === null
      ? null
      : {
          brand: row.brand as CardBrand,
          funding: row.funding as CardFunding,
          expiry: { month: row.expiry_month!, year: row.expiry_year! }
        },
  declineCode: row.decline_code,
  acquirerReference: row.acquirer_reference,
  sentAt: row.sent_at,
  createdAt: row.created_at
})
