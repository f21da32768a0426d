import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import type { RowOf } from './rows.ts'

/** What an acquirer has said of a card holder's money; the amount in minor units. */
export interface KnownChargeback {
  readonly id: string
  /** The payment or the top-up. */
  readonly originalId: string
  readonly amount: bigint
  readonly currency: CurrencyCode
  readonly reason: string
  readonly previousId: string | null
  readonly heardAt: Date
}

/** Keeps it, once: what the acquirer says of one chargeback never changes. */
export async function recordChargeback(
  db: Kysely<Database>,
  { id, originalId, amount, currency, reason, previousId }: Omit<KnownChargeback, 'heardAt'>
): Promise<void> {
  await db
    .insertInto('chargeback')
    .values({ id, original_id: originalId, amount, currency, reason, previous_id: previousId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Those of them that are on record. */
export async function listKnownChargebacks(db: Kysely<Database>, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('chargeback').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

/**
 * Of payments, without a dispute. One waits while we have still to hear of a capture that it is about, or that the one before it
 * was won: both are on their way, and what is left of the payment says nothing before.
 */
export async function listUndisputed(db: Kysely<Database>, limit: number): Promise<KnownChargeback[]> {
  const { rows } = await sql<ChargebackRow>`
    select c.* from chargeback c join payment p on p.id = c.original_id join process s on s.id = p.id
      where s.state <> 'failed' and not exists (select from dispute d where d.chargeback_id = c.id)
        and not exists (
          select from dispute d join process o on o.id = d.id where d.chargeback_id = c.previous_id and o.open)
        and p.captured >= (
          select sum(x.amount) from chargeback x where x.original_id = p.id and not exists (
            select from dispute d join process o on o.id = d.id where d.chargeback_id = x.id and o.state = 'won'))
      order by c.heard_at, c.id limit ${limit}`.execute(db)
  return rows.map(toChargeback)
}

/** What no merchant answers for. */
export interface TakenBack extends KnownChargeback {
  /** The whole of a top-up's; of a payment's what had been given back before. */
  readonly fromCustomer: bigint
}

const takenBack = sql`
  select c.*, c.amount - coalesce(case when d.decline_code is null then d.amount end, 0) as from_customer
    from chargeback c left join dispute d on d.chargeback_id = c.id
      left join payment p on p.id = c.original_id left join process s on s.id = p.id
    where (p.id is null or d.id is not null or (s.state = 'failed' and p.rail_reference is not null))
      and (d.id is null or d.decline_code is not null or d.amount < c.amount)`

/** Of those, the ones that have not been taken of the customer. */
export async function listUnreturned(db: Kysely<Database>, limit: number): Promise<TakenBack[]> {
  const { rows } = await sql<TakenBackRow>`
    ${takenBack} and not exists (select from bank_return r where r.bank = 'acquirer' and r.reference = c.id)
      order by c.heard_at, c.id limit ${limit}`.execute(db)
  return rows.map(toTakenBack)
}

/** Undefined: it is not there, or all of it is the merchant's. */
export async function findTakenBack(db: Kysely<Database>, id: string): Promise<TakenBack | undefined> {
  const { rows } = await sql<TakenBackRow>`${takenBack} and c.id = ${id}`.execute(db)
  return rows[0] && toTakenBack(rows[0])
}

type ChargebackRow = RowOf<'chargeback'>

type TakenBackRow = ChargebackRow & { from_customer: bigint }

const toChargeback = (row: ChargebackRow): KnownChargeback => ({
  id: row.id,
  originalId: row.original_id,
  amount: row.amount,
  currency: currency(row.currency),
  reason: row.reason,
  previousId: row.previous_id,
  heardAt: row.heard_at
})

const toTakenBack = (row: TakenBackRow): TakenBack => ({ ...toChargeback(row), fromCustomer: row.from_customer })
