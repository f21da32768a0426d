import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Moves business time to the database's clock plus this many milliseconds; for local and test mode only. */
export async function setBusinessClock(db: Kysely<Database>, offsetMs: number): Promise<void> {
  await sql`select set_business_clock(${offsetMs}::bigint)`.execute(db)
}
