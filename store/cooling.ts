import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'

/** Sensitive actions rest from now on, in business milliseconds. */
export async function beginCooling(
  transaction: Transaction<Database>,
  customerId: CustomerId,
  lastsMs: number
): Promise<void> {
  await transaction
    .updateTable('password')
    .set({ cooling_until: sql<Date>`business_now() + ${lastsMs}::bigint * interval '1 millisecond'` })
    .where('customer_id', '=', customerId)
    .execute()
}

/** Until when; undefined: they do not. */
export async function coolingUntil(db: Kysely<Database>, customerId: CustomerId): Promise<Date | undefined> {
  const row = await db
    .selectFrom('password')
    .select('cooling_until')
    .where('customer_id', '=', customerId)
    .where('cooling_until', '>', sql<Date>`business_now()`)
    .executeTakeFirst()
  return row?.cooling_until ?? undefined
}

/** The same within a statement that knows the customer by `column`. */
export const coolingUntilOf = (column: string) =>
  sql<Date | null>`(select cooling_until from password
    where customer_id = ${sql.ref(column)} and cooling_until > business_now())`
