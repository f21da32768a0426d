import type { StatementLine } from './bank-statement.ts'
import type { CurrencyCode } from './currencies.ts'
import { DAY_MS, type MatchClass } from './reconciliation.ts'

/** Something that our books expect on the bank's statement: a posting that no statement has shown yet. */
export interface Expectation {
  readonly id: string
  /** `transit`: accepted by the bank and on its way; `cash`: booked as the bank's own balance already, like the capital. */
  readonly rests: 'transit' | 'cash'
  readonly reference: string
  readonly currency: CurrencyCode
  /** Minor units; below zero when it leaves our account. */
  readonly amount: bigint
  /** UTC day on which we booked it. */
  readonly on: string
  /** An item about it is open already. */
  readonly named: boolean
}

/** What earlier statements have shown. */
export interface Shown {
  /** The bank's names of their entries. */
  readonly entries: ReadonlySet<string>
  /** `<reference> <currency> <amount>` of what was matched. */
  readonly settled: ReadonlySet<string>
}

/** Lines and expectations that belong together, in one class. */
export interface Match {
  readonly class: MatchClass
  readonly by: 'reference' | 'amount' | 'bank_fee' | 'nothing'
  readonly lines: readonly StatementLine[]
  readonly expected: readonly Expectation[]
}

export interface MatchTerms {
  /** The statement's day. */
  readonly date: string
  /** So many days the bank may book later, or earlier, than we do. */
  readonly toleranceDays: number
}

export const settledKey = ({ reference, currency, amount }: Pick<StatementLine, 'reference' | 'currency' | 'amount'>) =>
  `${reference} ${currency} ${amount}`

/**
 * Puts every line of a statement into exactly one class, and names what we expected and it does not show. What order they
 * come in does not matter.
 *
 * By reference first: what the lines of a reference make has to be what our books expect of it, to the cent. A line
 * without a reference belongs to the only expectation of its amount within the tolerance, and to none where there are
 * several. A charge of the bank's own that nobody expected is a bank fee, and nothing to ask about.
 */
export function matchStatement(
  lines: readonly StatementLine[],
  expectations: readonly Expectation[],
  shown: Shown,
  terms: MatchTerms
): Match[] {
  const { fresh, repeated } = splitRepeated([...lines].sort(byEntry), shown.entries)
  const expected = [...expectations].sort((one, two) => compare(one.id, two.id))
  const expectedOf = groupBy(expected, referenceKey)
  const named = fresh.filter(({ reference }) => reference !== '')
  const byReference = [...groupBy(named, referenceKey)].flatMap(([key, group]) =>
    matchReference(group, expectedOf.get(key) ?? [], shown)
  )
  const used = new Set(byReference.flatMap((match) => match.expected))
  const byAmount = matchByAmount(
    fresh.filter(({ reference }) => reference === ''),
    expected.filter((each) => !used.has(each)),
    terms
  )
  for (const match of byAmount) for (const each of match.expected) used.add(each)
  const overdue = expected.filter((each) => !used.has(each) && !each.named && isOverdue(each, terms))
  return [
    ...repeated.map((line) => one('duplicate', line)),
    ...byReference,
    ...byAmount,
    ...[...groupBy(overdue, referenceKey).values()].map((group) => match('missing_there', 'nothing', [], group))
  ]
}

/** What the matches of a day say, counted by line; what is missing there has none, and counts by reference. */
export function countClasses(matches: readonly Match[]): Record<MatchClass, number> {
  const counts = { matched: 0, missing_here: 0, missing_there: 0, amount_differs: 0, duplicate: 0 }
  for (const each of matches) counts[each.class] += each.class === 'missing_there' ? 1 : each.lines.length
  return counts
}

/** The same entry again, on this statement or after an earlier one, is the bank's repetition. */
function splitRepeated(lines: readonly StatementLine[], before: ReadonlySet<string>) {
  const seen = new Set(before)
  const fresh: StatementLine[] = []
  const repeated: StatementLine[] = []
  for (const line of lines) {
    ;(seen.has(line.entry) ? repeated : fresh).push(line)
    seen.add(line.entry)
  }
  return { fresh, repeated }
}

function matchReference(lines: readonly StatementLine[], expected: readonly Expectation[], shown: Shown): Match[] {
  if (expected.length === 0) return matchUnexpected(lines, shown)
  const whole = sumOf(expected)
  if (sumOf(lines) === whole) return [match('matched', 'reference', lines, expected)]
  const { first, again } = splitAgain(lines)
  if (again.length > 0 && sumOf(first) === whole)
    return [match('matched', 'reference', first, expected), ...again.map((line) => one('duplicate', line))]
  const [charges, others] = [lines.filter(isFee), lines.filter((line) => !isFee(line))]
  if (charges.length > 0 && others.length > 0 && sumOf(others) === whole)
    return [match('matched', 'reference', others, expected), ...charges.map(fee)]
  return [match('amount_differs', 'reference', lines, expected)]
}

/** Nothing is expected under that reference: because it was shown before, or because we do not know it. */
function matchUnexpected(lines: readonly StatementLine[], { settled }: Shown): Match[] {
  if (lines.every(isFee)) return lines.map(fee)
  const [again, unknown] = [
    lines.filter((line) => settled.has(settledKey(line))),
    lines.filter((line) => !settled.has(settledKey(line)))
  ]
  return [
    ...again.map((line) => one('duplicate', line)),
    ...(unknown.length > 0 ? [match('missing_here', 'nothing', unknown, [])] : [])
  ]
}

function matchByAmount(lines: readonly StatementLine[], expected: readonly Expectation[], terms: MatchTerms): Match[] {
  const [expectedOf, linesOf] = [groupBy(expected, amountKey), groupBy(lines, amountKey)]
  const isNear = (line: StatementLine, each: Expectation) =>
    Math.abs(Date.parse(each.on) - Date.parse(line.bookedOn)) <= terms.toleranceDays * DAY_MS
  return lines.map((line) => {
    const [candidate, ...more] = (expectedOf.get(amountKey(line)) ?? []).filter((each) => isNear(line, each))
    const rivals = candidate ? linesOf.get(amountKey(line))!.filter((other) => isNear(other, candidate)) : []
    if (candidate && more.length === 0 && rivals.length === 1) return match('matched', 'amount', [line], [candidate])
    return isFee(line) ? fee(line) : one('missing_here', line)
  })
}

/** Lines that say exactly what another one of the reference says. */
function splitAgain(lines: readonly StatementLine[]) {
  const groups = [...groupBy(lines, ({ operation, amount }) => `${operation} ${amount}`).values()]
  return { first: groups.map(([line]) => line!), again: groups.flatMap(([, ...others]) => others) }
}

const isFee = ({ operation }: StatementLine): boolean => operation === 'fee'
const fee = (line: StatementLine): Match => match('matched', 'bank_fee', [line], [])
const one = (of: MatchClass, line: StatementLine): Match => match(of, 'nothing', [line], [])
const match = (
  of: MatchClass,
  by: Match['by'],
  lines: readonly StatementLine[],
  expected: readonly Expectation[]
): Match => ({ class: of, by, lines, expected })

const isOverdue = ({ on }: Expectation, { date, toleranceDays }: MatchTerms): boolean =>
  Date.parse(on) + toleranceDays * DAY_MS <= Date.parse(date)

const sumOf = (all: readonly { readonly amount: bigint }[]): bigint => all.reduce((sum, { amount }) => sum + amount, 0n)
const referenceKey = ({ reference, currency }: { reference: string; currency: string }) => `${reference} ${currency}`
const amountKey = ({ currency, amount }: { currency: string; amount: bigint }) => `${currency} ${amount}`
const compare = (one: string, two: string): number => (one < two ? -1 : one > two ? 1 : 0)
const byEntry = (one: StatementLine, two: StatementLine): number =>
  compare(`${one.entry} ${settledKey(one)} ${one.operation}`, `${two.entry} ${settledKey(two)} ${two.operation}`)

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
