import {
  dayIn,
  minorUnits,
  referenceIn,
  unfit,
  wordIn,
  type AccountStatement,
  type StatementLine
} from './bank-statement.ts'
import { isCurrency, type CurrencyCode } from './currencies.ts'

const HEADER = 'kind,seq,booked_at,reference,operation,iban,direction,amount,currency'

interface Row {
  readonly kind: string
  readonly seq: string
  readonly bookedAt: string
  readonly reference: string
  readonly operation: string
  readonly iban: string
  readonly direction: string
  readonly amount: string
  readonly currency: CurrencyCode
}

/**
 * The banks' own CSV: for each currency an opening balance, entries, a closing balance. The account and the day stand in the
 * balances. No quotes, because no field can need them: whatever has one is refused.
 * @throws {Refusal} `statement_invalid`
 */
export function readStatementCsv(text: string): AccountStatement[] {
  const [header, ...rows] = text.replace(/\r?\n$/, '').split(/\r?\n/)
  if (header !== HEADER) throw unfit('not_the_banks_csv')
  const read = rows.map(rowIn)
  const accounts: AccountStatement[] = []
  for (let from = 0; from < read.length;) {
    const end = read.findIndex(({ kind }, index) => index >= from && kind === 'closing_balance')
    if (end < 0) throw unfit('balance_missing', { balance: 'closing_balance' })
    accounts.push(statementIn(read.slice(from, end + 1)))
    from = end + 1
  }
  return accounts
}

function statementIn(rows: readonly Row[]): AccountStatement {
  const [first, last, entries] = [rows[0]!, rows.at(-1)!, rows.slice(1, -1)]
  if (first.kind !== 'opening_balance') throw unfit('balance_missing', { balance: 'opening_balance' })
  if (first.currency !== last.currency || first.iban !== last.iban) throw unfit('currency_twice')
  const { currency } = last
  return {
    id: null,
    iban: last.iban,
    date: dayIn(last.bookedAt),
    currency,
    opening: signed(first.amount, currency),
    closing: signed(last.amount, currency),
    lines: entries.map(lineIn)
  }
}

function lineIn({ kind, seq, bookedAt, reference, operation, direction, amount, currency }: Row): StatementLine {
  if (kind !== 'entry') throw unfit('row_malformed')
  if (direction !== 'in' && direction !== 'out') throw unfit('side_malformed')
  const units = minorUnits(amount, currency)
  return {
    entry: wordIn(seq, 'entry_reference'),
    reference: referenceIn(reference),
    operation: wordIn(operation, 'code'),
    currency,
    amount: direction === 'in' ? units : -units,
    bookedOn: dayIn(bookedAt)
  }
}

const signed = (text: string, currency: CurrencyCode): bigint =>
  text.startsWith('-') ? -minorUnits(text.slice(1), currency) : minorUnits(text, currency)

function rowIn(text: string): Row {
  const fields = text.split(',')
  if (fields.length !== 9 || /["\0]/.test(text)) throw unfit('row_malformed')
  const [kind, seq, bookedAt, reference, operation, iban, direction, amount, code] = fields as [string, ...string[]]
  if (!isCurrency(code!)) throw unfit('currency_unknown')
  return {
    kind,
    seq: seq!,
    bookedAt: bookedAt!,
    reference: reference!,
    operation: operation!,
    iban: iban!,
    direction: direction!,
    amount: amount!,
    currency: code
  }
}
