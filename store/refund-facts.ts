import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import { railOf, type Funding } from '../domain/funding.ts'
import type { RefundPart } from '../domain/refund-rules.ts'
import { findBankAccount } from './bank-account.ts'
import { findCard } from './card.ts'
import { isSuspended } from './kill-switches.ts'
import { getPayment, type Payment } from './payment.ts'
import { readBusinessNow } from './process.ts'

/** What a refund is decided on, read without a lock: the payment first, whose version every refund of it moves. */
export interface RefundFacts {
  readonly payment: Payment
  /** What its refunds so far give back of the fee, in minor units. */
  readonly feeReturned: bigint
  /** False: the account or card that paid it is the customer's no longer, or rests. */
  readonly sourceLinked: boolean
  /** A kill switch is on for refunds of payments of this rail. */
  readonly suspended: boolean
  readonly now: Date
}

/** @throws {TypeError} when there is no such payment: the route has looked before. */
export async function readRefundFacts(db: Kysely<Database>, paymentId: string): Promise<RefundFacts> {
  const payment = await getPayment(db, paymentId)
  const { rows } = await sql<{ sum: bigint }>`
    select coalesce(sum(fee_returned), 0)::bigint as sum from refund r join process p on p.id = r.id
      where r.payment_id = ${paymentId} and p.state not in ('canceled', 'failed')`.execute(db)
  return {
    payment,
    feeReturned: rows[0]!.sum,
    sourceLinked: await isSourceLinked(db, payment.funding),
    suspended: await isSuspended(db, 'refund', railOf(payment.funding)),
    now: await readBusinessNow(db)
  }
}

export async function isSourceLinked(db: Kysely<Database>, funding: Funding): Promise<boolean> {
  if (funding.type === 'balance') return false
  const source = funding.type === 'card' ? await findCard(db, funding.id) : await findBankAccount(db, funding.id)
  return source?.state === 'linked'
}

/** Whether each of the merchants has that much now. */
export async function canGive(
  db: Kysely<Database>,
  needed: readonly RefundPart[],
  currency: CurrencyCode
): Promise<boolean> {
  const rows = await db
    .selectFrom('ledger_account')
    .select(['owner', 'credits_posted', 'debits_posted', 'debits_pending'])
    .where('kind', '=', 'merchant_payable')
    .where('currency', '=', currency)
    .where(
      'owner',
      'in',
      needed.map(({ merchantId }) => merchantId)
    )
    .execute()
  const available = new Map(rows.map((row) => [row.owner, row.credits_posted - row.debits_posted - row.debits_pending]))
  return needed.every(({ merchantId, amount }) => (available.get(merchantId) ?? 0n) >= amount)
}

/** Refunds that wait for money which each of their merchants has by now, as far as one alone is concerned. */
export async function listFundedRefunds(db: Kysely<Database>, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from refund r
      where r.waiting and not exists (
        select from jsonb_to_recordset(r.parts) s (merchant_id text, amount bigint)
          left join ledger_account a on a.kind = 'merchant_payable' and a.owner = s.merchant_id and a.currency = r.currency
          where coalesce(a.credits_posted - a.debits_posted - a.debits_pending, 0)
            < s.amount - case when s.merchant_id = r.merchant_id then r.fee_returned else 0 end)
      order by r.created_at limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}
