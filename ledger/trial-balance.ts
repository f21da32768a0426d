import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { AccountKind } from '../domain/account-kinds.ts'

/** All accounts of one kind and currency together, in minor units; sums may pass what one account can hold. */
export interface TrialBalanceLine {
  readonly currency: string
  readonly kind: AccountKind
  readonly accounts: number
  readonly debits: bigint
  readonly credits: bigint
  readonly debitsPending: bigint
  readonly creditsPending: bigint
  /** On the kind's own side: below zero only where it has no floor. */
  readonly balance: bigint
}

/** Per currency, Σ debits = Σ credits, posted and pending: oracle O1 checks it. */
export async function readTrialBalance(db: Kysely<Database>): Promise<TrialBalanceLine[]> {
  const { rows } = await sql<
    Record<'currency' | 'kind' | 'debits' | 'credits' | 'debits_pending' | 'credits_pending' | 'balance', string> & {
      accounts: bigint
    }
  >`
    select currency, kind, count(*) as accounts, sum(debits_posted) as debits, sum(credits_posted) as credits,
        sum(debits_pending) as debits_pending, sum(credits_pending) as credits_pending,
        sum(case when side = 'D' then debits_posted - credits_posted else credits_posted - debits_posted end) as balance
      from ledger_account group by currency, kind order by currency, kind`.execute(db)
  return rows.map((row) => ({
    currency: row.currency,
    kind: row.kind as AccountKind,
    accounts: Number(row.accounts),
    debits: BigInt(row.debits),
    credits: BigInt(row.credits),
    debitsPending: BigInt(row.debits_pending),
    creditsPending: BigInt(row.credits_pending),
    balance: BigInt(row.balance)
  }))
}
