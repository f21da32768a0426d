import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import type { SettlementDue } from '../domain/settlement-cut.ts'
import { CUT_OFF_CODES, DUE_AT_ONCE } from '../domain/settlement-lines.ts'

/** What a settlement is decided on, read at one moment and without a lock. */
export interface SettlementFacts extends SettlementDue {
  /** The versions that the lines add up, as Postgres writes a multirange; `{}`: none. */
  readonly entries: string
  readonly openFrom: bigint
  /** Moved by every settlement of the merchant that collects: one of them at a time. */
  readonly turn: { readonly counter: string; readonly seen: bigint }
}

interface Account {
  readonly merchantId: string
  readonly currency: CurrencyCode
}

/**
 * What is due to a merchant: entries that are in no settlement, were booked by the cut-off, or take more than they bring
 * (refunds and disputes wait for no cut-off), or have been due before. Those of one unit stay together.
 */
export async function readSettlementFacts(
  db: Kysely<Database>,
  { merchantId, currency }: Account,
  cutOff: Date
): Promise<SettlementFacts> {
  const counter = `settlements/${merchantId}/${currency}`
  const { rows } = await sql<FactsRow>`
    with account as materialized (
      select id, version, credits_posted - debits_posted - debits_pending as available from ledger_account
        where kind = 'merchant_payable' and owner = ${merchantId} and currency = ${currency}
    ), before as materialized (
      select coalesce(max(open_from), 1) as open_from, coalesce((array_agg(carried_out order by number desc))[1], 0) as carried
        from settlement where merchant_id = ${merchantId} and currency = ${currency} and number is not null
    ), settled as materialized (
      select coalesce(range_agg(s.entries), '{}') as entries from settlement s, before b
        where s.merchant_id = ${merchantId} and s.currency = ${currency} and upper(s.entries) > b.open_from
    ), candidate as (
      select e.version, e.delta, p.code, e.effective_at <= ${cutOff} or p.code = any (${[...DUE_AT_ONCE]}::text[])
          or sum(e.delta) over (partition by p.unit_id) < 0 as due
        from before b cross join settled s cross join account a
          join entry e on e.account_id = a.id and e.version >= b.open_from and e.version <= a.version
          join posting p on p.id = e.posting_id
        where not e.version <@ s.entries and p.code <> all (${[...CUT_OFF_CODES]}::text[])
    ), line as (
      select code, sum(delta) as amount from candidate where due group by code, delta > 0
    )
    select b.carried, coalesce(a.available, 0) as available, business_now() as now,
        coalesce((select used from limit_counter where id = ${counter}), 0) as seen,
        coalesce((select debits_posted - credits_posted - credits_pending from ledger_account
          where kind = 'merchant_receivable' and owner = ${merchantId} and currency = ${currency}), 0) as owed,
        coalesce((select range_agg(int8range(version, version + 1)) from candidate where due), '{}')::text as entries,
        coalesce((select min(version) from candidate where not due), a.version + 1, 1) as open_from,
        (select coalesce(jsonb_agg(jsonb_build_object('code', code, 'amount', amount::text) order by code, amount), '[]') from line) as lines,
        coalesce((select min(e.created_at) from event e join onboarding o on o.id = e.object_id
          where o.merchant_id = m.id and e.to_state = 'approved'), m.created_at) as active_since
      from merchant m cross join before b left join account a on true where m.id = ${merchantId}`.execute(db)
  const row = rows[0]
  if (!row) throw new TypeError(`${merchantId} is not there`)
  return {
    currency,
    lines: row.lines.map(({ code, amount }) => ({ code, amount: BigInt(amount) })),
    carriedIn: row.carried,
    available: row.available,
    owed: row.owed,
    activeSince: row.active_since,
    now: row.now,
    entries: row.entries,
    openFrom: row.open_from,
    turn: { counter, seen: row.seen }
  }
}

interface FactsRow {
  carried: bigint
  available: bigint
  now: Date
  seen: bigint
  owed: bigint
  entries: string
  open_from: bigint
  lines: { code: string; amount: string }[]
  active_since: Date
}

/** Active merchants with something on their accounts, after an id, in the order of their ids. */
export async function listMerchantsWithMoney(db: Kysely<Database>, afterId: string, limit: number) {
  const { rows } = await sql<{ id: string; currency: CurrencyCode }>`
    select m.id, m.currency from merchant m
      join ledger_account a on a.kind = 'merchant_payable' and a.owner = m.id and a.currency = m.currency
      where m.state = 'active' and m.id > ${afterId} and a.credits_posted - a.debits_posted - a.debits_pending > 0
      order by m.id limit ${limit}`.execute(db)
  return rows
}
