import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'

/** What the acquirer has paid out to our bank; minor units of `currency`. */
export interface AcquirerPayout {
  readonly seq: number
  /** The bank's own. */
  readonly reference: string
  readonly bank: 'a' | 'b'
  readonly currency: CurrencyCode
  readonly amount: bigint
  /** What it has kept. */
  readonly fee: bigint
  /** Business time at which it paid, as it says. */
  readonly at: Date
}

/** How far the acquirer's list is booked. */
export async function lastAcquirerPayout(db: Kysely<Database>): Promise<number> {
  const { rows } = await sql<{ last: bigint }>`select coalesce(max(seq), 0) as last from acquirer_payout`.execute(db)
  return Number(rows[0]!.last)
}

/** The unit of work was posted before; whoever repeats it finds both. */
export async function insertAcquirerPayout(db: Kysely<Database>, { seq, ...payout }: AcquirerPayout): Promise<void> {
  await db
    .insertInto('acquirer_payout')
    .values({ seq: BigInt(seq), ...payout })
    .onConflict((conflict) => conflict.column('seq').doNothing())
    .execute()
}

/** Newest first. @param before the place of the last one shown */
export async function listAcquirerPayouts(
  db: Kysely<Database>,
  before: bigint | undefined,
  limit: number
): Promise<(AcquirerPayout & { readonly bookedAt: Date })[]> {
  const rows = await db
    .selectFrom('acquirer_payout')
    .selectAll()
    .$if(before !== undefined, (query) => query.where('seq', '<', before!))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    seq: Number(row.seq),
    reference: row.reference,
    bank: row.bank as 'a' | 'b',
    currency: currency(row.currency),
    amount: row.amount,
    fee: row.fee,
    at: row.at,
    bookedAt: row.booked_at
  }))
}
