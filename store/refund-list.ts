import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { refundRecords, toRefund, type Refund } from './refund.ts'

export interface RefundFilter {
  readonly paymentId?: string | undefined
  readonly walletId?: string | undefined
  readonly merchantId?: string | undefined
  /** Of all their wallets. */
  readonly customerId?: string | undefined
  readonly state?: string | undefined
}

/** Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listRefunds(
  db: Kysely<Database>,
  { paymentId, walletId, merchantId, customerId, state }: RefundFilter,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ refund: Refund; recordedAt: Date; changedAt: Date }[]> {
  const rows = await refundRecords(db)
    .$if(paymentId !== undefined, (query) => query.where('refund.payment_id', '=', paymentId!))
    .$if(walletId !== undefined, (query) => query.where('refund.wallet_id', '=', walletId!))
    .$if(merchantId !== undefined, (query) => query.where('refund.merchant_id', '=', merchantId!))
    .$if(customerId !== undefined, (query) =>
      query.where('refund.wallet_id', 'in', (wallets) =>
        wallets.selectFrom('wallet').select('wallet.id').where('wallet.customer_id', '=', customerId!)
      )
    )
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(refund.created_at, refund.id) < (${before!.createdAt}::timestamptz, ${before!.id})`)
    )
    .orderBy('refund.created_at', 'desc')
    .orderBy('refund.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ refund: toRefund(row), recordedAt: row.recorded_at, changedAt: row.updated_at }))
}
