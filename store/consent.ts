import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId, MerchantId } from '../domain/ids.ts'

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

/** The same of a business. */
export async function insertMerchantConsent(
  db: Kysely<Database>,
  { merchantId, version, requestId }: { merchantId: MerchantId; version: string; requestId: string }
): Promise<void> {
  await db
    .insertInto('merchant_consent')
    .values({ merchant_id: merchantId, document: 'terms', version, request_id: requestId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function hasMerchantConsent(db: Kysely<Database>, merchantId: MerchantId): Promise<boolean> {
  const row = await db
    .selectFrom('merchant_consent')
    .select('version')
    .where('merchant_id', '=', merchantId)
    .executeTakeFirst()
  return row !== undefined
}
