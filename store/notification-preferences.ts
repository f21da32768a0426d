import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Language } from '../domain/notice-kinds.ts'
import { nothingStated, type StatedPreferences } from '../domain/notification-preferences.ts'

/** How a customer wants to be told; what nobody has said is at its default. */
export async function readPreferences(db: Kysely<Database>, customerId: string): Promise<StatedPreferences> {
  return (await readPreferencesOf(db, [customerId])).get(customerId) ?? nothingStated
}

/** Those of several; who is not in it has said nothing. */
export async function readPreferencesOf(
  db: Kysely<Database>,
  customerIds: readonly string[]
): Promise<Map<string, StatedPreferences>> {
  if (customerIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('notification_preference')
    .selectAll()
    .where('customer_id', 'in', [...customerIds])
    .execute()
  return new Map(
    rows.map((row) => [
      row.customer_id,
      {
        language: row.language as Language,
        quietHours: row.quiet_from === null ? null : { from: row.quiet_from, to: row.quiet_to! },
        channels: row.channels as StatedPreferences['channels']
      }
    ])
  )
}

export async function putPreferences(
  transaction: Transaction<Database>,
  customerId: string,
  { language, quietHours, channels }: StatedPreferences
): Promise<void> {
  const row = {
    language,
    quiet_from: quietHours?.from ?? null,
    quiet_to: quietHours?.to ?? null,
    channels: JSON.stringify(channels),
    updated_at: sql<Date>`clock_timestamp()`
  }
  await transaction
    .insertInto('notification_preference')
    .values({ customer_id: customerId, ...row })
    .onConflict((conflict) => conflict.column('customer_id').doUpdateSet(row))
    .execute()
}
