import { decimalOf } from '../domain/money.ts'
import type { StatedLine } from './statement-faults.ts'
import type { Statement } from './statement.ts'
import { element, xmlDocument, type Element } from './xml.ts'

/** ISO 20022 text fields of the kind Max35Text. */
const REFERENCE_MAX = 35

/**
 * A day's statements as camt.053.001.08, one `Stmt` a currency, with opening (OPBD) and closing (CLBD) booked balance.
 * Our references are longer than `EndToEndId` holds, so the whole reference stands in `RmtInf/Ustrd`.
 * @param createdAt RFC 3339.
 */
export function toCamt053(statements: readonly Statement[], name: string, createdAt: string): string {
  const header = element('GrpHdr', {}, text('MsgId', name), text('CreDtTm', createdAt))
  const parts = statements.map((statement) => statementElement(statement, name, createdAt))
  return xmlDocument(
    element(
      'Document',
      { xmlns: 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08' },
      element('BkToCstmrStmt', {}, header, ...parts)
    )
  )
}

const text = (name: string, value: string): Element => element(name, {}, value)

const statementElement = (statement: Statement, name: string, createdAt: string): Element => {
  const { iban, date, currency, opening, closing, entries } = statement
  const day = element('FrToDt', {}, text('FrDtTm', `${date}T00:00:00.000Z`), text('ToDtTm', `${date}T23:59:59.999Z`))
  const account = element('Acct', {}, element('Id', {}, text('IBAN', iban)), text('Ccy', currency))
  return element(
    'Stmt',
    {},
    text('Id', `${name}-${currency}`),
    text('CreDtTm', createdAt),
    day,
    account,
    balance('OPBD', opening, statement),
    balance('CLBD', closing, statement),
    ...entries.map(entryElement)
  )
}

const balance = (kind: 'OPBD' | 'CLBD', amount: bigint, { currency, date }: Statement): Element =>
  element(
    'Bal',
    {},
    element('Tp', {}, element('CdOrPrtry', {}, text('Cd', kind))),
    element('Amt', { Ccy: currency }, decimalOf({ amount: amount < 0n ? -amount : amount, currency })),
    text('CdtDbtInd', amount < 0n ? 'DBIT' : 'CRDT'),
    element('Dt', {}, text('Dt', date))
  )

const entryElement = (line: StatedLine): Element => {
  const amount = element(
    'Amt',
    { Ccy: line.currency },
    decimalOf({ amount: BigInt(line.amount), currency: line.currency })
  )
  const side = text('CdtDbtInd', line.direction === 'in' ? 'CRDT' : 'DBIT')
  return element(
    'Ntry',
    {},
    text('NtryRef', line.entry),
    amount,
    side,
    element('Sts', {}, text('Cd', 'BOOK')),
    element('BookgDt', {}, text('DtTm', line.booked_at)),
    element('ValDt', {}, text('Dt', line.booked_at.slice(0, 10))),
    text('AcctSvcrRef', line.entry),
    element('BkTxCd', {}, element('Prtry', {}, text('Cd', line.operation))),
    element('NtryDtls', {}, element('TxDtls', {}, ...detailsOf(line, amount, side)))
  )
}

const detailsOf = (line: StatedLine, amount: Element, side: Element): Element[] => {
  const endToEnd = line.reference.length <= REFERENCE_MAX ? line.reference : 'NOTPROVIDED'
  const otherAccount = element('Id', {}, text('IBAN', line.iban))
  const parties = element('RltdPties', {}, element(line.direction === 'in' ? 'DbtrAcct' : 'CdtrAcct', {}, otherAccount))
  return [
    element('Refs', {}, text('EndToEndId', endToEnd)),
    amount,
    side,
    ...(line.operation === 'opening' ? [] : [parties]),
    element('RmtInf', {}, text('Ustrd', line.reference))
  ]
}
