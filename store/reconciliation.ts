import { randomBytes } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import { idOf, type ReconciliationId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { MatchClass, ReconciliationState } from '../domain/reconciliation.ts'
import type { ExpectationMove } from './bank-expectation.ts'
import { withTasks } from './task.ts'

/** What a statement said of one currency; amounts are strings of minor units. */
export interface StatedAccount {
  readonly statement_id: string | null
  readonly currency: CurrencyCode
  readonly opening: string
  readonly closing: string
  readonly lines: number
}

export interface Refused {
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A bank's day as it was asked for, and how far it has come. */
export interface Reconciliation {
  readonly id: ReconciliationId
  readonly state: ReconciliationState
  /** Of the record: a write names the version that it was decided on. 0: there is no run yet. */
  readonly version: number
  readonly bank: 'a' | 'b'
  /** UTC day. */
  readonly date: string
  readonly source: 'provider' | 'import'
  readonly fileHash: string | null
  readonly contentHash: string | null
  readonly accounts: readonly StatedAccount[] | null
  /** Lines by what they turned out to be; what is missing there counts by reference. */
  readonly counts: Readonly<Record<MatchClass, number>>
  readonly openItems: number
  /** Why the statement that came last was not taken. */
  readonly refusal: Refused | null
  readonly askedBy: string
  readonly createdAt: Date
}

const records = (db: Kysely<Database>) =>
  db
    .selectFrom('reconciliation')
    .leftJoin('process', 'process.id', 'reconciliation.id')
    .selectAll('reconciliation')
    .select(['process.state', 'process.version', 'process.updated_at'])

export async function findReconciliation(db: Kysely<Database>, id: string): Promise<Reconciliation | undefined> {
  const row = await records(db).where('reconciliation.id', '=', id).executeTakeFirst()
  return row && toReconciliation(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getReconciliation(db: Kysely<Database>, id: string): Promise<Reconciliation> {
  const found = await findReconciliation(db, id)
  if (!found) throw new TypeError(`${id} is not there`)
  return found
}

export interface ReconciliationFilter {
  readonly bank?: string | undefined
  readonly state?: string | undefined
}

/** The newest day first. */
export async function listReconciliations(
  db: Kysely<Database>,
  { bank, state }: ReconciliationFilter,
  before: { readonly date: string; readonly id: string } | undefined,
  limit: number
): Promise<Reconciliation[]> {
  const rows = await records(db)
    .$if(bank !== undefined, (query) => query.where('reconciliation.bank', '=', bank!))
    .$if(state !== undefined, (query) => query.where(sql<boolean>`coalesce(process.state, 'importing') = ${state}`))
    .$if(before !== undefined, (query) =>
      query
        .where('reconciliation.date', '<=', before!.date)
        .where((where) =>
          where.or([where('reconciliation.date', '<', before!.date), where('reconciliation.id', '>', before!.id)])
        )
    )
    .orderBy('reconciliation.date', 'desc')
    .orderBy('reconciliation.id')
    .limit(limit)
    .execute()
  return rows.map(toReconciliation)
}

export interface WantedDay {
  readonly bank: 'a' | 'b'
  readonly date: string
  readonly askedBy: string
  /** Of the statement that somebody brought; absent: the bank is asked. */
  readonly fileHash?: string
}

/** Puts down that a day is wanted, once: one record a bank and day, whoever asks. @returns it, and whether it is new. */
export async function insertReconciliation(
  db: Kysely<Database>,
  { bank, date, askedBy, fileHash }: WantedDay
): Promise<{ readonly made: boolean; readonly day: Reconciliation }> {
  const made = await db
    .insertInto('reconciliation')
    .values({
      id: `rec_${randomBytes(16).toString('hex')}`,
      bank,
      date,
      source: fileHash === undefined ? 'provider' : 'import',
      asked_by: askedBy,
      file_hash: fileHash ?? null
    })
    .onConflict((conflict) => conflict.columns(['bank', 'date']).doNothing())
    .executeTakeFirst()
  return { made: made.numInsertedOrUpdatedRows === 1n, day: (await findDay(db, bank, date))! }
}

export async function findDay(db: Kysely<Database>, bank: string, date: string): Promise<Reconciliation | undefined> {
  const row = await records(db)
    .where('reconciliation.bank', '=', bank)
    .where('reconciliation.date', '=', date)
    .executeTakeFirst()
  return row && toReconciliation(row)
}

/** A better statement for a day that none was taken for yet. @returns false when one was taken meanwhile. */
export async function replaceFile(transaction: Transaction<Database>, id: string, fileHash: string): Promise<boolean> {
  const result = await transaction
    .updateTable('reconciliation')
    .set({ source: 'import', file_hash: fileHash, refusal: null })
    .where('id', '=', id)
    .where('content_hash', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Days that are wanted and have no run that ever began. */
export async function listUnstarted(db: Kysely<Database>, limit: number): Promise<Reconciliation[]> {
  const rows = await records(db)
    .where('process.id', 'is', null)
    .orderBy('reconciliation.date')
    .orderBy('reconciliation.id')
    .limit(limit)
    .execute()
  return rows.map(toReconciliation)
}

/** What a row carries beside its columns: lines that are booked, expectations that are met, items that are made or cleared. */
export interface ReconciliationMoves {
  readonly lines?: readonly { readonly position: number; readonly class: string; readonly unit_key: string | null }[]
  readonly expectations?: readonly ExpectationMove[]
  readonly items?: readonly object[]
  readonly cleared?: readonly object[]
  /** A statement was taken: that the one before was not is nobody's work any more. */
  readonly taken?: true
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them, each with the fields of `ReconciliationMoves`. */
export const reconciliationWriter = {
  kind: 'reconciliation',
  sql: withTasks(`, moves as materialized (
    select * from jsonb_to_recordset($1::jsonb) r (id text, bank text, lines jsonb, expectations jsonb, items jsonb, cleared jsonb, taken boolean)
  ), booked as (
    update statement_line l set class = b.class, unit_key = b.unit_key
      from moves m cross join lateral jsonb_to_recordset(m.lines) b (position integer, class text, unit_key text)
      where l.reconciliation_id = m.id and l.position = b.position
  ), met as (
    update bank_expectation e set state = b.state, item_id = coalesce(b.item_id, e.item_id)
      from moves m cross join lateral jsonb_to_recordset(m.expectations) b (rests text, currency text, version bigint, state text, item_id text)
      where e.bank = m.bank and e.rests = b.rests and e.currency = b.currency and e.version = b.version
  ), named as (
    insert into reconciliation_item
      select i.* from moves m cross join lateral jsonb_populate_recordset(null::reconciliation_item, m.items) i
  ), explained as (
    update reconciliation_item i set state = 'cleared', cleared_at = business_now(), cleared_by = c.cleared_by,
        account = c.account, reason = c.reason, effective_on = c.effective_on, unit_key = c.unit_key
      from moves m cross join lateral jsonb_populate_recordset(null::reconciliation_item, m.cleared) c
      where i.id = c.id and i.state = 'open'
  ), settled as (
    update task t set state = 'done', done_at = business_now()
      from moves m where m.taken and t.process_id = m.id and t.state = 'open' and t.kind = 'statement_refused'
  )
    update reconciliation t set counts = r.counts, open_items = r.open_items, refusal = r.refusal
      from jsonb_populate_recordset(null::reconciliation, $1::jsonb) r where t.id = r.id`)
} as const

/** What of a record its steps change; the rest was there before them, or comes with the statement. */
export const toReconciliationRow = ({ id, bank, counts, openItems, refusal }: Reconciliation): object => ({
  id,
  bank,
  counts,
  open_items: openItems,
  refusal
})

/** A reconciliation as callers see it, without its items and its timeline. */
export const toReconciliationView = (of: Reconciliation): Record<string, unknown> => ({
  id: of.id,
  object: 'reconciliation',
  state: of.state,
  bank: of.bank,
  date: of.date,
  source: of.source,
  statements: (of.accounts ?? []).map(({ statement_id, currency, opening, closing, lines }) => ({
    statement_id,
    opening: toWire({ amount: BigInt(opening), currency }),
    closing: toWire({ amount: BigInt(closing), currency }),
    lines
  })),
  counts: of.counts,
  open_items: of.openItems,
  ...(of.refusal && { refusal: of.refusal })
})

const NOTHING = { matched: 0, missing_here: 0, missing_there: 0, amount_differs: 0, duplicate: 0 }

interface Row {
  id: string
  bank: string
  date: string
  source: string
  file_hash: string | null
  content_hash: string | null
  accounts: unknown
  counts: unknown
  open_items: number
  refusal: unknown
  asked_by: string
  created_at: Date
  state: string | null
  version: number | null
}

const toReconciliation = (row: Row): Reconciliation => ({
  id: idOf('rec', row.id),
  state: (row.state ?? 'importing') as ReconciliationState,
  version: row.version ?? 0,
  bank: row.bank as Reconciliation['bank'],
  date: row.date,
  source: row.source as Reconciliation['source'],
  fileHash: row.file_hash,
  contentHash: row.content_hash,
  accounts: row.accounts as Reconciliation['accounts'],
  counts: (row.counts as Reconciliation['counts'] | null) ?? NOTHING,
  openItems: row.open_items,
  refusal: row.refusal as Refused | null,
  askedBy: row.asked_by,
  createdAt: row.created_at
})
