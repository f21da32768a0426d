import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Database } from '../db/schema.ts'

/** One movement of money out of a wallet, in minor units of the currency of what was paid. */
export interface Movement {
  readonly postingId: string
  readonly code: string
  readonly amount: bigint
  readonly effectiveAt: Date
  readonly postedAt: Date
}

/**
 * What the books say was captured of a payment, oldest first. Money moves in the unit that authorizes it, in the one
 * that books what a bank has moved, in those that book what the acquirer has captured, or in one that someone decided (a
 * confirmation, a capture): their keys are known, so nothing is searched for.
 */
export async function listCaptures(db: Kysely<Database>, paymentId: string, walletId: string): Promise<Movement[]> {
  const { rows } = await sql<Movement>`
    select 'pst_' || posting.id as "postingId", code, amount, effective_at as "effectiveAt", posting.posted_at as "postedAt"
      from unit
        join posting on posting.id >= unit.id * 4096 and posting.id < (unit.id + 1) * 4096
        join ledger_account debited on debited.id = posting.debit_account
      where unit.key in (select ${`${paymentId}:authorize`} union all select ${`${paymentId}:book`} union all select unit_key from decision where process_id = ${paymentId}
          union all select id || '-' || part || ':book' from payment, generate_series(1, (last_capture ->> 'part')::integer) part where id = ${paymentId})
        and posting.op in ('post', 'post_hold') and debited.kind = 'wallet' and debited.owner = ${walletId}
      order by posting.id`.execute(db)
  return rows
}

/** What the books say was paid for a bill, with its fee: what was held for it, as it was posted. */
export async function listBillMovements(db: Kysely<Database>, billPaymentId: string): Promise<Movement[]> {
  const { rows } = await sql<Movement>`
    select 'pst_' || id as "postingId", code, amount, effective_at as "effectiveAt", posted_at as "postedAt"
      from posting where hold_id in (${`${billPaymentId}/bill`}, ${`${billPaymentId}/fee`}) and op = 'post_hold'
      order by id`.execute(db)
  return rows
}
