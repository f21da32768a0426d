import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { BankReturnOrder } from '../domain/orders.ts'

/**
 * Returns that we have heard of: each is asked about until it is booked or dismissed, whatever dies in between. One that was
 * dismissed and is heard of again is asked about again: the news may have come before the bank's own books had it.
 */
export async function recordReturnNews(db: Kysely<Database>, news: readonly BankReturnOrder[]): Promise<void> {
  if (news.length === 0) return
  const rows = news.map(({ bank, reference }) => ({ bank, reference }))
  await db
    .insertInto('bank_return_news')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['bank', 'reference']).doUpdateSet({ dismissed: false, times: sql`bank_return_news.times + 1` })
    )
    .execute()
}

/** How often it was heard of: read before the bank is asked. */
export async function countReturnNews(
  db: Kysely<Database>,
  { bank, reference }: BankReturnOrder
): Promise<number | undefined> {
  const row = await db
    .selectFrom('bank_return_news')
    .select('times')
    .where('bank', '=', bank)
    .where('reference', '=', reference)
    .executeTakeFirst()
  return row?.times
}

/**
 * The bank knows of no such return, or it is none of ours: nobody asks again.
 * @param times how often it had been heard of when the bank was asked: what was heard since is asked about once more.
 */
export async function dismissReturnNews(
  db: Kysely<Database>,
  { bank, reference }: BankReturnOrder,
  times: number | undefined
): Promise<void> {
  if (times === undefined) return
  await db
    .updateTable('bank_return_news')
    .set({ dismissed: true })
    .where('bank', '=', bank)
    .where('reference', '=', reference)
    .where('times', '=', times)
    .execute()
}

/** Those that are neither booked nor dismissed. */
export async function listOpenReturnNews(db: Kysely<Database>, limit: number): Promise<BankReturnOrder[]> {
  const { rows } = await sql<BankReturnOrder>`
    select n.bank, n.reference from bank_return_news n
      where not n.dismissed and not exists (select from bank_return r where r.bank = n.bank and r.reference = n.reference)
      order by n.heard_at limit ${limit}`.execute(db)
  return rows
}

/** Who keeps a list of what they have taken back. */
type ListKeeper = 'a' | 'b' | 'acquirer'

/** How far their list was read: 0 at first. */
export async function readReturnCursor(db: Kysely<Database>, bank: ListKeeper): Promise<number> {
  const row = await db.selectFrom('bank_return_cursor').select('seq').where('bank', '=', bank).executeTakeFirst()
  return Number(row?.seq ?? 0n)
}

/** With the news that stand before it, in one transaction where they are kept here. */
export async function moveReturnCursor(db: Kysely<Database>, bank: ListKeeper, seq: number): Promise<void> {
  await db
    .insertInto('bank_return_cursor')
    .values({ bank, seq: BigInt(seq) })
    .onConflict((conflict) => conflict.column('bank').doUpdateSet({ seq: BigInt(seq) }))
    .execute()
}
