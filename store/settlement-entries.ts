import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Settlement } from './settlement.ts'

/** An entry of the merchant's account that is in a settlement; minor units, below zero what left it. */
export interface SettledEntry {
  readonly version: bigint
  readonly delta: bigint
  readonly code: string
  /** What booked it: the first part of the unit's key, such as a payment's id. */
  readonly process: string
  readonly effectiveAt: Date
  readonly postedAt: Date
}

/** Oldest first, after a version. Neither entries nor a settlement's share of them ever change: pages fit together. */
export async function listSettledEntries(
  db: Kysely<Database>,
  { merchantId, currency, entries }: Settlement,
  after: bigint,
  limit: number
): Promise<SettledEntry[]> {
  const { rows } = await sql<SettledEntry>`
    select e.version, e.delta, p.code, split_part(split_part(u.key, ':', 1), '-', 1) as process, e.effective_at as "effectiveAt", e.posted_at as "postedAt"
      from ledger_account a
        cross join unnest(${entries}::int8multirange) r
        join entry e on e.account_id = a.id and e.version >= lower(r) and e.version < upper(r) and e.version > ${after}
        join posting p on p.id = e.posting_id
        join unit u on u.id = p.unit_id
      where a.kind = 'merchant_payable' and a.owner = ${merchantId} and a.currency = ${currency} and upper(r) > ${after} + 1
      order by e.version limit ${limit}`.execute(db)
  return rows
}
