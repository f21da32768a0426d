import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type CustomerId } from '../domain/ids.ts'
import type { Tier } from './customers.ts'

/** A customer whose name is to be compared with the lists again. */
export interface DueCustomer {
  readonly id: CustomerId
  readonly tier: Tier
  /** When it last was; null: never. */
  readonly screenedAt: Date | null
}

/**
 * Customers who can move money and were not screened by this list, or not for `maxAgeMs`, in the order of their ids.
 * @param afterId the last one of the page before.
 */
export async function listToScreen(
  db: Kysely<Database>,
  { listVersion, maxAgeMs, afterId, limit }: { listVersion: string; maxAgeMs: number; afterId: string; limit: number }
): Promise<DueCustomer[]> {
  const rows = await db
    .selectFrom('customer')
    .leftJoin('screening', 'screening.customer_id', 'customer.id')
    .select(['customer.id', 'customer.tier', 'screening.screened_at'])
    .where('customer.id', '>', afterId)
    .where('customer.tier', '>', 0)
    .where('customer.state', 'in', ['active', 'suspended'])
    .where(
      sql<boolean>`(screening.list_version is distinct from ${listVersion}
        or screening.screened_at < business_now() - ${maxAgeMs}::bigint * interval '1 millisecond')`
    )
    .orderBy('customer.id')
    .limit(limit)
    .execute()
  return rows.map(({ id, tier, screened_at }) => ({
    id: idOf('cus', id),
    tier: tier as Tier,
    screenedAt: screened_at
  }))
}

/** Keeps that a name was compared and found far from every listed one. */
export async function putScreening(
  db: Kysely<Database>,
  customerId: CustomerId,
  { listVersion, scoreBps }: { listVersion: string; scoreBps: number }
): Promise<void> {
  const values = { list_version: listVersion, score_bps: scoreBps, screened_at: sql<Date>`business_now()` }
  await db
    .insertInto('screening')
    .values({ customer_id: customerId, ...values })
    .onConflict((conflict) => conflict.column('customer_id').doUpdateSet(values))
    .execute()
}
