import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { isId } from '../domain/ids.ts'
import { getBankReturn, type BankReturn } from './bank-return.ts'
import { getDispute, type Dispute } from './dispute.ts'

/** Moved by every unit that changes what the owner of a wallet owes: one of them at a time. */
export const debtsCounter = (walletId: string): string => `wallet-debts/${walletId}`

/** Moved by every unit that may make more of a wallet available: who decides on what is available looks whether it did. */
export const creditsCounter = (walletId: string): string => `wallet-credits/${walletId}`

/** What leaves a debt: a pull that a bank took back, or a provisional credit that we took back. */
export type Debt = BankReturn | Dispute

/** How a wallet stands, without a lock; the counters were read first, so what they say unmoved is what was read. */
export interface WalletDebts {
  /** Oldest first. */
  readonly open: readonly Debt[]
  readonly debtsSeen: bigint
  readonly creditsSeen: bigint
}

/** Of what had gone to a merchant: no wallet is asked. */
export const NO_DEBTS: WalletDebts = { open: [], debtsSeen: 0n, creditsSeen: 0n }

export async function readWalletDebts(db: Kysely<Database>, walletId: string): Promise<WalletDebts> {
  const { rows } = await sql<{ debts: bigint | null; credits: bigint | null; open: string[] | null }>`
    select (select used from limit_counter where id = ${debtsCounter(walletId)}) as debts,
      (select used from limit_counter where id = ${creditsCounter(walletId)}) as credits,
      (select array_agg(id order by created_at, id) from (
        select id, created_at from bank_return where wallet_id = ${walletId} and outstanding > 0
        union all
        select id, created_at from dispute where wallet_id = ${walletId} and outstanding > 0) d) as open`.execute(db)
  const { debts, credits, open } = rows[0]!
  return {
    debtsSeen: debts ?? 0n,
    creditsSeen: credits ?? 0n,
    open: await Promise.all((open ?? []).map((id) => (isId('dsp', id) ? getDispute(db, id) : getBankReturn(db, id))))
  }
}

/** What a return is booked on: read after `readWalletDebts`, whose counters protect it from credits in between. */
export async function readAvailable(db: Kysely<Database>, walletId: string, currency: string): Promise<bigint> {
  const row = await db
    .selectFrom('ledger_account')
    .select(['credits_posted', 'debits_posted', 'debits_pending'])
    .where('kind', '=', 'wallet')
    .where('owner', '=', walletId)
    .where('currency', '=', currency)
    .executeTakeFirst()
  return row ? row.credits_posted - row.debits_posted - row.debits_pending : 0n
}

/** What is left of these holds, by id, in minor units. */
export async function readHeld(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, bigint>> {
  const rows = await db
    .selectFrom('hold')
    .select(['id', 'amount', 'posted', 'released'])
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.id, row.amount - row.posted - row.released]))
}

/** Returns that somebody else's unit has paid off lately: their runs may not have been told. */
export async function listLatelyPaid(db: Kysely<Database>, withinMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select p.id from process p join bank_return r on r.id = p.id
      where r.owed > 0 and p.state = 'recovered' and p.updated_at > business_now() - ${withinMs} * interval '1 millisecond'
      order by p.updated_at desc limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}
