import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toWithdrawal, type Withdrawal } from './withdrawal.ts'

/** At least one of the first two: the index is by wallet. */
export interface WithdrawalFilter {
  readonly walletId?: string | undefined
  /** Of all their wallets. */
  readonly customerId?: string | undefined
  readonly state?: string | undefined
}

/** Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listWithdrawals(
  db: Kysely<Database>,
  { walletId, customerId, state }: WithdrawalFilter,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ withdrawal: Withdrawal; recordedAt: Date; changedAt: Date }[]> {
  const rows = await db
    .selectFrom('withdrawal')
    .innerJoin('process', 'process.id', 'withdrawal.id')
    .selectAll('withdrawal')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])
    .$if(walletId !== undefined, (query) => query.where('withdrawal.wallet_id', '=', walletId!))
    .$if(customerId !== undefined, (query) =>
      query.where('withdrawal.wallet_id', 'in', (wallets) =>
        wallets.selectFrom('wallet').select('wallet.id').where('wallet.customer_id', '=', customerId!)
      )
    )
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(
        sql<boolean>`(withdrawal.created_at, withdrawal.id) < (${before!.createdAt}::timestamptz, ${before!.id})`
      )
    )
    .orderBy('withdrawal.created_at', 'desc')
    .orderBy('withdrawal.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ withdrawal: toWithdrawal(row), recordedAt: row.recorded_at, changedAt: row.updated_at }))
}
