import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Whether that business day's settlements have all been started. */
export async function wasDayStarted(db: Kysely<Database>, day: string): Promise<boolean> {
  const row = await db.selectFrom('settlement_day').select('day').where('day', '=', day).executeTakeFirst()
  return row !== undefined
}

/** A day that two runs have seen to stays as the first one left it. */
export async function markDayStarted(db: Kysely<Database>, day: string, started: number): Promise<void> {
  await db
    .insertInto('settlement_day')
    .values({ day, started })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Settlements whose reserve has been kept for its time, the oldest first. */
export async function listReservesToRelease(db: Kysely<Database>, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('settlement')
    .select('id')
    .where('reserve', '>', 0n)
    .where('reserve_released_at', 'is', null)
    .where('reserve_release_at', '<=', sql<Date>`business_now()`)
    .orderBy('reserve_release_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}
