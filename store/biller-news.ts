import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** An entry of the network's list, as it was booked here. */
export interface BookedNews {
  readonly seq: number
  readonly kind: 'settled' | 'reversed'
  /** The network's own; where the bank has moved it, the bank's. */
  readonly reference: string
  readonly bank: 'a' | 'b' | null
  readonly billerId: string
  readonly billPaymentId: string | null
  readonly currency: string
  readonly amount: bigint
  readonly payments: number
  readonly at: Date
}

export type SettledNews = BookedNews & { readonly bookedAt: Date }

/** How far the network's list is booked. */
export async function lastBillerNews(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ last: bigint }>`select coalesce(max(seq), 0) as last from biller_news`.execute(db)
  return Number(rows[0]!.last)
}

/** The unit of work was posted before; whoever repeats it finds both. */
export async function insertBillerNews(db: Kysely<Database>, news: BookedNews): Promise<void> {
  await db
    .insertInto('biller_news')
    .values({
      seq: BigInt(news.seq),
      kind: news.kind,
      reference: news.reference,
      bank: news.bank,
      biller_id: news.billerId,
      bill_payment_id: news.billPaymentId,
      currency: news.currency,
      amount: news.amount,
      payments: news.payments,
      at: news.at
    })
    .onConflict((conflict) => conflict.column('seq').doNothing())
    .execute()
}

/** What the network has settled with a biller, newest first. @param before the place of the last one shown */
export async function listSettledWith(
  db: Kysely<Database>,
  billerId: string,
  before: bigint | undefined,
  limit: number
): Promise<SettledNews[]> {
  const rows = await db
    .selectFrom('biller_news')
    .selectAll()
    .where('biller_id', '=', billerId)
    .$if(before !== undefined, (query) => query.where('seq', '<', before!))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    seq: Number(row.seq),
    kind: row.kind as BookedNews['kind'],
    reference: row.reference,
    bank: row.bank as BookedNews['bank'],
    billerId: row.biller_id,
    billPaymentId: row.bill_payment_id,
    currency: row.currency,
    amount: row.amount,
    payments: row.payments,
    at: row.at,
    bookedAt: row.booked_at
  }))
}
