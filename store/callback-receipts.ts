import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Stores a callback's id; false if it was there already: the same callback came twice. */
export async function insertReceipt(db: Kysely<Database>, provider: string, webhookId: string): Promise<boolean> {
  const row = await db
    .insertInto('callback_receipt')
    .values({ provider, webhook_id: webhookId })
    .onConflict((conflict) => conflict.doNothing())
    .returning('webhook_id')
    .executeTakeFirst()
  return row !== undefined
}
