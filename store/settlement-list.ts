import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { settlementRecords, toSettlement, type Settlement } from './settlement.ts'

/** Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listSettlements(
  db: Kysely<Database>,
  { merchantId, state }: { readonly merchantId?: string | undefined; readonly state?: string | undefined },
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ settlement: Settlement; recordedAt: Date; changedAt: Date }[]> {
  const rows = await settlementRecords(db)
    .$if(merchantId !== undefined, (query) => query.where('settlement.merchant_id', '=', merchantId!))
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(
        sql<boolean>`(settlement.created_at, settlement.id) < (${before!.createdAt}::timestamptz, ${before!.id})`
      )
    )
    .orderBy('settlement.created_at', 'desc')
    .orderBy('settlement.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    settlement: toSettlement(row),
    recordedAt: row.recorded_at,
    changedAt: row.updated_at
  }))
}

/** Minor units that have left the merchant's account, and have not arrived. */
export async function readOnItsWay(db: Kysely<Database>, merchantId: string, currency: string): Promise<bigint> {
  const row = await db
    .selectFrom('settlement')
    .innerJoin('process', 'process.id', 'settlement.id')
    .select((select) => select.fn.coalesce(select.fn.sum<string>('settlement.amount'), sql<string>`0`).as('amount'))
    .where('settlement.merchant_id', '=', merchantId)
    .where('settlement.currency', '=', currency)
    .where('process.open', '=', true)
    .executeTakeFirstOrThrow()
  return BigInt(row.amount)
}
