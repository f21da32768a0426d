import { sql } from 'kysely'
import type { Judged } from './judged.ts'
import { readApiCsv } from './read.ts'

interface Settled {
  readonly id: string
  readonly merchant_id: string
  /** By our books: how many entries there are of its versions, and what they make. */
  readonly entries: number
  readonly due: bigint
  /** What it posted itself. */
  readonly collected: bigint
}

/**
 * Reads the statements of a day's settlements as merchants do, and holds them against postings; then each merchant's account
 * as a whole: what is in no settlement yet, and what the last one carried over, is the balance.
 */
export async function findStatementBreach(system: Judged, date: string): Promise<string | undefined> {
  for (const settled of await readSettled(system, date)) {
    const rows = await readApiCsv(system, `/v1/settlements/${settled.id}/statement.csv`)
    const sumOf = (...lines: string[]) =>
      rows.filter(([line]) => lines.includes(line!)).reduce((sum, row) => sum + BigInt(row.at(-2)!), 0n)
    const all = sumOf('carried_in', 'entry', 'holdback', 'reserve', 'carried_out', 'payout')
    const entries = rows.filter(([line]) => line === 'entry').length
    const what = `the statement of ${settled.id} (${settled.merchant_id})`
    if (all !== 0n) return `${what} makes ${all} instead of nothing`
    if (entries !== settled.entries || sumOf('entry') !== settled.due)
      return `${what} has ${entries} entries of ${sumOf('entry')}, our books ${settled.entries} of ${settled.due}`
    if (sumOf('holdback', 'reserve', 'payout') !== settled.collected)
      return `${what} says ${sumOf('holdback', 'reserve', 'payout')} went out, our books ${settled.collected}`
  }
  return findAccountBreach(system)
}

async function readSettled({ db }: Judged, date: string): Promise<Settled[]> {
  const { rows } = await sql<Settled>`
    select s.id, s.merchant_id, count(e.version)::int as entries, coalesce(sum(e.delta), 0)::bigint as due,
        (select coalesce(sum(c.delta), 0)::bigint from unit u join posting p on p.unit_id = u.id
            join entry c on c.posting_id = p.id and c.account_id = a.id
          where u.key like s.id || ':collect%' and p.code in ('settlement.holdback', 'settlement.reserve', 'settlement.payout')) as collected
      from settlement s join ledger_account a on a.kind = 'merchant_payable' and a.owner = s.merchant_id and a.currency = s.currency
        left join entry e on e.account_id = a.id and e.version <@ s.entries
      where s.number is not null and (s.created_at at time zone 'UTC')::date = ${date}::date
      group by s.id, a.id order by s.id`.execute(db)
  return rows
}

async function findAccountBreach({ db }: Judged): Promise<string | undefined> {
  const { rows } = await sql<{ breach: string }>`
    with settled as (
      select merchant_id, currency, range_agg(entries) as entries, (array_agg(carried_out order by number desc))[1] as carried_out
        from settlement where number is not null group by merchant_id, currency
    ), account as (
      select a.id, a.owner, a.credits_posted - a.debits_posted as balance, coalesce(s.entries, '{}') as entries, coalesce(s.carried_out, 0) as carried
        from ledger_account a left join settled s on s.merchant_id = a.owner and s.currency = a.currency
        where a.kind = 'merchant_payable'
    ), open as (
      select a.id, sum(e.delta) as delta from account a join entry e on e.account_id = a.id join posting p on p.id = e.posting_id
        where not e.version <@ a.entries and p.code not in ('settlement.holdback', 'settlement.reserve', 'settlement.payout')
        group by a.id
    )
    select format('%s has %s, and %s are in no settlement, %s carried over', a.owner, a.balance, coalesce(o.delta, 0), a.carried) as breach
      from account a left join open o on o.id = a.id where a.balance <> coalesce(o.delta, 0) + a.carried order by a.owner limit 1`.execute(
    db
  )
  return rows[0]?.breach
}
