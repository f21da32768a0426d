import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { transitOf, type OutsideFunding } from '../domain/funding.ts'
import { idOf, type CustomerId, type MerchantId, type PaymentId, type RefundId, type WalletId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { RefundPart } from '../domain/refund-rules.ts'
import type { RefundState } from '../domain/refund.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A refund as its record stands; amounts in minor units of `currency`. Its id is the bank's reference, or the acquirer's. */
export interface Refund {
  readonly id: RefundId
  readonly state: RefundState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly paymentId: PaymentId
  readonly customerId: CustomerId
  readonly walletId: WalletId
  /** The payee. */
  readonly merchantId: MerchantId
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly reason: string | null
  /** Whom it comes from. */
  readonly parts: readonly RefundPart[]
  readonly feeReturned: bigint
  /** Null: the money has not left the merchants. */
  readonly destination: 'original' | 'wallet' | null
  /** What the payment came from, beside the balance. */
  readonly source: OutsideFunding | null
  /** Why it went to the wallet instead, or ended as `failed`. */
  readonly declineCode: string | null
  /** Until then the merchants' money is waited for; then it is an operator's task. */
  readonly waitUntil: Date | null
  /** Business time at which the money left the merchants. */
  readonly fundedAt: Date | null
  readonly bankReference: string | null
  /** Business time from which the bank may have it; null: it certainly does not. */
  readonly sentAt: Date | null
  /** What the bank has sent back since: it is in the wallet. */
  readonly returned: bigint
  readonly createdAt: Date
}

export const refundRecords = (db: Kysely<Database>) =>
  db
    .selectFrom('refund')
    .innerJoin('process', 'process.id', 'refund.id')
    .selectAll('refund')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])

export async function findRefund(db: Kysely<Database>, id: string): Promise<Refund | undefined> {
  const row = await refundRecords(db).where('refund.id', '=', id).executeTakeFirst()
  return row && toRefund(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getRefund(db: Kysely<Database>, id: string): Promise<Refund> {
  const refund = await findRefund(db, id)
  if (!refund) throw new TypeError(`${id} is not there`)
  return refund
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them. */
export const refundWriter = {
  kind: 'refund',
  sql: withTasks(`
    insert into refund
      select r.* from jsonb_populate_recordset(null::refund, $1::jsonb) r
      on conflict (id) do update set
        destination = excluded.destination, decline_code = excluded.decline_code, waiting = excluded.waiting,
        wait_until = excluded.wait_until, funded_at = excluded.funded_at, bank_reference = excluded.bank_reference,
        sent_at = excluded.sent_at, returned = excluded.returned`)
} as const

/** The row of a record, whole. */
export const toRefundRow = (refund: Refund): object => ({
  id: refund.id,
  payment_id: refund.paymentId,
  customer_id: refund.customerId,
  wallet_id: refund.walletId,
  merchant_id: refund.merchantId,
  currency: refund.currency,
  amount: refund.amount.toString(),
  reason: refund.reason,
  parts: refund.parts.map(({ merchantId, amount }) => ({ merchant_id: merchantId, amount: amount.toString() })),
  fee_returned: refund.feeReturned.toString(),
  destination: refund.destination,
  bank: refund.source && transitOf(refund.source),
  bank_account_id: refund.source?.type === 'bank_account' ? refund.source.id : null,
  card_id: refund.source?.type === 'card' ? refund.source.id : null,
  decline_code: refund.declineCode,
  waiting: refund.state === 'pending',
  wait_until: refund.waitUntil,
  funded_at: refund.fundedAt,
  bank_reference: refund.bankReference,
  sent_at: refund.sentAt,
  returned: refund.returned.toString(),
  created_at: refund.createdAt
})

/** A refund as callers see it, without its timeline. Who shares the payment is not for everyone who sees it. */
export function toRefundView(refund: Refund): Record<string, unknown> {
  const money = (amount: bigint) => toWire({ amount, currency: refund.currency })
  return {
    id: refund.id,
    object: 'refund',
    state: refund.state,
    ...(refund.declineCode && { decline_code: refund.declineCode }),
    amount: money(refund.amount),
    payment_id: refund.paymentId,
    wallet_id: refund.walletId,
    merchant_id: refund.merchantId,
    ...(refund.reason !== null && { reason: refund.reason }),
    ...(refund.destination && { destination: refund.destination }),
    ...(refund.feeReturned > 0n && { fee_returned: money(refund.feeReturned) }),
    ...(refund.state === 'pending' && refund.waitUntil && { wait_until: refund.waitUntil.toISOString() }),
    ...(refund.bankReference !== null && { bank_reference: refund.bankReference }),
    ...(refund.returned > 0n && { returned: money(refund.returned) })
  }
}

type RefundRow = RecordOf<'refund'>

export const toRefund = (row: RefundRow): Refund => ({
  id: idOf('ref', row.id),
  state: row.state as RefundState,
  version: row.version,
  paymentId: idOf('pay', row.payment_id),
  customerId: idOf('cus', row.customer_id),
  walletId: idOf('wal', row.wallet_id),
  merchantId: idOf('mer', row.merchant_id),
  currency: currency(row.currency),
  amount: row.amount,
  reason: row.reason,
  parts: (row.parts as { merchant_id: string; amount: string }[]).map(({ merchant_id, amount }) => ({
    merchantId: idOf('mer', merchant_id),
    amount: BigInt(amount)
  })),
  feeReturned: row.fee_returned,
  destination: row.destination as Refund['destination'],
  source: toSource(row),
  declineCode: row.decline_code,
  waitUntil: row.wait_until,
  fundedAt: row.funded_at,
  bankReference: row.bank_reference,
  sentAt: row.sent_at,
  returned: row.returned,
  createdAt: row.created_at
})

function toSource({ bank, bank_account_id, card_id }: RefundRow): OutsideFunding | null {
  if (card_id !== null) return { type: 'card', id: idOf('crd', card_id) }
  if (bank_account_id === null) return null
  return { type: 'bank_account', id: idOf('ban', bank_account_id), bank: bank === 'a' ? 'a' : 'b' }
}
