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
import { childOf, childrenOf, MalformedXml, parseXml, type XmlElement } from './xml.ts'

const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-3])$/

/**
 * A camt.053 (ISO 20022, versions 02 to 13) as statements, one a currency. Only booked entries count; one that books
 * several transactions becomes a line for each.
 * @throws {Refusal} `statement_invalid`
 */
export function readCamt053(text: string): AccountStatement[] {
  const root = parsed(text)
  const isCamt = [...root.attributes].some(([name, value]) => /^xmlns(:|$)/.test(name) && NAMESPACE.test(value))
  if (root.name !== 'Document' || !isCamt) throw unfit('not_camt053')
  const message = childOf(root, 'BkToCstmrStmt')
  if (!message) throw unfit('not_camt053')
  return childrenOf(message, 'Stmt').map(statementIn)
}

function parsed(text: string): XmlElement {
  try {
    return parseXml(text)
  } catch (error) {
    if (error instanceof MalformedXml) throw unfit('not_xml', { why: error.message })
    throw error
  }
}

function statementIn(element: XmlElement): AccountStatement {
  const currency = currencyIn(textOf(element, 'Acct', 'Ccy'))
  const [opening, closing] = [balanceIn(element, 'OPBD', currency), balanceIn(element, 'CLBD', currency)]
  return {
    id: wordIn(textOf(element, 'Id'), 'statement_id'),
    iban: textOf(element, 'Acct', 'Id', 'IBAN'),
    date: closing.date,
    currency,
    opening: opening.amount,
    closing: closing.amount,
    lines: childrenOf(element, 'Ntry').filter(isBooked).flatMap(linesIn)
  }
}

/** Up to version 02 the status is the element's own text. */
const isBooked = (entry: XmlElement): boolean => {
  const status = childOf(entry, 'Sts')
  return (childOf(status, 'Cd') ?? status)?.text === 'BOOK'
}

function balanceIn(statement: XmlElement, code: string, currency: CurrencyCode) {
  const found = childrenOf(statement, 'Bal').filter((each) => childOf(each, 'Tp', 'CdOrPrtry', 'Cd')?.text === code)
  if (found.length !== 1) throw unfit('balance_missing', { balance: code })
  const [balance] = found
  const date = dayIn(childOf(balance, 'Dt', 'Dt')?.text ?? textOf(balance!, 'Dt', 'DtTm'))
  return { amount: amountIn(balance!, currency), date }
}

function linesIn(entry: XmlElement): StatementLine[] {
  const currency = currencyIn(childOf(entry, 'Amt')?.attributes.get('Ccy') ?? '')
  const whole = amountIn(entry, currency)
  const name = wordIn(childOf(entry, 'AcctSvcrRef')?.text ?? textOf(entry, 'NtryRef'), 'entry_reference')
  const code = childOf(entry, 'BkTxCd')
  const operation = wordIn((childOf(code, 'Prtry', 'Cd') ?? childOf(code, 'Domn', 'Cd'))?.text ?? 'unknown', 'code')
  const bookedOn = dayIn(childOf(entry, 'BookgDt', 'DtTm')?.text ?? textOf(entry, 'BookgDt', 'Dt'))
  const details = childrenOf(entry, 'NtryDtls').flatMap((each) => childrenOf(each, 'TxDtls'))
  const common = { operation, currency, bookedOn }
  if (details.length <= 1) return [{ ...common, entry: name, reference: referenceOf(details[0]), amount: whole }]
  const lines = details.map((each, index) => ({
    ...common,
    entry: `${name}/${index + 1}`,
    reference: referenceOf(each),
    amount: amountIn(each, currency)
  }))
  if (lines.reduce((sum, { amount }) => sum + amount, 0n) !== whole) throw unfit('transactions_do_not_add_up')
  return lines
}

/** Ours are longer than what EndToEndId holds, so they stand whole in the remittance information. */
const referenceOf = (details: XmlElement | undefined): string =>
  referenceIn(
    childOf(details, 'Refs', 'EndToEndId')?.text ?? 'NOTPROVIDED',
    childOf(details, 'RmtInf', 'Ustrd')?.text ?? 'NOTPROVIDED'
  )

/** Below zero for a debit. */
function amountIn(element: XmlElement, currency: CurrencyCode): bigint {
  const amount = childOf(element, 'Amt')
  if (amount?.attributes.get('Ccy') !== currency) throw unfit('entry_in_another_currency', { currency })
  const side = textOf(element, 'CdtDbtInd')
  if (side !== 'CRDT' && side !== 'DBIT') throw unfit('side_malformed')
  const units = minorUnits(amount.text, currency)
  return side === 'CRDT' ? units : -units
}

function currencyIn(code: string): CurrencyCode {
  if (!isCurrency(code)) throw unfit('currency_unknown')
  return code
}

function textOf(element: XmlElement, ...path: readonly string[]): string {
  const text = childOf(element, ...path)?.text
  if (text === undefined || text === '') throw unfit('element_missing', { element: path.join('/') })
  return text
}
