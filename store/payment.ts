import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toCaptureView, type CardCapture } from '../domain/card-capture.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { railOf, type Funding } from '../domain/funding.ts'
import {
  idOf,
  sameDigits,
  type CustomerId,
  type MerchantId,
  type PaymentId,
  type PaymentRequestId,
  type WalletId
} from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { CaptureMode, PaymentState } from '../domain/payment.ts'
import type { Share } from '../domain/splits.ts'
import { toCapture, toCaptureRow, type CaptureRow } from './card-capture-row.ts'
import { toJudged, toJudgedRow, type Judged } from './risk.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A payment as its record stands; amounts in minor units of `currency`. */
export interface Payment extends Judged {
  readonly id: PaymentId
  readonly state: PaymentState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly customerId: CustomerId
  readonly walletId: WalletId
  readonly merchantId: MerchantId
  /** What asked for it; null: the payer named the merchant. */
  readonly paymentRequestId: PaymentRequestId | null
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly capture: CaptureMode
  readonly captured: bigint
  readonly refunded: bigint
  /** What is disputed, or was and is lost: it cannot be refunded any more. */
  readonly disputed: bigint
  readonly fee: bigint
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly declineCode: string | null
  readonly confirmBefore: Date | null
  readonly confirmedAt: Date | null
  readonly authorizedAt: Date | null
  readonly captureBefore: Date | null
  /** The limit counters that the uncaptured part is given back to. */
  readonly limitCounters: readonly string[]
  readonly createdAt: Date
  readonly funding: Funding
  /** What the bank calls it, once it has booked; always null where the balance pays. */
  readonly railReference: string | null
  /** Business time from which the bank may have it; null: it certainly does not. */
  readonly sentAt: Date | null
  /** Who shares it, the payee included; none: all of it is the payee's. */
  readonly splits: readonly Share[]
  /** What the bank that paid it has taken back since, from the payer: the merchant keeps what they have got. */
  readonly returned: bigint
  /** Of one by card that is captured later. */
  readonly lastCapture: CardCapture | null
  /** `due`: it is over, and the acquirer has still to be told that what is left of the authorization is given up. */
  readonly holdRelease: 'due' | 'done' | null
}

export async function findPayment(db: Kysely<Database>, id: string): Promise<Payment | undefined> {
  const row = await db
    .selectFrom('payment')
    .innerJoin('process', 'process.id', 'payment.id')
    .selectAll('payment')
    .select(['process.state', 'process.version'])
    .where('payment.id', '=', id)
    .executeTakeFirst()
  return row && toPayment(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getPayment(db: Kysely<Database>, id: string): Promise<Payment> {
  const payment = await findPayment(db, id)
  if (!payment) throw new TypeError(`${id} is not there`)
  return payment
}

/** Payments that are over, of which the acquirer has still to be told that it holds the rest no longer. */
export async function listHoldsToRelease(db: Kysely<Database>, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('payment').select('id').where('hold_release', '=', 'due').limit(limit).execute()
  return rows.map(({ id }) => id)
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them. */
export const paymentWriter = {
  kind: 'payment',
  sql: withTasks(`
    insert into payment
      select r.* from jsonb_populate_recordset(null::payment, $1::jsonb) r
      on conflict (id) do update set
        captured = excluded.captured, refunded = excluded.refunded, disputed = excluded.disputed, fee = excluded.fee,
        risk = excluded.risk, review_before = excluded.review_before, confirm_before = excluded.confirm_before,
        decline_code = excluded.decline_code, confirmed_at = excluded.confirmed_at,
        authorized_at = excluded.authorized_at, capture_before = excluded.capture_before,
        limit_counters = excluded.limit_counters, rail_reference = excluded.rail_reference, sent_at = excluded.sent_at,
        splits = excluded.splits, returned = excluded.returned, last_capture = excluded.last_capture, hold_release = excluded.hold_release`)
} as const

/** The row of a record, whole. */
export const toPaymentRow = (payment: Payment): object => ({
  id: payment.id,
  customer_id: payment.customerId,
  wallet_id: payment.walletId,
  merchant_id: payment.merchantId,
  currency: payment.currency,
  amount: payment.amount.toString(),
  capture: payment.capture,
  captured: payment.captured.toString(),
  refunded: payment.refunded.toString(),
  disputed: payment.disputed.toString(),
  fee: payment.fee.toString(),
  description: payment.description,
  metadata: payment.metadata,
  decline_code: payment.declineCode,
  confirm_before: payment.confirmBefore,
  confirmed_at: payment.confirmedAt,
  authorized_at: payment.authorizedAt,
  capture_before: payment.captureBefore,
  limit_counters: payment.limitCounters,
  created_at: payment.createdAt,
  payment_request_id: payment.paymentRequestId,
  funding_type: payment.funding.type,
  funding_id: payment.funding.type === 'balance' ? null : payment.funding.id,
  rail: railOf(payment.funding),
  rail_reference: payment.railReference,
  sent_at: payment.sentAt,
  splits: payment.splits.length === 0 ? null : payment.splits.map(toShareRow),
  returned: payment.returned.toString(),
  last_capture: payment.lastCapture && toCaptureRow(payment.lastCapture),
  hold_release: payment.holdRelease,
  ...toJudgedRow(payment)
})

interface ShareRow {
  merchant_id: string
  amount: string
  captured: string
  /** Not there before anything was ever refunded. */
  refunded?: string
  type: Share['type']
}

const toShareRow = ({ merchantId, amount, captured, refunded, type }: Share): ShareRow => ({
  merchant_id: merchantId,
  amount: amount.toString(),
  captured: captured.toString(),
  refunded: refunded.toString(),
  type
})

const toShare = ({ merchant_id, amount, captured, refunded = '0', type }: ShareRow): Share => ({
  merchantId: idOf('mer', merchant_id),
  amount: BigInt(amount),
  captured: BigInt(captured),
  refunded: BigInt(refunded),
  type
})

/**
 * A payment as callers see it, without its timeline: what an event carries, and what the API answers with. Where it is
 * absent, there is nothing to say: no decline code without a decline. Who shares it is not for everyone who sees it:
 * `api/payment-view.ts`.
 */
export function toPaymentView(payment: Payment): Record<string, unknown> {
  const money = (amount: bigint) => toWire({ amount, currency: payment.currency })
  return {
    id: payment.id,
    object: 'payment',
    state: payment.state,
    ...(payment.declineCode && { decline_code: payment.declineCode }),
    amount: money(payment.amount),
    captured: money(payment.captured),
    refunded: money(payment.refunded),
    ...(payment.disputed > 0n && { disputed: money(payment.disputed) }),
    ...(payment.returned > 0n && { returned: money(payment.returned) }),
    fee: money(payment.fee),
    capture: payment.capture,
    wallet_id: payment.walletId,
    merchant_id: payment.merchantId,
    funding: toFundingView(payment),
    ...(payment.paymentRequestId !== null && { payment_request_id: payment.paymentRequestId }),
    ...(payment.state === 'requires_action' && { confirm_before: payment.confirmBefore?.toISOString() }),
    ...(payment.captureBefore && { capture_before: payment.captureBefore.toISOString() }),
    ...(payment.lastCapture && { last_capture: toCaptureView(payment.lastCapture, payment.currency) }),
    ...(payment.captured > 0n && { receipt_id: sameDigits('rct', payment.id) }),
    ...(payment.description !== null && { description: payment.description }),
    metadata: payment.metadata
  }
}

/** What it is paid from, as callers see it. */
export const toFundingView = ({ funding, railReference }: Pick<Payment, 'funding' | 'railReference'>) => ({
  type: funding.type,
  ...(funding.type !== 'balance' && { id: funding.id }),
  ...(railReference !== null && { reference: railReference })
})

export type PaymentRow = RecordOf<'payment'>

export const toPayment = (row: PaymentRow): Payment => ({
  id: idOf('pay', row.id),
  state: row.state as PaymentState,
  version: row.version,
  customerId: idOf('cus', row.customer_id),
  walletId: idOf('wal', row.wallet_id),
  merchantId: idOf('mer', row.merchant_id),
  currency: currency(row.currency),
  amount: row.amount,
  capture: row.capture as CaptureMode,
  captured: row.captured,
  refunded: row.refunded,
  disputed: row.disputed,
  fee: row.fee,
  description: row.description,
  metadata: row.metadata as Payment['metadata'],
  declineCode: row.decline_code,
  confirmBefore: row.confirm_before,
  confirmedAt: row.confirmed_at,
  authorizedAt: row.authorized_at,
  captureBefore: row.capture_before,
  limitCounters: row.limit_counters,
  paymentRequestId: row.payment_request_id === null ? null : idOf('prq', row.payment_request_id),
  createdAt: row.created_at,
  funding: toFunding(row),
  railReference: row.rail_reference,
  sentAt: row.sent_at,
  splits: ((row.splits ?? []) as ShareRow[]).map(toShare),
  returned: row.returned,
  lastCapture: row.last_capture === null ? null : toCapture(row.last_capture as CaptureRow),
  holdRelease: row.hold_release as Payment['holdRelease'],
  ...toJudged(row)
})

function toFunding({ funding_type, funding_id, rail }: PaymentRow): Funding {
  if (funding_type === 'balance') return { type: 'balance' }
  if (funding_type === 'card') return { type: 'card', id: idOf('crd', funding_id!) }
  return { type: 'bank_account', id: idOf('ban', funding_id!), bank: rail === 'bank_a' ? 'a' : 'b' }
}
