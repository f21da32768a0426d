import { sql } from 'kysely'
import { readJournal } from '../../providers/bank-journal.ts'
import type { BankJournalLine } from '../../providers/bank.ts'
import { dayAfter, dayOf, type ItemClass } from '../../domain/reconciliation.ts'
import { readBusinessNow } from '../../store/process.ts'
import type { Random } from '../random.ts'
import type { Judged } from './judged.ts'
import type { DiscrepancyKind, PlannedDiscrepancy } from './plan.ts'

/** As the sandbox keeps it: what was planted is read from there, so that a run that was cut off knows of it as well. */
export interface Discrepancy {
  readonly id: string
  readonly kind: DiscrepancyKind
  readonly bank: 'a' | 'b'
  readonly reference: string
  /** Of the statement on which it shows first, or on which it fails to show. */
  readonly day: string
  /** What it makes of the books and the statement, in US cents: below zero when it leaves our account. */
  readonly amount: bigint
  /** The bank's own name of the line that it spoils. */
  readonly entry: string
}

/** What is to be explained, as our books name it. */
export interface Item {
  readonly id: string
  readonly reconciliation_id: string
  readonly bank: string
  readonly date: string
  readonly class: ItemClass
  readonly reference: string
  readonly amount: bigint
  readonly rests: string
  readonly state: string
  readonly cleared_by: string | null
}

/** The statement of so many days later has it after all. */
const DAYS_LATE = 3

/** Plants what is planned and is not there yet, on what the banks have booked today. @returns how many */
export async function plant(system: Judged, planned: readonly PlannedDiscrepancy[], random: Random): Promise<number> {
  const today = dayOf(await readBusinessNow(system.db))
  const known = await readPlanted(system)
  const left = planned.slice(known.filter(({ day }) => day === today).length)
  for (const each of left) {
    // One bank may have booked nothing today that can be spoiled.
    const other = { ...each, bank: each.bank === 'a' ? ('b' as const) : ('a' as const) }
    const own = await lineFor(system, each, today, known)
    const line = own ?? (await lineFor(system, other, today, known))
    const fault = faultOf(own === undefined && line !== undefined ? other : each, line, random)
    await system.sandbox.admin('POST', '/statement-faults', fault)
  }
  return left.length
}

/** A line of today's that nothing else is planted on. */
async function lineFor(
  { sandbox }: Judged,
  { bank, which }: PlannedDiscrepancy,
  today: string,
  known: readonly Discrepancy[]
): Promise<BankJournalLine | undefined> {
  const { lines } = await readJournal(sandbox.url, sandbox.adminKey, bank)
  const spoiled = new Set(known.map(({ reference }) => reference))
  const isOnly = (reference: string) => lines.filter((line) => line.reference === reference).length === 1
  const fit = lines.filter(
    ({ booked_at, operation, reference }) =>
      booked_at.startsWith(today) &&
      ['pull', 'push'].includes(operation) &&
      isOnly(reference) &&
      !spoiled.has(reference)
  )
  return fit[which % Math.max(1, fit.length)]
}

function faultOf(
  { kind, bank, amount }: PlannedDiscrepancy,
  line: BankJournalLine | undefined,
  random: Random
): object {
  const usd = (cents: bigint) => ({ amount: cents.toString(), currency: 'USD' })
  const madeUp = { bank, reference: `GIFT-${random.hex(12)}`, amount: usd(BigInt(amount)) }
  if (kind === 'unknown_credit' || kind === 'unknown_debit') return { ...madeUp, kind, in_journal: random.next() < 0.5 }
  if (kind === 'fee') return { ...madeUp, kind, amount: usd(BigInt(random.between(100, 2_500))), in_journal: true }
  // On a day without a line to spoil there is still one that nobody expects.
  if (line === undefined) return { ...madeUp, kind: 'unknown_credit' }
  const { reference } = line
  if (kind === 'alter_amount') return { bank, kind, reference, amount: usd(BigInt(line.amount) + BigInt(amount)) }
  if (kind === 'drop_for_a_while') return { bank, kind: 'drop', reference, days_later: DAYS_LATE }
  return { bank, kind, reference }
}

interface Planted {
  readonly id: string
  readonly at: string
  readonly bank: 'a' | 'b'
  readonly kind: Exclude<DiscrepancyKind, 'drop_for_a_while'>
  readonly reference: string
  readonly amount?: { readonly amount: string }
  readonly days_later?: number
}

/** All that was ever planted, the oldest first. */
export async function readPlanted({ sandbox }: Judged): Promise<Discrepancy[]> {
  const { data } = (await sandbox.admin('GET', '/statement-faults')) as unknown as { data: Planted[] }
  const journals = {
    a: await readJournal(sandbox.url, sandbox.adminKey, 'a'),
    b: await readJournal(sandbox.url, sandbox.adminKey, 'b')
  }
  return data.map(({ id, at, bank, kind, reference, amount, days_later }) => {
    const line = journals[bank].lines.find((each) => each.reference === reference)
    const booked = line === undefined ? 0n : signed(line)
    const given = BigInt(amount?.amount ?? 0)
    const sums = {
      unknown_credit: given,
      unknown_debit: -given,
      fee: -given,
      alter_amount: (booked < 0n ? -given : given) - booked,
      duplicate: booked,
      forget_reference: booked,
      drop: booked
    }
    return {
      id,
      kind: days_later === undefined ? kind : 'drop_for_a_while',
      bank,
      reference,
      day: (line?.booked_at ?? at).slice(0, 10),
      amount: sums[kind],
      entry: String(line?.seq ?? '')
    }
  })
}

const signed = ({ direction, amount }: BankJournalLine): bigint =>
  direction === 'in' ? BigInt(amount) : -BigInt(amount)

/** Everything that any statement has left to be explained. */
export async function readItems({ db }: Pick<Judged, 'db'>): Promise<Item[]> {
  const { rows } = await sql<Item>`
    select i.id, i.reconciliation_id, r.bank, r.date, i.class, i.reference, i.amount, i.rests, i.state, i.cleared_by
      from reconciliation_item i join reconciliation r on r.id = i.reconciliation_id order by r.date, i.id`.execute(db)
  return rows
}

const classes: Readonly<Record<DiscrepancyKind, readonly ItemClass[]>> = {
  unknown_credit: ['missing_here'],
  unknown_debit: ['missing_here'],
  duplicate: ['duplicate'],
  alter_amount: ['amount_differs'],
  drop: ['missing_there'],
  drop_for_a_while: ['missing_there'],
  // Unless its amount says which one it is.
  forget_reference: ['missing_here', 'missing_there'],
  // Booked as what it is.
  fee: []
}

/** The items that it explains: of its classes and its amount, to the cent, on the statement on which they have to come up. */
export const explainedBy = (
  { kind, bank, reference, entry, day, amount }: Discrepancy,
  items: readonly Item[]
): Item[] =>
  items.filter((item) => {
    // Without a reference it goes by the bank's own name of the entry.
    const name = kind === 'forget_reference' && item.class === 'missing_here' ? entry : reference
    const on = item.class === 'missing_there' ? dayAfter(day) : day
    const isLike = item.bank === bank && item.reference === name && item.date === on && item.amount === amount
    return isLike && classes[kind].includes(item.class)
  })

/** The first day whose statement has to have shown all of it. */
export const dueOn = ({ kind, day }: Discrepancy): string =>
  classes[kind].includes('missing_there') ? dayAfter(day) : day

/** The first day at whose end nothing of it is open: operators clear in the morning after, a late line comes by itself. */
export const clearedOn = (discrepancy: Discrepancy): string =>
  dayAfter(discrepancy.kind === 'drop_for_a_while' ? dayAfter(discrepancy.day, DAYS_LATE) : dueOn(discrepancy))

/** Whether a bank's charge was booked as one, or a line without a reference was found by its amount: nothing is left to ask. */
export async function isBookedPlainly(
  { db }: Pick<Judged, 'db'>,
  { kind, bank, reference, entry }: Discrepancy
): Promise<boolean> {
  const lines = db.selectFrom('statement_line').select('entry').where('bank', '=', bank).where('class', '=', 'matched')
  if (kind === 'fee') {
    const booked = lines.where('reference', '=', reference).where('operation', '=', 'fee')
    return (await booked.where('unit_key', 'is not', null).executeTakeFirst()) !== undefined
  }
  const found = kind === 'forget_reference' ? lines.where('entry', '=', entry).where('reference', '=', '') : undefined
  return found !== undefined && (await found.executeTakeFirst()) !== undefined
}
