import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { outcomeOf, type DisputeEnding, type DisputeReason, type DisputeState } from '../domain/dispute.ts'
import type { Evidence } from '../domain/evidence.ts'
import { idOf, type CustomerId, type DisputeId, type MerchantId, type PaymentId, type WalletId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { walletMoveSql } from './bank-return.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A reviewer's word; `won` and `lost` are the merchant's. */
export interface DisputeReview {
  readonly actor: string
  readonly outcome: 'won' | 'lost'
  readonly reason: string
}

/** A dispute as its record stands; amounts in minor units of `currency`, instants in business time. */
export interface Dispute {
  readonly id: DisputeId
  readonly state: DisputeState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly paymentId: PaymentId
  readonly customerId: CustomerId
  readonly walletId: WalletId
  readonly merchantId: MerchantId
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly reason: DisputeReason
  readonly previousId: DisputeId | null
  readonly openedBy: string
  /** Why it was closed as soon as it was there: another one was faster. */
  readonly declineCode: string | null
  readonly newAccount: boolean
  readonly inquiryUntil: Date | null
  readonly formalAt: Date | null
  readonly evidenceDue: Date | null
  readonly reminders: number
  /** What the merchant was charged for the formal stage. */
  readonly fee: bigint
  readonly evidence: readonly Evidence[]
  readonly reviewSince: Date | null
  readonly reviewDue: Date | null
  readonly reviews: readonly DisputeReview[]
  readonly creditDue: Date
  readonly creditedAt: Date | null
  /** How it will have ended once the customer has given back what was credited. */
  readonly ending: DisputeEnding | null
  readonly endedAt: Date | null
  /** The merchant has the disputed money back. */
  readonly released: boolean
  readonly noticeUntil: Date | null
  /** Of the credit that was taken back: what the wallet no longer had, and what of that is still owed. */
  readonly owed: bigint
  readonly outstanding: bigint
  readonly createdAt: Date
  /** The acquirer's, where a card holder has had it taken back; null: the customer disputes it with us. */
  readonly chargebackId: string | null
  /** How often the acquirer was told that the merchant contests it, and since when it may have the last one. */
  readonly representments: number
  readonly representedAt: Date | null
  /** What the customer got of our own although the merchant had won. */
  readonly goodwill: bigint
}

const records = (db: Kysely<Database>) =>
  db
    .selectFrom('dispute')
    .innerJoin('process', 'process.id', 'dispute.id')
    .selectAll('dispute')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])

export async function findDispute(db: Kysely<Database>, id: string): Promise<Dispute | undefined> {
  const row = await records(db).where('dispute.id', '=', id).executeTakeFirst()
  return row && toDispute(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getDispute(db: Kysely<Database>, id: string): Promise<Dispute> {
  const found = await findDispute(db, id)
  if (!found) throw new TypeError(`${id} is not there`)
  return found
}

/** What the customer disputes of a payment with us, and holds money of its merchant. */
export async function listDisputesToSupersede(db: Kysely<Database>, paymentId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('dispute')
    .innerJoin('process', 'process.id', 'dispute.id')
    .select('dispute.id')
    .where('dispute.payment_id', '=', paymentId)
    .where('dispute.chargeback_id', 'is', null)
    .where('process.open', '=', true)
    .where('dispute.released', '=', false)
    .orderBy('dispute.id')
    .execute()
  return rows.map(({ id }) => id)
}

export interface DisputeFilter {
  readonly customerId?: string | undefined
  readonly merchantId?: string | undefined
  readonly paymentId?: string | undefined
  readonly state?: string | undefined
}

/** Newest first; `recordedAt` and `changedAt` are the times that its first and last event carry. */
export async function listDisputes(
  db: Kysely<Database>,
  { customerId, merchantId, paymentId, state }: DisputeFilter,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<{ dispute: Dispute; recordedAt: Date; changedAt: Date }[]> {
  const rows = await records(db)
    .$if(customerId !== undefined, (query) => query.where('dispute.customer_id', '=', customerId!))
    .$if(merchantId !== undefined, (query) => query.where('dispute.merchant_id', '=', merchantId!))
    .$if(paymentId !== undefined, (query) => query.where('dispute.payment_id', '=', paymentId!))
    .$if(state !== undefined, (query) => query.where('process.state', '=', state!))
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(dispute.created_at, dispute.id) < (${before!.createdAt}::timestamptz, ${before!.id})`)
    )
    .orderBy('dispute.created_at', 'desc')
    .orderBy('dispute.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ dispute: toDispute(row), recordedAt: row.recorded_at, changedAt: row.updated_at }))
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them, each with the fields of `WalletMove`. */
export const disputeWriter = {
  kind: 'dispute',
  sql: withTasks(`, ${walletMoveSql}
    insert into dispute
      select r.* from jsonb_populate_recordset(null::dispute, $1::jsonb) r
      on conflict (id) do update set
        formal_at = excluded.formal_at, evidence_due = excluded.evidence_due, reminders = excluded.reminders,
        fee = excluded.fee, evidence = excluded.evidence, review_since = excluded.review_since,
        review_due = excluded.review_due, reviews = excluded.reviews, credited_at = excluded.credited_at,
        ending = excluded.ending, ended_at = excluded.ended_at, released = excluded.released,
        notice_until = excluded.notice_until, owed = excluded.owed, outstanding = excluded.outstanding,
        representments = excluded.representments, represented_at = excluded.represented_at,
        goodwill = excluded.goodwill`)
} as const

/** The row of a record, whole. */
export const toDisputeRow = (dispute: Dispute): object => ({
  id: dispute.id,
  payment_id: dispute.paymentId,
  customer_id: dispute.customerId,
  wallet_id: dispute.walletId,
  merchant_id: dispute.merchantId,
  currency: dispute.currency,
  amount: dispute.amount.toString(),
  reason: dispute.reason,
  previous_id: dispute.previousId,
  opened_by: dispute.openedBy,
  decline_code: dispute.declineCode,
  new_account: dispute.newAccount,
  inquiry_until: dispute.inquiryUntil,
  formal_at: dispute.formalAt,
  evidence_due: dispute.evidenceDue,
  reminders: dispute.reminders,
  fee: dispute.fee.toString(),
  evidence: dispute.evidence,
  review_since: dispute.reviewSince,
  review_due: dispute.reviewDue,
  reviews: dispute.reviews,
  credit_due: dispute.creditDue,
  credited_at: dispute.creditedAt,
  ending: dispute.ending,
  ended_at: dispute.endedAt,
  released: dispute.released,
  notice_until: dispute.noticeUntil,
  owed: dispute.owed.toString(),
  outstanding: dispute.outstanding.toString(),
  created_at: dispute.createdAt,
  chargeback_id: dispute.chargebackId,
  representments: dispute.representments,
  represented_at: dispute.representedAt,
  goodwill: dispute.goodwill.toString()
})

/**
 * A dispute as both parties see it, without its timeline: what an event carries. What is between the customer and us, and
 * what reviewers have said, is not in it (`api/dispute-view.ts`).
 */
export function toDisputeView(dispute: Dispute): Record<string, unknown> {
  const outcome = outcomeOf(dispute.state, dispute.ending)
  const at = (name: string, date: Date | null) => date && { [name]: date.toISOString() }
  return {
    id: dispute.id,
    object: 'dispute',
    state: dispute.state,
    ...(outcome && { outcome }),
    ...(dispute.declineCode !== null && { decline_code: dispute.declineCode }),
    payment_id: dispute.paymentId,
    wallet_id: dispute.walletId,
    merchant_id: dispute.merchantId,
    amount: toWire(dispute),
    reason: dispute.reason,
    ...(dispute.chargebackId !== null && { chargeback_id: dispute.chargebackId }),
    ...(dispute.previousId !== null && { previous_id: dispute.previousId }),
    ...(dispute.fee > 0n && { fee: toWire({ amount: dispute.fee, currency: dispute.currency }) }),
    ...at('inquiry_until', dispute.inquiryUntil),
    ...at('evidence_due', dispute.evidenceDue),
    ...at('review_due', dispute.reviewDue),
    ...at('represented_at', dispute.representedAt),
    evidence: dispute.evidence.map(({ party, at, files, statement }) => ({
      party,
      at,
      files,
      has_text: statement !== null
    }))
  }
}

type DisputeRow = RecordOf<'dispute'>

const toDispute = (row: DisputeRow): Dispute => ({
  id: idOf('dsp', row.id),
  state: row.state as DisputeState,
  version: row.version,
  paymentId: idOf('pay', row.payment_id),
  customerId: idOf('cus', row.customer_id),
  walletId: idOf('wal', row.wallet_id),
  merchantId: idOf('mer', row.merchant_id),
  currency: currency(row.currency),
  amount: row.amount,
  reason: row.reason as DisputeReason,
  previousId: row.previous_id === null ? null : idOf('dsp', row.previous_id),
  openedBy: row.opened_by,
  declineCode: row.decline_code,
  newAccount: row.new_account,
  inquiryUntil: row.inquiry_until,
  formalAt: row.formal_at,
  evidenceDue: row.evidence_due,
  reminders: row.reminders,
  fee: row.fee,
  evidence: row.evidence as Dispute['evidence'],
  reviewSince: row.review_since,
  reviewDue: row.review_due,
  reviews: row.reviews as Dispute['reviews'],
  creditDue: row.credit_due,
  creditedAt: row.credited_at,
  ending: row.ending as Dispute['ending'],
  endedAt: row.ended_at,
  released: row.released,
  noticeUntil: row.notice_until,
  owed: row.owed,
  outstanding: row.outstanding,
  createdAt: row.created_at,
  chargebackId: row.chargeback_id,
  representments: row.representments,
  representedAt: row.represented_at,
  goodwill: row.goodwill
})
