import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { transitOf, type OutsideFunding } from '../domain/funding.ts'
import { idOf, type CustomerId, type TopUpId, type WalletId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { TopUpState } from '../domain/top-up.ts'
import { toJudged, toJudgedRow, type Judged } from './risk.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A top-up as its record stands; the amount in minor units of `currency`. Its id is the bank's reference, or the acquirer's. */
export interface TopUp extends Judged {
  readonly id: TopUpId
  readonly state: TopUpState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly customerId: CustomerId
  readonly walletId: WalletId
  /** What it comes from. */
  readonly funding: OutsideFunding
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly metadata: Readonly<Record<string, string>>
  readonly declineCode: string | null
  /** The bank's own, or the acquirer's, once they have booked. */
  readonly bankReference: string | null
  /** Business time from which the bank may have it; null: it certainly does not. */
  readonly sentAt: Date | null
  /** What the bank has taken back since. */
  readonly returned: bigint
  /** Made by the customer's standing rule. */
  readonly automatic: boolean
  readonly createdAt: Date
  /** Since when a reviewer lets the bank be asked; null: nobody had to look at it. */
  readonly reviewedAt: Date | null
}

export async function findTopUp(db: Kysely<Database>, id: string): Promise<TopUp | undefined> {
  const row = await db
    .selectFrom('top_up')
    .innerJoin('process', 'process.id', 'top_up.id')
    .selectAll('top_up')
    .select(['process.state', 'process.version'])
    .where('top_up.id', '=', id)
    .executeTakeFirst()
  return row && toTopUp(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getTopUp(db: Kysely<Database>, id: string): Promise<TopUp> {
  const topUp = await findTopUp(db, id)
  if (!topUp) throw new TypeError(`${id} is not there`)
  return topUp
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them. */
export const topUpWriter = {
  kind: 'top-up',
  sql: withTasks(`
    insert into top_up
      select r.* from jsonb_populate_recordset(null::top_up, $1::jsonb) r
      on conflict (id) do update set
        decline_code = excluded.decline_code, bank_reference = excluded.bank_reference, sent_at = excluded.sent_at,
        returned = excluded.returned, risk = excluded.risk, review_before = excluded.review_before,
        reviewed_at = excluded.reviewed_at`)
} as const

/** The row of a record, whole. */
export const toTopUpRow = (topUp: TopUp): object => ({
  id: topUp.id,
  customer_id: topUp.customerId,
  wallet_id: topUp.walletId,
  bank_account_id: topUp.funding.type === 'bank_account' ? topUp.funding.id : null,
  card_id: topUp.funding.type === 'card' ? topUp.funding.id : null,
  bank: transitOf(topUp.funding),
  currency: topUp.currency,
  amount: topUp.amount.toString(),
  metadata: topUp.metadata,
  decline_code: topUp.declineCode,
  bank_reference: topUp.bankReference,
  sent_at: topUp.sentAt,
  returned: topUp.returned.toString(),
  automatic: topUp.automatic,
  created_at: topUp.createdAt,
  reviewed_at: topUp.reviewedAt,
  ...toJudgedRow(topUp)
})

/** A top-up as callers see it, without its timeline: what an event carries, and what the API answers with. */
export function toTopUpView(topUp: TopUp): Record<string, unknown> {
  const isByCard = topUp.funding.type === 'card'
  return {
    id: topUp.id,
    object: 'top_up',
    state: topUp.state,
    ...(topUp.declineCode && { decline_code: topUp.declineCode }),
    amount: toWire({ amount: topUp.amount, currency: topUp.currency }),
    wallet_id: topUp.walletId,
    [isByCard ? 'card_id' : 'bank_account_id']: topUp.funding.id,
    ...(topUp.bankReference !== null && {
      [isByCard ? 'acquirer_reference' : 'bank_reference']: topUp.bankReference
    }),
    ...(topUp.returned > 0n && { returned: toWire({ amount: topUp.returned, currency: topUp.currency }) }),
    ...(topUp.automatic && { automatic: true }),
    metadata: topUp.metadata
  }
}

export type TopUpRow = RecordOf<'top_up'>

export const toTopUp = (row: TopUpRow): TopUp => ({
  id: idOf('top', row.id),
  state: row.state as TopUpState,
  version: row.version,
  customerId: idOf('cus', row.customer_id),
  walletId: idOf('wal', row.wallet_id),
  funding: toFunding(row),
  currency: currency(row.currency),
  amount: row.amount,
  metadata: row.metadata as TopUp['metadata'],
  declineCode: row.decline_code,
  bankReference: row.bank_reference,
  sentAt: row.sent_at,
  returned: row.returned,
  automatic: row.automatic,
  createdAt: row.created_at,
  reviewedAt: row.reviewed_at,
  ...toJudged(row)
})

const toFunding = ({ bank_account_id, card_id, bank }: TopUpRow): OutsideFunding =>
  bank_account_id === null
    ? { type: 'card', id: idOf('crd', card_id!) }
    : { type: 'bank_account', id: idOf('ban', bank_account_id), bank: bank as 'a' | 'b' }
