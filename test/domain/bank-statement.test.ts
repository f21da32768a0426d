import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { checkStatement, minorUnits } from '../../domain/bank-statement.ts'
import { readCamt053 } from '../../domain/camt053.ts'
import { csvOf } from '../../domain/csv.ts'
import { currency } from '../../domain/currencies.ts'
import { Refusal } from '../../domain/errors.ts'
import { readStatementCsv } from '../../domain/statement-csv.ts'
import { MalformedXml, parseXml } from '../../domain/xml.ts'

const IBAN = 'GB12COFA00000000000001'
const ibans = { a: IBAN, b: 'GB36COFB00000000000001' }
const DAY = '2026-03-10'

const balance = (code: string, amount: string, side = 'CRDT') =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Dt><Dt>${DAY}</Dt></Dt></Bal>`
const entry = (ref: string, amount: string, side: string, details = '', status = '<Cd>BOOK</Cd>') =>
  `<Ntry><NtryRef>${ref}</NtryRef><Amt Ccy="USD">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Sts>${status}</Sts><BookgDt><DtTm>${DAY}T09:00:00.000Z</DtTm></BookgDt><AcctSvcrRef>${ref}</AcctSvcrRef><BkTxCd><Prtry><Cd>pull</Cd></Prtry></BkTxCd><NtryDtls>${details}</NtryDtls></Ntry>`
const remittance = (text: string) =>
  `<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RmtInf><Ustrd>${text}</Ustrd></RmtInf></TxDtls>`
const document = (inner: string, namespace = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespace}"><BkToCstmrStmt><GrpHdr/><Stmt><Id>S-1</Id><Acct><Id><IBAN>${IBAN}</IBAN></Id><Ccy>USD</Ccy></Acct>${inner}</Stmt></BkToCstmrStmt></Document>\n`
const good = document(
  balance('OPBD', '10.00') +
    balance('CLBD', '12.50') +
    entry('1', '5.00', 'CRDT', remittance('top_1')) +
    entry('2', '2.5', 'DBIT', remittance('wdr_1'))
)

const reasonOf = (read: () => unknown): unknown => {
  try {
    read()
  } catch (error) {
    if (error instanceof Refusal) return error.data['reason']
    throw error
  }
  return 'taken'
}
const taken = (xml: string) => checkStatement(readCamt053(xml), ibans)

describe('A camt.053', () => {
  it('is read as balances and lines, with the sides as signs', () => {
    const { bank, date, accounts } = taken(good)
    expect([bank, date, accounts[0]!.opening, accounts[0]!.closing]).toEqual(['a', DAY, 1_000n, 1_250n])
    expect(accounts[0]!.lines.map(({ entry: name, reference, amount }) => [name, reference, amount])).toEqual([
      ['1', 'top_1', 500n],
      ['2', 'wdr_1', -250n]
    ])
  })

  it('may be of another version or use a prefix, and what is pending in it does not count', () => {
    const prefixed = good.replace(/<(\/?)([A-Z])/g, '<$1n:$2').replace('xmlns=', 'xmlns:n=')
    expect(taken(prefixed).accounts[0]!.lines).toHaveLength(2)
    const pending = good.replace('</Stmt>', `${entry('3', '7.00', 'CRDT', '', '<Cd>PDNG</Cd>')}</Stmt>`)
    expect(taken(pending).accounts[0]!.lines).toHaveLength(2)
    expect(taken(good.replace('001.08', '001.02').replaceAll('<Cd>BOOK</Cd>', 'BOOK')).accounts[0]!.lines).toHaveLength(
      2
    )
  })

  it('with several transactions in an entry has a line for each, which make the entry', () => {
    const part = (reference: string, amount: string) =>
      `<TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs><Amt Ccy="USD">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>`
    const of = (last: string) =>
      document(
        balance('OPBD', '0') + balance('CLBD', '3.00') + entry('1', '3.00', 'CRDT', part('x', '1.00') + part('y', last))
      )
    expect(taken(of('2.00')).accounts[0]!.lines.map(({ entry: name, reference }) => `${name} ${reference}`)).toEqual([
      '1/1 x',
      '1/2 y'
    ])
    expect(reasonOf(() => taken(of('2.01')))).toBe('transactions_do_not_add_up')
  })

  it('keeps nothing of a text that is not a reference, which may be about a person', () => {
    expect(taken(good.replace('top_1', 'Rent for March, Ada')).accounts[0]!.lines[0]!.reference).toBe('')
  })

  it.each([
    ['balances that its entries do not make', good.replace('12.50', '12.51'), 'balances_do_not_add_up'],
    ['another account', good.replaceAll(IBAN, 'GB36COFB00000000000002'), 'not_our_account'],
    ['no closing balance', good.replace('CLBD', 'CLAV'), 'balance_missing'],
    ['two opening balances', good.replace('</Stmt>', `${balance('OPBD', '10.00')}</Stmt>`), 'balance_missing'],
    [
      'an entry in another currency',
      good.replace('<Amt Ccy="USD">5.00', '<Amt Ccy="EUR">5.00'),
      'balances_do_not_add_up'
    ],
    ['an entry of another day', good.replace(`<DtTm>${DAY}`, '<DtTm>2026-03-09'), 'entry_of_another_day'],
    ['more decimals than the currency has', good.replace('5.00', '5.001'), 'amount_malformed'],
    ['an amount below zero', good.replace('5.00', '-5.00'), 'amount_malformed'],
    ['a day that does not exist', good.replaceAll(DAY, '2026-02-30'), 'date_malformed'],
    ['another schema', document('', 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'), 'not_camt053'],
    ['a document type', good.replace('<Document', '<!DOCTYPE Document [<!ENTITY a "b">]><Document'), 'not_xml'],
    ['an entity of its own', good.replace('top_1', '&a;'), 'not_xml'],
    ['no end', good.slice(0, -30), 'not_xml'],
    ['nothing in it', document('').replace(/<Stmt>.*<\/Stmt>/s, ''), 'no_statement']
  ])('with %s is refused', (_, xml, reason) => {
    const said = reasonOf(() => taken(xml))
    expect(reason === 'balances_do_not_add_up' ? [reason, 'entry_in_another_currency'] : [reason]).toContain(said)
  })
})

describe('XML from outside', () => {
  it.each([
    ['<a><b></a></b>'],
    ['<a/><b/>'],
    ['<a b=c/>'],
    ['<a b="1" b="2"/>'],
    ['<a><![CDATA[x]]></a>'],
    ['<?php echo 1 ?><a/>'],
    ['<a>&#0;</a>'],
    ['<a>&amp</a>'],
    ['<a'],
    [''],
    ['<a>'.repeat(40) + '</a>'.repeat(40)]
  ])('that is no plain data is refused: %#', (text) => {
    expect(() => parseXml(text)).toThrow(MalformedXml)
  })

  it('gives back the text and attributes that were put into it', () => {
    const escape = (text: string) => text.replace(/[&<>"]/g, (one) => `&#${one.codePointAt(0)};`)
    const plain = fc.string({ unit: fc.constantFrom(...'abc <>&"\'é€😀') })
    fc.assert(
      fc.property(plain, plain, (text, value) => {
        const root = parseXml(`<a b="${escape(value)}"><!-- c --><d>${escape(text)}</d></a>`)
        expect(root.attributes.get('b')).toBe(value)
        expect(root.children[0]!.text).toBe(text.trim())
      })
    )
  })

  it('of any kind is read or refused, and nothing else happens', () => {
    const pieces = fc.constantFrom(
      '<a',
      '>',
      '</a>',
      '/>',
      ' b="',
      '"',
      '<!--',
      '-->',
      '&lt;',
      '&',
      'x',
      '<?',
      '?>',
      '<!DOCTYPE'
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        try {
          parseXml(parts.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedXml)
        }
      }),
      { numRuns: 2_000 }
    )
  })
})

describe('A statement as CSV', () => {
  const header = 'kind,seq,booked_at,reference,operation,iban,direction,amount,currency'
  const rows = [
    header,
    `opening_balance,,${DAY},,,${IBAN},,-10.00,USD`,
    `entry,1,${DAY}T09:00:00.000Z,top_1,pull,GB00,in,5.00,USD`,
    `closing_balance,,${DAY},,,${IBAN},,-5.00,USD`
  ]
  const csv = (with_: readonly string[]) => with_.map((row) => `${row}\r\n`).join('')

  it('is read as the same thing', () => {
    const { accounts } = checkStatement(readStatementCsv(csv(rows)), ibans)
    expect(accounts[0]).toMatchObject({ id: null, date: DAY, opening: -1_000n, closing: -500n })
    expect(accounts[0]!.lines).toMatchObject([{ entry: '1', reference: 'top_1', amount: 500n }])
  })

  it.each([
    ['another header', rows.slice(1), 'not_the_banks_csv'],
    ['a missing balance', rows.slice(0, 3), 'balance_missing'],
    ['a quote', [...rows.slice(0, 2), rows[2]!.replace('top_1', '"top_1"'), rows[3]!], 'row_malformed'],
    ['a field too many', [...rows.slice(0, 2), `${rows[2]},x`, rows[3]!], 'row_malformed']
  ])('with %s is refused', (_, with_, reason) => {
    expect(reasonOf(() => readStatementCsv(csv(with_)))).toBe(reason)
  })
})

describe('Amounts and fields', () => {
  it('have the decimals of their currency', () => {
    expect([minorUnits('7', currency('JPY')), minorUnits('1.5', currency('KWD'))]).toEqual([7n, 1_500n])
    expect(reasonOf(() => minorUnits('7.0', currency('JPY')))).toBe('amount_malformed')
  })

  it('that a spreadsheet would run as a formula do not begin like one, and numbers stay numbers', () => {
    expect(csvOf([['=1+1', '@x', '+a', '-1.50', 'a,"b"']])).toBe(`'=1+1,'@x,'+a,-1.50,"a,""b"""\r\n`)
  })
})
