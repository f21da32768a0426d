import { createHash } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { contentOf, type BankStatement, type StatementLine } from '../domain/bank-statement.ts'
import { currency } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import { settledKey, type Shown } from '../domain/reconciliation-matching.ts'
import type { StatedAccount } from './reconciliation.ts'
import type { Vault } from './vault.ts'

export type StatementFormat = 'camt053' | 'csv'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** Keeps the file as it came, once. @returns the hash that it is found by. */
export async function keepFile(
  db: Kysely<Database>,
  vault: Vault,
  format: StatementFormat,
  content: string
): Promise<string> {
  const hash = sha256(content)
  await db
    .insertInto('bank_statement_file')
    .values({ hash, format, sealed: vault.sealFile(hash, content) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return hash
}

export async function openFile(
  db: Kysely<Database>,
  vault: Vault,
  hash: string
): Promise<{ format: StatementFormat; content: string }> {
  const row = await db
    .selectFrom('bank_statement_file')
    .select(['format', 'sealed'])
    .where('hash', '=', hash)
    .executeTakeFirstOrThrow()
  return { format: row.format as StatementFormat, content: vault.openFile(hash, row.sealed) }
}

export const contentHashOf = (statement: BankStatement): string => sha256(contentOf(statement))

/**
 * Whether a statement fits behind those that were taken: under a name that no other one has, after the last day, and
 * beginning in each currency where the last one ended, or with nothing.
 */
export async function findMisfit(db: Kysely<Database>, statement: BankStatement): Promise<Refusal | undefined> {
  const { bank, date, accounts } = statement
  const between = await findDayBetween(db, bank, date)
  if (between) return between
  for (const { id } of accounts) {
    if (id !== null && (await isTakenName(db, id, bank, date)))
      return new Refusal('statement_conflict', { reason: 'statement_id', statement_id: id })
  }
  const closings = await readClosings(db, bank, date)
  for (const { currency: code, opening } of accounts) {
    const last = closings.get(code) ?? 0n
    if (opening !== last)
      return new Refusal('statement_out_of_order', {
        reason: 'opening_differs',
        currency: code,
        opening: opening.toString(),
        expected: last.toString()
      })
  }
  const lost = [...closings].find(([code, last]) => last !== 0n && !accounts.some((each) => each.currency === code))
  return lost && new Refusal('statement_out_of_order', { reason: 'currency_missing', currency: lost[0] })
}

/** Days are taken in their order: one before it that is not yet, or one after it that is, keeps a day from being taken. */
async function findDayBetween(db: Kysely<Database>, bank: string, day: string): Promise<Refusal | undefined> {
  const { rows } = await sql<{ date: string; taken: boolean }>`
    select date, content_hash is not null as taken from reconciliation
      where bank = ${bank} and (date > ${day}::date and content_hash is not null or date < ${day}::date and content_hash is null)
      order by date limit 1`.execute(db)
  const [found] = rows
  if (!found) return undefined
  const reason = found.taken ? 'a_later_day_was_taken' : 'an_earlier_day_is_open'
  return new Refusal('statement_out_of_order', { reason, date: found.date })
}

async function isTakenName(db: Kysely<Database>, name: string, bank: string, date: string): Promise<boolean> {
  const { rows } = await sql`
    select from reconciliation where accounts @> ${JSON.stringify([{ statement_id: name }])}::jsonb
      and bank = ${bank} and date <> ${date}::date limit 1`.execute(db)
  return rows.length > 0
}

/** Each currency's closing balance on the last day before that one whose statement was taken. */
async function readClosings(db: Kysely<Database>, bank: string, date: string): Promise<Map<string, bigint>> {
  const row = await db
    .selectFrom('reconciliation')
    .select('accounts')
    .where('bank', '=', bank)
    .where('date', '<', date)
    .where('content_hash', 'is not', null)
    .orderBy('date', 'desc')
    .limit(1)
    .executeTakeFirst()
  const accounts = (row?.accounts ?? []) as readonly StatedAccount[]
  return new Map(accounts.map(({ currency: code, closing }) => [code, BigInt(closing)]))
}

/**
 * Puts down what a statement says, whole, while nothing of its day is booked: whoever comes twice puts down the same.
 * @returns false when the day's statement was taken before
 */
export async function putStatement(
  transaction: Transaction<Database>,
  id: string,
  { bank, accounts, date }: BankStatement,
  source: { readonly fileHash: string; readonly contentHash: string }
): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select r.content_hash is not null and coalesce(p.state, 'importing') <> 'importing' as taken
      from reconciliation r left join process p on p.id = r.id where r.id = ${id} for no key update of r`.execute(
    transaction
  )
  if (rows[0]!.taken) return false
  await transaction.deleteFrom('statement_line').where('reconciliation_id', '=', id).execute()
  const lines = accounts.flatMap((account) => account.lines)
  await sql`
    insert into statement_line (reconciliation_id, position, bank, entry, reference, operation, currency, amount, booked_on)
      select ${id}, t.o, ${bank}, t.entry, t.reference, t.operation, t.currency, t.amount, ${date}::date
        from unnest(${lines.map(({ entry }) => entry)}::text[], ${lines.map(({ reference }) => reference)}::text[],
          ${lines.map(({ operation }) => operation)}::text[], ${lines.map((line) => line.currency)}::text[],
          ${lines.map(({ amount }) => amount.toString())}::bigint[])
        with ordinality t (entry, reference, operation, currency, amount, o)`.execute(transaction)
  const stated: StatedAccount[] = accounts.map((account) => ({
    statement_id: account.id,
    currency: account.currency,
    opening: account.opening.toString(),
    closing: account.closing.toString(),
    lines: account.lines.length
  }))
  await transaction
    .updateTable('reconciliation')
    .set({ file_hash: source.fileHash, content_hash: source.contentHash, accounts: JSON.stringify(stated) })
    .where('id', '=', id)
    .execute()
  return true
}

/** A line with its place on the statement. */
export type PlacedLine = StatementLine & { readonly position: number }

/** Those that are not booked yet. */
export async function listWaitingLines(db: Kysely<Database>, id: string): Promise<PlacedLine[]> {
  const rows = await db
    .selectFrom('statement_line')
    .selectAll()
    .where('reconciliation_id', '=', id)
    .where('class', 'is', null)
    .orderBy('position')
    .execute()
  return rows.map((row) => ({
    position: row.position,
    entry: row.entry,
    reference: row.reference,
    operation: row.operation,
    currency: currency(row.currency),
    amount: row.amount,
    bookedOn: row.booked_on
  }))
}

/** What the bank has shown before of entries and references that wait on this statement. */
export async function readShown(db: Kysely<Database>, id: string): Promise<Shown> {
  const { rows: entries } = await sql<{ entry: string }>`
    select distinct b.entry from statement_line w join statement_line b on b.bank = w.bank and b.entry = w.entry
      where w.reconciliation_id = ${id} and w.class is null and b.class is not null`.execute(db)
  const { rows: settled } = await sql<{ reference: string; currency: string; amount: bigint }>`
    select distinct b.reference, b.currency, b.amount
      from statement_line w join statement_line b on b.bank = w.bank and b.reference = w.reference and b.class = 'matched'
      where w.reconciliation_id = ${id} and w.class is null and w.reference <> ''`.execute(db)
  return {
    entries: new Set(entries.map(({ entry }) => entry)),
    settled: new Set(settled.map((row) => settledKey({ ...row, currency: currency(row.currency) })))
  }
}
