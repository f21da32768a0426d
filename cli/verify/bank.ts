import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { processIdIn } from '../../domain/reference.ts'
import type { BankJournalLine, Counterpart } from '../../providers/bank.ts'
import type { BankJournal } from '../../providers/bank-journal.ts'
import { findTakenBack } from '../../store/chargeback.ts'
import { bankReference, OPENING_REFERENCE } from '../../store/bank-expectation.ts'

/** What both sides know of one reference in one currency, in minor units: `in` is positive. */
interface Reference {
  readonly reference: string
  readonly currency: string
  theirs: bigint
  ours: bigint
  readonly lines: BankJournalLine[]
  /** Whether we booked a part of it after the bank's journal was read. */
  late: boolean
}

/**
 * The bank oracle (O4): every line of the bank's journal is posted here under its reference, or is excused, by
 * name; the other way round as well; and cash + in transit equal the journal's balance ± exactly those.
 * @param since the database's clock before the journal was read: what was booked later may be missing from it.
 * @returns the first breach in words.
 */
export async function findBankBreach(
  db: Kysely<Database>,
  bank: Counterpart,
  journal: BankJournal,
  since: Date,
  note: (exception: string) => void
): Promise<string | undefined> {
  const references = byReference(journal.lines)
  await addOurs(db, bank, since, references)
  const excused = new Map<string, bigint>()
  for (const reference of references.values()) {
    if (reference.ours === reference.theirs) continue
    const excuse = await excuseFor(db, reference)
    const what = `bank ${bank}, ${reference.reference}: the bank has ${reference.theirs} ${reference.currency}, our books ${reference.ours}`
    if (excuse === undefined) return what
    note(`${what} (${excuse})`)
    excused.set(reference.currency, (excused.get(reference.currency) ?? 0n) + reference.theirs - reference.ours)
  }
  return findTotalBreach(db, bank, journal, excused)
}

function byReference(lines: readonly BankJournalLine[]): Map<string, Reference> {
  const references = new Map<string, Reference>()
  for (const line of lines) {
    const reference = referenceIn(
      references,
      line.operation === 'opening' ? OPENING_REFERENCE : line.reference,
      line.currency
    )
    reference.theirs += signed(line)
    reference.lines.push(line)
  }
  return references
}

const signed = ({ direction, amount }: BankJournalLine): bigint =>
  direction === 'in' ? BigInt(amount) : -BigInt(amount)

function referenceIn(references: Map<string, Reference>, reference: string, currency: string): Reference {
  const key = `${reference} ${currency}`
  const known = references.get(key) ?? { reference, currency, theirs: 0n, ours: 0n, lines: [], late: false }
  references.set(key, known)
  return known
}

/**
 * Our postings on the bank's two accounts, each under what the bank calls it; what a reconciliation found and could not match
 * under the reference of the statement's line, or of the item that it explains.
 */
async function addOurs(
  db: Kysely<Database>,
  bank: Counterpart,
  since: Date,
  references: Map<string, Reference>
): Promise<void> {
  const { rows } = await sql<{ reference: string; currency: string; delta: bigint; late: boolean }>`
    select coalesce(l.reference, i.reference, ${bankReference}) as reference, p.currency,
        case when a.id = p.debit_account then p.amount else -p.amount end as delta, p.posted_at >= ${since} as late
      from ledger_account a join posting p on a.id in (p.debit_account, p.credit_account) join unit u on u.id = p.unit_id
        left join bank_return r on r.id = split_part(u.key, ':', 1)
        left join lateral (
          select coalesce(nullif(l.reference, ''), l.entry) as reference from statement_line l where l.unit_key = u.key limit 1
        ) l on p.code like 'reconciliation.%'
        left join lateral (
          select i.reference from reconciliation_item i where i.unit_key = u.key limit 1
        ) i on p.code like 'reconciliation.%'
      where a.kind in ('bank_cash', 'bank_in_transit') and a.owner = ${bank} and p.op in ('post', 'post_hold')`.execute(
    db
  )
  for (const { reference, currency, delta, late } of rows) {
    const known = referenceIn(references, reference, currency)
    known.ours += delta
    known.late ||= late
  }
}

/** Why the two sides may differ on a reference for now; undefined when they may not. */
async function excuseFor(
  db: Kysely<Database>,
  { reference, lines, late, ours }: Reference
): Promise<string | undefined> {
  if (late) return "booked here while the bank's journal was read"
  const stated = await findStated(db, reference)
  if (stated !== undefined) return stated
  const process = await db
    .selectFrom('process')
    .select(['open', 'state'])
    // A link's micro-deposits have its id with their number behind it.
    .where('id', '=', processIdIn(reference))
    .executeTakeFirst()
  if (process?.open) return `the outcome is open, ${process.state}`
  if (await isToBeTakenBack(db, reference)) return 'the rest is yet to be taken back of the customer'
  // Returns are heard of by callback, from the bank's list, or at last with its statement; what the acquirer pays out by the
  // sweeper; chargebacks and the bank's other charges only there.
  const isUnannounced = ours === 0n && lines.length > 0 && lines.every(({ operation }) => unannounced.has(operation))
  return isUnannounced ? 'not heard of yet' : undefined
}

/** A chargeback, of which the customer answers for a part that has still to be booked. */
async function isToBeTakenBack(db: Kysely<Database>, reference: string): Promise<boolean> {
  const known = await findTakenBack(db, reference)
  if (!known) return false
  const booked = db
    .selectFrom('bank_return')
    .select('id')
    .where('bank', '=', 'acquirer')
    .where('reference', '=', reference)
  return (await booked.executeTakeFirst()) === undefined
}

const unannounced: ReadonlySet<string> = new Set(['return', 'fee', 'chargeback', 'transfer', 'payout'])

/** A statement says it, and the journal does not, or otherwise: the books follow the statement, and the item says so. */
async function findStated(db: Kysely<Database>, reference: string): Promise<string | undefined> {
  const { rows } = await sql<{ why: string }>`
    select format('the statement of %s: %s, %s', r.date, i.class, i.state) as why
        from reconciliation_item i join reconciliation r on r.id = i.reconciliation_id where i.reference = ${reference}
      union all
      select format('the statement of %s: a fee', r.date)
        from statement_line l join reconciliation r on r.id = l.reconciliation_id
        where l.reference = ${reference} and l.operation = 'fee' and l.unit_key is not null
      limit 1`.execute(db)
  return rows[0]?.why
}

async function findTotalBreach(
  db: Kysely<Database>,
  bank: Counterpart,
  { lines, balances }: BankJournal,
  excused: ReadonlyMap<string, bigint>
): Promise<string | undefined> {
  const ours = await sql<{ currency: string; balance: string }>`
    select currency, sum(debits_posted - credits_posted) as balance from ledger_account
      where kind in ('bank_cash', 'bank_in_transit') and owner = ${bank} group by currency`.execute(db)
  const booked = new Map(ours.rows.map(({ currency, balance }) => [currency, BigInt(balance)]))
  for (const currency of new Set([...Object.keys(balances), ...booked.keys(), ...lines.map((line) => line.currency)])) {
    const theirs = BigInt(balances[currency] ?? '0')
    const journaled = lines.filter((line) => line.currency === currency).reduce((sum, line) => sum + signed(line), 0n)
    if (theirs !== journaled)
      return `bank ${bank}: its balance is ${theirs} ${currency}, its journal's lines make ${journaled}`
    const expected = (booked.get(currency) ?? 0n) + (excused.get(currency) ?? 0n)
    if (theirs !== expected)
      return `bank ${bank}: the bank has ${theirs} ${currency}, cash + in transit ± what is open make ${expected}`
  }
  return undefined
}
