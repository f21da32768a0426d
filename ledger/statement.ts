import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { AccountRef } from '../domain/account-kinds.ts'

/** A posting as the account sees it; amounts in minor units of the account's currency. */
export interface Entry {
  readonly id: string
  readonly postingId: string
  /** 1, 2, 3 … without gaps. */
  readonly version: bigint
  /** Below zero when it lowers the balance. */
  readonly delta: bigint
  readonly balanceAfter: bigint
  readonly effectiveAt: Date
  readonly postedAt: Date
  /** What it came from: the process (the first part of the unit's key) and what was booked. */
  readonly source: { readonly process: string; readonly code: string }
}

export interface StatementQuery {
  /** Inclusive, by `posted_at`. */
  readonly from?: Date
  /** Exclusive, by `posted_at`. */
  readonly to?: Date
  /** The version of the last entry of the page before. */
  readonly after?: bigint
  readonly order?: 'oldest_first' | 'newest_first'
  readonly limit: number
}

export interface StatementPage {
  readonly entries: readonly Entry[]
  /** Give it as `after` for the next page; undefined on the last one. */
  readonly next: bigint | undefined
}

/** One page of an account's entries. Entries never change, so pages fit together whatever is booked in between. */
export async function readStatement(
  db: Kysely<Database>,
  ref: AccountRef,
  query: StatementQuery
): Promise<StatementPage> {
  const { from, to, after, order = 'oldest_first', limit } = query
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError('a page has at least one entry')
  const ascending = order === 'oldest_first'
  // Instants are milliseconds in code and microseconds in the database: "before" is one microsecond earlier.
  const { rows } = await sql<EntryRow>`
    with account as materialized (
      select id, case when ${from ?? null}::timestamptz is null then 0 else entry_version_at(id, ${from ?? null}::timestamptz - interval '1 microsecond') end as low,
          case when ${to ?? null}::timestamptz is null then version else entry_version_at(id, ${to ?? null}::timestamptz - interval '1 microsecond') end as high
        from ledger_account where kind = ${ref.kind} and owner = ${ref.owner} and currency = ${ref.currency})
    select e.account_id, e.version, e.posting_id, e.delta, e.balance_after, e.effective_at, e.posted_at, p.code, u.key
      from account a
      join entry e on e.account_id = a.id and e.version > ${after !== undefined && ascending ? after : 0n} and e.version > a.low
        and e.version <= a.high ${after !== undefined && !ascending ? sql`and e.version < ${after}` : sql``}
      join posting p on p.id = e.posting_id
      join unit u on u.id = p.unit_id
      order by e.version ${ascending ? sql`asc` : sql`desc`} limit ${limit + 1}`.execute(db)
  const entries = rows.slice(0, limit).map(toEntry)
  return { entries, next: rows.length > limit ? entries.at(-1)!.version : undefined }
}

interface EntryRow {
  account_id: bigint
  version: bigint
  posting_id: bigint
  delta: bigint
  balance_after: bigint
  effective_at: Date
  posted_at: Date
  code: string
  key: string
}

const toEntry = (row: EntryRow): Entry => ({
  id: `ent_${row.account_id}_${row.version}`,
  postingId: `pst_${row.posting_id}`,
  version: row.version,
  delta: row.delta,
  balanceAfter: row.balance_after,
  effectiveAt: row.effective_at,
  postedAt: row.posted_at,
  source: { process: row.key.slice(0, indexOrEnd(row.key, ':')), code: row.code }
})

const indexOrEnd = (text: string, part: string): number => (text.includes(part) ? text.indexOf(part) : text.length)
