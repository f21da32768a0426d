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

interface Listed {
  readonly payment: Payment
  readonly recordedAt: Date
  readonly changedAt: Date
}

type Place = { readonly createdAt: string; readonly id: string } | undefined

/**
 * A merchant's are those made to them, and those that they share: each read along an index of its own, since no index is in
 * the order of both. Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry.
 */
export async function listPayments(
  db: Kysely<Database>,
  filter: PaymentFilter,
  before: Place,
  limit: number
): Promise<Listed[]> {
  if (filter.merchantId === undefined) return listOf(db, filter, 'made', before, limit)
  const [made, shared] = await Promise.all(
    (['made', 'shared'] as const).map((how) => listOf(db, filter, how, before, limit))
  )
  return [...made!, ...shared!].sort(newestFirst).slice(0, limit)
}

const newestFirst = ({ payment: a }: Listed, { payment: b }: Listed): number =>
  b.createdAt.getTime() - a.createdAt.getTime() || (b.id > a.id ? 1 : -1)

async function listOf(
  db: Kysely<Database>,
  { walletId, merchantId, customerId, state }: PaymentFilter,
  how: 'made' | 'shared',
  before: Place,
  limit: number
): Promise<Listed[]> {
  const rows = await db
    .selectFrom('payment')
    .innerJoin('process', 'process.id', 'payment.id')
    .selectAll('payment')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])
    .$if(walletId !== undefined, (query) => query.where('payment.wallet_id', '=', walletId!))
    .$if(merchantId !== undefined && how === 'made', (query) => query.where('payment.merchant_id', '=', merchantId!))
    .$if(how === 'shared', (query) =>
      query
        .where('payment.merchant_id', '<>', merchantId!)
        .where(sql<boolean>`payment.splits @> ${JSON.stringify([{ merchant_id: merchantId }])}::jsonb`)
    )
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
