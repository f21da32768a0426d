import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { AccountKind } from '../domain/account-kinds.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'

/** One account over some days; minor units. Balances are debits − credits, so that those of a currency make zero. */
export interface GeneralLedgerLine {
  readonly kind: AccountKind
  readonly owner: string
  readonly currency: CurrencyCode
  readonly side: 'D' | 'C'
  readonly opening: bigint
  readonly debit: bigint
  readonly credit: bigint
  readonly closing: bigint
}

/**
 * Every account that has ever moved, by the days on which its entries count (`effective_at`, UTC).
 * @param from the first day; @param to the last one, both included.
 */
export async function readGeneralLedger(db: Kysely<Database>, from: string, to: string): Promise<GeneralLedgerLine[]> {
  const { rows } = await sql<
    Record<'kind' | 'owner' | 'currency' | 'opening' | 'debit' | 'credit', string> & { side: 'D' | 'C' }
  >`
    select a.kind, a.owner, a.currency, a.side,
        coalesce(sum(d.amount) filter (where e.effective_at < s.first), 0) as opening,
        coalesce(sum(d.amount) filter (where e.effective_at >= s.first and d.amount > 0), 0) as debit,
        coalesce(-sum(d.amount) filter (where e.effective_at >= s.first and d.amount < 0), 0) as credit
      from (select ${from}::date::timestamp at time zone 'UTC' as first,
          (${to}::date + 1)::timestamp at time zone 'UTC' as beyond) s
        cross join ledger_account a
        join entry e on e.account_id = a.id and e.effective_at < s.beyond
        cross join lateral (select case a.side when 'D' then e.delta else -e.delta end as amount) d
      group by a.id order by a.currency, a.kind, a.owner`.execute(db)
  return rows.map((row) => {
    const [opening, debit, credit] = [BigInt(row.opening), BigInt(row.debit), BigInt(row.credit)]
    const { kind, owner, side } = row
    const closing = opening + debit - credit
    return { kind: kind as AccountKind, owner, side, currency: currency(row.currency), opening, debit, credit, closing }
  })
}
