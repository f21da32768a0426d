import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toTopUp, type TopUp } from './top-up.ts'

/** At least one of the first two: the index is by wallet. */
export interface TopUpFilter {
  readonly walletId?: string | undefined
  /** Of all their wallets. */
  readonly customerId?: string | undefined
  readonly state?: string | undefined
}

/** Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listTopUps(
  db: Kysely<Database>,
  { walletId, customerId, state }: TopUpFilter,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ topUp: TopUp; recordedAt: Date; changedAt: Date }[]> {
  const rows = await db
    .selectFrom('top_up')
    .innerJoin('process', 'process.id', 'top_up.id')
    .selectAll('top_up')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])
    .$if(walletId !== undefined, (query) => query.where('top_up.wallet_id', '=', walletId!))
    .$if(customerId !== undefined, (query) =>
      query.where('top_up.wallet_id', 'in', (wallets) =>
        wallets.selectFrom('wallet').select('wallet.id').where('wallet.customer_id', '=', customerId!)
      )
    )
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(top_up.created_at, top_up.id) < (${before!.createdAt}::timestamptz, ${before!.id})`)
    )
    .orderBy('top_up.created_at', 'desc')
    .orderBy('top_up.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ topUp: toTopUp(row), recordedAt: row.recorded_at, changedAt: row.updated_at }))
}
