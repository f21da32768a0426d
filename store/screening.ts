import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, isId, type CustomerId, type MerchantId } from '../domain/ids.ts'
import type { Tier } from './customers.ts'

/** A customer whose name, or a merchant whose names are to be compared with the lists again. */
export type DueParty = {
  /** When it last was; null: never. */
  readonly screenedAt: Date | null
} & ({ readonly id: CustomerId; readonly tier: Tier } | { readonly id: MerchantId; readonly tier: null })

/**
 * Customers who can move money and merchants who were approved, not screened by this list or not for `maxAgeMs`, in the
 * order of their ids: customers come before merchants.
 * @param afterId the last one of the page before.
 */
export async function listToScreen(
  db: Kysely<Database>,
  { listVersion, maxAgeMs, afterId, limit }: { listVersion: string; maxAgeMs: number; afterId: string; limit: number }
): Promise<DueParty[]> {
  const isDue = sql<boolean>`(s.list_version is distinct from ${listVersion}
    or s.screened_at < business_now() - ${maxAgeMs}::bigint * interval '1 millisecond')`
  const { rows } = await sql<{ id: string; tier: number | null; screened_at: Date | null }>`
    (select c.id, c.tier, s.screened_at from customer c left join screening s on s.customer_id = c.id
      where c.id > ${afterId} and c.tier > 0 and c.state in ('active', 'suspended') and ${isDue} order by c.id limit ${limit})
    union all
    (select m.id, null, s.screened_at from merchant m left join merchant_screening s on s.merchant_id = m.id
      where m.id > ${afterId} and m.state in ('active', 'suspended') and ${isDue} order by m.id limit ${limit})
    order by id limit ${limit}`.execute(db)
  return rows.map(({ id, tier, screened_at: screenedAt }) =>
    tier === null ? { id: idOf('mer', id), tier, screenedAt } : { id: idOf('cus', id), tier: tier as Tier, screenedAt }
  )
}

/** Keeps that somebody's names were compared and found far from every listed one. */
export async function putScreening(
  db: Kysely<Database>,
  id: CustomerId | MerchantId,
  { listVersion, scoreBps }: { listVersion: string; scoreBps: number }
): Promise<void> {
  const values = { list_version: listVersion, score_bps: scoreBps, screened_at: sql<Date>`business_now()` }
  if (isId('mer', id))
    await db
      .insertInto('merchant_screening')
      .values({ merchant_id: id, ...values })
      .onConflict((conflict) => conflict.column('merchant_id').doUpdateSet(values))
      .execute()
  else
    await db
      .insertInto('screening')
      .values({ customer_id: id, ...values })
      .onConflict((conflict) => conflict.column('customer_id').doUpdateSet(values))
      .execute()
}
