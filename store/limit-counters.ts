import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { LimitWindows } from '../domain/limits.ts'

/** Where what leaves a customer's wallets is counted: a day of their zone, and a month of it, whatever process it is. */
export const outgoingCounters = (
  customerId: string,
  currency: string,
  { day, month }: LimitWindows
): { readonly day: string; readonly month: string } => ({
  day: `limit/${customerId}/${currency}/${day}`,
  month: `limit/${customerId}/${currency}/${month}`
})

/** Those that were never moved are not there. */
export async function readCounters(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, bigint>> {
  const rows = await db.selectFrom('limit_counter').selectAll().where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, used }) => [id, used]))
}
