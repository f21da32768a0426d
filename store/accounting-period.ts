import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'

/** A month that finance has closed. */
export interface AccountingPeriod {
  readonly month: string
  readonly closedAt: Date
  readonly closedBy: string
  /** What was to be explained then, by id. */
  readonly openItems: readonly NamedItem[]
}

export interface NamedItem {
  readonly item_id: string
  readonly reconciliation_id: string
  readonly class: string
  readonly reference: string
  readonly amount: { readonly amount: string; readonly currency: string }
}

export async function findPeriod(db: Kysely<Database>, month: string): Promise<AccountingPeriod | undefined> {
  const row = await db.selectFrom('accounting_period').selectAll().where('month', '=', month).executeTakeFirst()
  return (
    row && {
      month: row.month,
      closedAt: row.closed_at,
      closedBy: row.closed_by,
      openItems: row.open_items as readonly NamedItem[]
    }
  )
}

/** Days of the month at a bank that has entries then, whose statement is not booked: from the bank's first day on. */
export async function listUnreconciledDays(
  db: Kysely<Database>,
  month: string
): Promise<{ bank: string; date: string }[]> {
  const { rows } = await sql<{ bank: string; date: string }>`
    with first as (
      select a.owner as bank, min((e.effective_at at time zone 'UTC')::date) as day
        from ledger_account a join entry e on e.account_id = a.id and e.version = 1
        where a.kind in ('bank_cash', 'bank_in_transit') and a.owner in ('a', 'b') group by a.owner
    )
    select f.bank, d::date as date
      from first f cross join lateral generate_series(greatest(f.day, ${`${month}-01`}::date),
          (${`${month}-01`}::date + interval '1 month' - interval '1 day')::date, interval '1 day') d
      where not exists (
        select from reconciliation r join process p on p.id = r.id
          where r.bank = f.bank and r.date = d::date and p.state in ('balanced', 'open_items'))
      order by d, f.bank`.execute(db)
  return rows
}

/** What is to be explained of the month's days. */
export async function listOpenItemsOf(db: Kysely<Database>, month: string): Promise<NamedItem[]> {
  const rows = await db
    .selectFrom('reconciliation_item')
    .select(['id', 'reconciliation_id', 'class', 'reference', 'currency', 'amount'])
    .where('state', '=', 'open')
    .where(sql<boolean>`to_char(opened_on, 'YYYY-MM') = ${month}`)
    .orderBy('id')
    .execute()
  return rows.map(({ id, reconciliation_id, class: of, reference, currency, amount }) => ({
    item_id: id,
    reconciliation_id,
    class: of,
    reference,
    amount: { amount: amount.toString(), currency }
  }))
}

/** Nobody adjusts an item until the month is closed, and whoever comes later finds it closed. */
export async function lockItems(transaction: Transaction<Database>): Promise<void> {
  await sql`lock table reconciliation_item in share mode`.execute(transaction)
}

export async function insertPeriod(
  transaction: Transaction<Database>,
  { month, closedBy, openItems }: Omit<AccountingPeriod, 'closedAt'>
): Promise<void> {
  await transaction
    .insertInto('accounting_period')
    .values({ month, closed_by: closedBy, open_items: JSON.stringify(openItems) })
    .execute()
}
