import { exponentOf, type CurrencyCode } from './currencies.ts'
import { Refusal } from './errors.ts'

/** A line of a bank's statement; what it says about other people is left behind when it is read. */
export interface StatementLine {
  /** The bank's own name of the entry, unique at that bank. */
  readonly entry: string
  /** What the instruction was called that it belongs to; empty when it says none, or one that is not of the kind we give. */
  readonly reference: string
  /** The bank's own word for what it is: `pull`, `push`, `return`, `fee` … */
  readonly operation: string
  readonly currency: CurrencyCode
  /** Minor units; below zero when it left our account. */
  readonly amount: bigint
  /** UTC day. */
  readonly bookedOn: string
}

/** One day of our account at a bank in one currency; amounts in minor units. */
export interface AccountStatement {
  /** The bank's own name of it; null where the format has none. */
  readonly id: string | null
  readonly iban: string
  readonly date: string
  readonly currency: CurrencyCode
  readonly opening: bigint
  readonly closing: bigint
  readonly lines: readonly StatementLine[]
}

/** One day of our account, all currencies. */
export interface BankStatement {
  readonly bank: 'a' | 'b'
  readonly date: string
  readonly accounts: readonly AccountStatement[]
}

/** More than that in one day is not read in one piece. */
const LINES_MAX = 50_000

/** A reason for machines and people; nothing of the statement's own text goes into it but amounts and dates. */
export const unfit = (reason: string, data: Readonly<Record<string, string | number>> = {}): Refusal =>
  new Refusal('statement_invalid', { reason, ...data })

/**
 * What a statement has to be before anything of it is believed: of our own account at one of our banks, of one day, each
 * currency once, and its entries make what lies between its balances.
 * @throws {Refusal} `statement_invalid`
 */
export function checkStatement(
  accounts: readonly AccountStatement[],
  ownIbans: Readonly<Record<'a' | 'b', string>>
): BankStatement {
  const first = accounts[0]
  if (!first) throw unfit('no_statement')
  const bank = (['a', 'b'] as const).find((name) => ownIbans[name] === first.iban)
  if (!bank || accounts.some(({ iban }) => iban !== first.iban)) throw unfit('not_our_account')
  if (accounts.some(({ date }) => date !== first.date)) throw unfit('several_days')
  if (new Set(accounts.map(({ currency }) => currency)).size < accounts.length) throw unfit('currency_twice')
  if (accounts.reduce((sum, { lines }) => sum + lines.length, 0) > LINES_MAX) throw unfit('too_many_entries')
  for (const each of accounts) checkAccount(each)
  return { bank, date: first.date, accounts: [...accounts].sort((one, two) => (one.currency < two.currency ? -1 : 1)) }
}

function checkAccount({ currency, opening, closing, date, lines }: AccountStatement): void {
  if (lines.some((line) => line.currency !== currency)) throw unfit('entry_in_another_currency', { currency })
  if (lines.some(({ bookedOn }) => bookedOn !== date)) throw unfit('entry_of_another_day', { currency })
  const sum = lines.reduce((total, { amount }) => total + amount, 0n)
  if (opening + sum === closing) return
  const said = { opening: opening.toString(), entries: sum.toString(), closing: closing.toString() }
  throw unfit('balances_do_not_add_up', { currency, ...said })
}

/** What two files have to have in common to be the same statement, whatever their format, and whenever they were made. */
export const contentOf = ({ bank, date, accounts }: BankStatement): string =>
  JSON.stringify([
    bank,
    date,
    accounts.map(({ currency, opening, closing, lines }) => [
      currency,
      opening.toString(),
      closing.toString(),
      lines.map(({ entry, reference, amount }) => [entry, reference, amount.toString()])
    ])
  ])

/**
 * `10.50` of a currency with two decimals → 1050n. Fewer decimals are allowed, more are not.
 * @throws {Refusal} `statement_invalid`
 */
export function minorUnits(text: string, currency: CurrencyCode): bigint {
  const parts = /^([0-9]{1,15})(?:\.([0-9]{1,3}))?$/.exec(text)
  const decimals = parts?.[2] ?? ''
  const exponent = exponentOf(currency)
  if (!parts || decimals.length > exponent) throw unfit('amount_malformed', { currency })
  return BigInt(`${parts[1]}${decimals.padEnd(exponent, '0')}`)
}

/**
 * A reference as we give them and banks give theirs: one word. Anything else is somebody's text, and may be about a person.
 */
export const referenceIn = (...candidates: readonly string[]): string =>
  candidates.find((text) => text !== 'NOTPROVIDED' && /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$/.test(text)) ?? ''

/** A name that a bank gives an entry, or a word for what it is. */
export function wordIn(text: string, what: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$/.test(text)) return text
  throw unfit(`${what}_malformed`)
}

/** A day that exists. @throws {Refusal} `statement_invalid` */
export function dayIn(text: string): string {
  const day = text.slice(0, 10)
  const isDay = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(day) && !Number.isNaN(Date.parse(day))
  if (!isDay || new Date(day).toISOString().slice(0, 10) !== day) throw unfit('date_malformed')
  if (text.length === 10) return day
  const instant = Date.parse(text)
  if (Number.isNaN(instant)) throw unfit('date_malformed')
  return new Date(instant).toISOString().slice(0, 10)
}
