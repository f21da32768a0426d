import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { billPaymentRecords, toBillPayment, type BillPayment } from './bill-payment.ts'

/** At least one of the first two. */
export interface BillPaymentFilter {
  readonly walletId?: string | undefined
  /** Of all their wallets. */
  readonly customerId?: string | undefined
  readonly billerId?: string | undefined
  readonly mandateId?: string | undefined
  readonly state?: string | undefined
}

export interface ListedBillPayment {
  readonly payment: BillPayment
  readonly recordedAt: Date
  readonly changedAt: Date
}

/** Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listBillPayments(
  db: Kysely<Database>,
  { walletId, customerId, billerId, mandateId, state }: BillPaymentFilter,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<ListedBillPayment[]> {
  const rows = await billPaymentRecords(db)
    .$if(walletId !== undefined, (query) => query.where('bill_payment.wallet_id', '=', walletId!))
    .$if(customerId !== undefined, (query) => query.where('bill_payment.customer_id', '=', customerId!))
    .$if(billerId !== undefined, (query) => query.where('bill_payment.biller_id', '=', billerId!))
    .$if(mandateId !== undefined, (query) => query.where('bill_payment.mandate_id', '=', mandateId!))
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(
        sql<boolean>`(bill_payment.created_at, bill_payment.id) < (${before!.createdAt}::timestamptz, ${before!.id})`
      )
    )
    .orderBy('bill_payment.created_at', 'desc')
    .orderBy('bill_payment.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ payment: toBillPayment(row), recordedAt: row.recorded_at, changedAt: row.updated_at }))
}

/** Whether somebody has paid this bill, or is about to; without a reference, any bill of the account. */
export async function isClaimed(
  db: Kysely<Database>,
  {
    billerId,
    accountIndex,
    billReference
  }: { billerId: string; accountIndex: string; billReference?: string | undefined }
): Promise<boolean> {
  const row = await db
    .selectFrom('bill_payment')
    .select('id')
    .where('biller_id', '=', billerId)
    .where('account_index', '=', accountIndex)
    .$if(billReference !== undefined, (query) => query.where('bill_reference', '=', billReference!))
    .where('bill_reference', 'is not', null)
    .where('claimed', '=', true)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
