import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toPayment, type Payment } from './payment.ts'

/** At least one of the first three: each has an index behind it. */
export interface PaymentFilter {
  readonly walletId?: string | undefined
  readonly merchantId?: string | undefined
  /** Of all their wallets. */
  readonly customerId?: string | undefined
  readonly state?: string | undefined
}

/** Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listPayments(
  db: Kysely<Database>,
  { walletId, merchantId, customerId, state }: PaymentFilter,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ payment: Payment; recordedAt: Date; changedAt: Date }[]> {
  const rows = await db
    .selectFrom('payment')
    .innerJoin('process', 'process.id', 'payment.id')
    .selectAll('payment')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])
    .$if(walletId !== undefined, (query) => query.where('payment.wallet_id', '=', walletId!))
    .$if(merchantId !== undefined, (query) => query.where('payment.merchant_id', '=', merchantId!))
    .$if(customerId !== undefined, (query) =>
      query.where('payment.wallet_id', 'in', (wallets) =>
        wallets.selectFrom('wallet').select('wallet.id').where('wallet.customer_id', '=', customerId!)
      )
    )
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(payment.created_at, payment.id) < (${before!.createdAt}::timestamptz, ${before!.id})`)
    )
    .orderBy('payment.created_at', 'desc')
    .orderBy('payment.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ payment: toPayment(row), recordedAt: row.recorded_at, changedAt: row.updated_at }))
}
