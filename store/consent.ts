import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'

/** Keeps what a customer agreed to; the same version again changes nothing. */
export async function insertConsent(
  db: Kysely<Database>,
  { customerId, version, requestId }: { customerId: CustomerId; version: string; requestId: string }
): Promise<void> {
  await db
    .insertInto('consent')
    .values({ customer_id: customerId, document: 'terms', version, request_id: requestId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
