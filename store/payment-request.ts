import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { idOf, type MerchantId, type PaymentId, type PaymentRequestId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { PaymentRequestState } from '../domain/payment-request.ts'
import type { RecordOf } from './rows.ts'

/** A merchant's request for money as its record stands; amounts in minor units of `currency`, instants business time. */
export interface PaymentRequest {
  readonly id: PaymentRequestId
  readonly state: PaymentRequestState
  readonly version: number
  readonly merchantId: MerchantId
  /** Null: the payer names it. */
  readonly amount: bigint | null
  readonly currency: CurrencyCode
  readonly description: string | null
  readonly reference: string | null
  readonly multiUse: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly expiresAt: Date
  /** What paid it; always null where many may. */
  readonly paymentId: PaymentId | null
  /** What is on its way from outside to pay it; always null where many may. */
  readonly reservedBy: PaymentId | null
  readonly timesPaid: number
  readonly amountPaid: bigint
  /** Its run knows that it was paid. */
  readonly noticed: boolean
  readonly createdAt: Date
}

export async function findPaymentRequest(db: Kysely<Database>, id: string): Promise<PaymentRequest | undefined> {
  const row = await records(db).where('payment_request.id', '=', id).executeTakeFirst()
  return row && toPaymentRequest(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getPaymentRequest(db: Kysely<Database>, id: string): Promise<PaymentRequest> {
  const request = await findPaymentRequest(db, id)
  if (!request) throw new TypeError(`${id} is not there`)
  return request
}

/** A merchant's, newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listPaymentRequests(
  db: Kysely<Database>,
  { merchantId, state }: { readonly merchantId: string; readonly state?: string | undefined },
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ request: PaymentRequest; recordedAt: Date; changedAt: Date }[]> {
  const rows = await records(db)
    .select(['process.created_at as recorded_at', 'process.updated_at'])
    .where('payment_request.merchant_id', '=', merchantId)
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(
        sql<boolean>`(payment_request.created_at, payment_request.id) < (${before!.createdAt}::timestamptz, ${before!.id})`
      )
    )
    .orderBy('payment_request.created_at', 'desc')
    .orderBy('payment_request.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    request: toPaymentRequest(row),
    recordedAt: row.recorded_at,
    changedAt: row.updated_at
  }))
}

/** Those that were paid at least `minAgeMs` ago without their run having seen it. */
export async function listUnnoticedPaymentRequests(db: Kysely<Database>, minAgeMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom('payment_request')
    .innerJoin('process', 'process.id', 'payment_request.id')
    .select('payment_request.id')
    .where('payment_request.payment_id', 'is not', null)
    .where('payment_request.noticed', '=', false)
    .where('process.updated_at', '<', sql<Date>`business_now() - ${minAgeMs} * interval '1 millisecond'`)
    .limit(1_000)
    .execute()
  return rows.map(({ id }) => id)
}

export async function markPaymentRequestNoticed(db: Kysely<Database>, id: string): Promise<void> {
  await db.updateTable('payment_request').set({ noticed: true }).where('id', '=', id).execute()
}

/** With what many payments paid, where many may. */
const records = (db: Kysely<Database>) =>
  db
    .selectFrom('payment_request')
    .innerJoin('process', 'process.id', 'payment_request.id')
    .leftJoin('limit_counter as times', (join) =>
      join.on('times.id', '=', sql<string>`'payment-request/' || payment_request.id || '/times'`)
    )
    .leftJoin('limit_counter as paid', (join) =>
      join.on('paid.id', '=', sql<string>`'payment-request/' || payment_request.id || '/amount'`)
    )
    .selectAll('payment_request')
    .select(['process.state', 'process.version', 'times.used as times_used', 'paid.used as amount_used'])

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them. */
export const paymentRequestWriter = {
  kind: 'payment-request',
  sql: `
    insert into payment_request
      select r.* from jsonb_populate_recordset(null::payment_request, $1::jsonb) r
      on conflict (id) do update set
        payment_id = excluded.payment_id, amount_paid = excluded.amount_paid, reserved_by = excluded.reserved_by`
} as const

/** The row of a record, whole. */
export const toPaymentRequestRow = (request: PaymentRequest): object => ({
  id: request.id,
  merchant_id: request.merchantId,
  amount: request.amount === null ? null : request.amount.toString(),
  currency: request.currency,
  description: request.description,
  reference: request.reference,
  multi_use: request.multiUse,
  metadata: request.metadata,
  expires_at: request.expiresAt,
  payment_id: request.paymentId,
  amount_paid: request.multiUse ? '0' : request.amountPaid.toString(),
  noticed: request.noticed,
  created_at: request.createdAt,
  reserved_by: request.reservedBy
})

/** A request as its merchant sees it, without its timeline, and without what was paid: `paidSoFar` has that. */
export const toPaymentRequestView = (request: PaymentRequest): Record<string, unknown> => ({
  id: request.id,
  object: 'payment_request',
  state: request.state,
  merchant_id: request.merchantId,
  ...(request.amount !== null && { amount: toWire({ amount: request.amount, currency: request.currency }) }),
  currency: request.currency,
  ...(request.description !== null && { description: request.description }),
  ...(request.reference !== null && { reference: request.reference }),
  multi_use: request.multiUse,
  expires_at: request.expiresAt.toISOString(),
  ...(request.paymentId !== null && { payment_id: request.paymentId }),
  ...(request.reservedBy !== null && { reserved_by: request.reservedBy }),
  metadata: request.metadata
})

/** How often it was paid, and how much in all: gross, whatever is refunded later. */
export const paidSoFar = ({ timesPaid, amountPaid: amount, currency }: PaymentRequest) => ({
  times_paid: timesPaid,
  amount_paid: toWire({ amount, currency })
})

/** Of one that many may pay, also what was counted. */
type PaymentRequestRow = RecordOf<'payment_request'> & { times_used: bigint | null; amount_used: bigint | null }

const toPaymentRequest = (row: PaymentRequestRow): PaymentRequest => ({
  id: idOf('prq', row.id),
  state: row.state as PaymentRequestState,
  version: row.version,
  merchantId: idOf('mer', row.merchant_id),
  amount: row.amount,
  currency: currency(row.currency),
  description: row.description,
  reference: row.reference,
  multiUse: row.multi_use,
  metadata: row.metadata as PaymentRequest['metadata'],
  expiresAt: row.expires_at,
  paymentId: row.payment_id === null ? null : idOf('pay', row.payment_id),
  reservedBy: row.reserved_by === null ? null : idOf('pay', row.reserved_by),
  timesPaid: row.multi_use ? Number(row.times_used ?? 0n) : Number(row.payment_id !== null),
  amountPaid: row.multi_use ? (row.amount_used ?? 0n) : row.amount_paid,
  noticed: row.noticed,
  createdAt: row.created_at
})
