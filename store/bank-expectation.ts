import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency } from '../domain/currencies.ts'
import type { Expectation } from '../domain/reconciliation-matching.ts'

/** The capital has no process of its own: both sides know it by what it is. */
export const OPENING_REFERENCE = 'opening'

/**
 * What a bank calls a posting of ours, in a statement with `posting` p, `unit` u and `bank_return` r: the first part of the
 * unit's key is the reference that the bank was given, but of a return, which has a reference of the bank's own.
 */
export const bankReference = sql<string>`case when p.code = 'capital.opening' then ${sql.lit(OPENING_REFERENCE)}
    when p.code = 'chargeback.taken' then (select d.chargeback_id from dispute d where d.id = split_part(u.key, ':', 1))
    else coalesce(r.reference, split_part(u.key, ':', 1)) end`

/** The postings that reconciliations make themselves. */
export const isReconciliations = sql<boolean>`p.code like 'reconciliation.%'`

/**
 * Takes down what was booked on a bank's accounts since the last time: from then on each entry is waited for on a statement.
 * Entries are numbered without gaps under their account's lock, so none is passed over.
 */
export async function gatherExpectations(db: Kysely<Database>, bank: 'a' | 'b'): Promise<void> {
  await sql`
    insert into bank_expectation (bank, rests, currency, version, reference, amount, booked_on)
      select a.owner, s.rests, a.currency, e.version, ${bankReference}, e.delta, (e.effective_at at time zone 'UTC')::date
        from ledger_account a
        cross join lateral (
          select k.rests, coalesce(max(x.version), 0) as seen
            from (select case a.kind when 'bank_cash' then 'cash' else 'transit' end as rests) k
            left join bank_expectation x on x.bank = a.owner and x.rests = k.rests and x.currency = a.currency
            group by k.rests) s
        join entry e on e.account_id = a.id and e.version > s.seen
        join posting p on p.id = e.posting_id join unit u on u.id = p.unit_id
        left join bank_return r on r.id = split_part(u.key, ':', 1)
        where a.kind in ('bank_cash', 'bank_in_transit') and a.owner = ${bank} and not ${isReconciliations}
        order by a.id, e.version
      on conflict do nothing`.execute(db)
}

/** What no statement has shown yet and nobody has adjusted. */
export async function listOpenExpectations(db: Kysely<Database>, bank: 'a' | 'b'): Promise<Expectation[]> {
  const rows = await db
    .selectFrom('bank_expectation')
    .selectAll()
    .where('bank', '=', bank)
    .where('state', '=', 'open')
    .orderBy('currency')
    .orderBy('version')
    .execute()
  return rows.map((row) => ({
    id: `${row.rests}/${row.currency}/${row.version}`,
    rests: row.rests as Expectation['rests'],
    reference: row.reference,
    currency: currency(row.currency),
    amount: row.amount,
    on: row.booked_on,
    named: row.item_id !== null
  }))
}

/** What becomes of an expectation, as it travels in a record's row. */
export interface ExpectationMove {
  readonly rests: string
  readonly currency: string
  readonly version: string
  readonly state: 'open' | 'matched' | 'adjusted'
  /** The item that names it from now on; absent: as before. */
  readonly item_id?: string
}

export const moveExpectation = (
  { id }: Pick<Expectation, 'id'>,
  state: ExpectationMove['state'],
  itemId?: string
): ExpectationMove => {
  const [rests, currency, version] = id.split('/') as [string, string, string]
  return { rests, currency, version, state, ...(itemId !== undefined && { item_id: itemId }) }
}

/** Those that an item names, in whatever state they are. */
export async function listNamedExpectations(
  db: Kysely<Database>,
  itemId: string
): Promise<(Pick<Expectation, 'id'> & { readonly state: string })[]> {
  const rows = await db
    .selectFrom('bank_expectation')
    .select(['rests', 'currency', 'version', 'state'])
    .where('item_id', '=', itemId)
    .execute()
  return rows.map(({ rests, currency: code, version, state }) => ({ id: `${rests}/${code}/${version}`, state }))
}

/** The UTC day of the first entry on a bank's accounts: before it there is nothing to reconcile. */
export async function findFirstDay(db: Kysely<Database>, bank: 'a' | 'b'): Promise<string | undefined> {
  const { rows } = await sql<{ day: string | null }>`
    select min((e.effective_at at time zone 'UTC')::date) as day
      from ledger_account a join entry e on e.account_id = a.id and e.version = 1
      where a.kind in ('bank_cash', 'bank_in_transit') and a.owner = ${bank}`.execute(db)
  return rows[0]?.day ?? undefined
}
