import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { ibanAt } from '../../domain/iban.ts'
import { bankAt, orderAt } from '../support/bank-orders.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DAY_MS = 86_400_000
/** Minor units of the currencies used here, by how many decimals they have. */
const decimals: Record<string, number> = { USD: 2, JPY: 0, KWD: 3 }

let sandbox: SandboxHandle
const days: string[] = []

const today = async () => {
  const lines = (await sandbox.journal('a')).lines
  return lines.at(-1)!.booked_at.slice(0, 10)
}

beforeAll(async () => {
  sandbox = await startSandbox()
  const bank = bankAt(sandbox)
  const yen = { amount: '700', currency: currency('JPY') }
  const dinar = { amount: '1234', currency: currency('KWD') }
  const daysOrders = [
    [orderAt('a', { amount: '12345' }), orderAt('a', { amount: '700', operation: 'push' })],
    [orderAt('a', { money: yen, operation: 'push' }), orderAt('a', { money: dinar })],
    [orderAt('a', { amount: '5' }), orderAt('a', { amount: '1001' })]
  ]
  for (const orders of daysOrders) {
    for (const order of orders) await bank.send(order)
    days.push(await today())
    await sandbox.advanceClock(DAY_MS)
  }
})
afterAll(() => sandbox.stop())

const statement = async (file: string, bank = 'a') => {
  const response = await sandbox.admin('GET', `/statements/${bank}/${file}`)
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

/** `-7.00` of USD → -700n: read back by hand, so that the statement's own arithmetic is not trusted. */
const minorUnits = (text: string, code: string): bigint => {
  expect((text.split('.')[1] ?? '').length).toBe(decimals[code])
  return BigInt(text.replace('.', ''))
}

const rowsOf = async (date: string) =>
  (await statement(`${date}.csv`)).text
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((row) => row.split(','))

describe('a statement as CSV', () => {
  it('opening balance and entries make the closing balance, which is the next day opened with, to the last journal balance', async () => {
    const closings = new Map<string, bigint>()
    for (const day of days) {
      const sums = new Map<string, bigint>()
      for (const [kind, , , , , , direction, amount, code] of await rowsOf(day)) {
        const value = minorUnits(amount!, code!)
        if (kind === 'opening_balance') {
          expect(value).toBe(closings.get(code!) ?? 0n)
          sums.set(code!, value)
        } else if (kind === 'entry') {
          sums.set(code!, sums.get(code!)! + (direction === 'in' ? value : -value))
        } else {
          expect(value).toBe(sums.get(code!))
          closings.set(code!, value)
        }
      }
    }
    const { balances } = await sandbox.journal('a')
    expect(Object.fromEntries([...closings].map(([code, sum]) => [code, sum.toString()]))).toEqual(balances)
    expect(balances).toEqual({ USD: '100011650', JPY: '-700', KWD: '1234' })
  })

  it('the entries of all days are the journal, each once', async () => {
    const { lines } = await sandbox.journal('a')
    const entries = (await Promise.all(days.map(rowsOf))).flat().filter(([kind]) => kind === 'entry')
    expect(entries.map(([, seq]) => Number(seq)).sort((one, two) => one - two)).toEqual(lines.map(({ seq }) => seq))
    expect(entries.map(([, , , reference]) => reference).sort()).toEqual(lines.map(({ reference }) => reference).sort())
  })
})

describe('a statement as camt.053', () => {
  const valuesOf = (xml: string, path: RegExp) => [...xml.matchAll(path)].map(([, value]) => value)

  it('carries the same balances and entries as the CSV', async () => {
    for (const day of days) {
      const { text: xml, type } = await statement(`${day}.xml`)
      expect(type).toContain('application/xml')
      const rows = await rowsOf(day)
      const entries = rows.filter(([kind]) => kind === 'entry')
      expect(valuesOf(xml, /<Ustrd>([^<]*)<\/Ustrd>/g)).toEqual(entries.map(([, , , reference]) => reference))
      expect(valuesOf(xml, /<Ntry><NtryRef>\d+<\/NtryRef><Amt Ccy="[A-Z]{3}">([^<]*)</g)).toEqual(
        entries.map(([, , , , , , , amount]) => amount)
      )
      for (const [code, kind] of [
        ['OPBD', 'opening_balance'],
        ['CLBD', 'closing_balance']
      ]) {
        const balances = [
          ...xml.matchAll(
            new RegExp(`<Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="([A-Z]{3})">([^<]*)</Amt><CdtDbtInd>(....)</`, 'g')
          )
        ].map(([, currencyCode, amount, side]) => `${side === 'DBIT' ? '-' : ''}${amount} ${currencyCode}`)
        expect(balances).toEqual(
          rows
            .filter(([row]) => row === kind)
            .map(([, , , , , , , amount, currencyCode]) => `${amount} ${currencyCode}`)
        )
      }
    }
  })

  it('names the schema, our account and the side of each entry', async () => {
    const { text: xml } = await statement(`${days[0]}.xml`)
    expect(xml).toContain('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">')
    expect(xml).toContain(`<Acct><Id><IBAN>${ibanAt('a', '000000', '00000001')}</IBAN></Id><Ccy>USD</Ccy></Acct>`)
    expect(valuesOf(xml, /<Ntry>.*?<CdtDbtInd>(....)<\/CdtDbtInd>/g)).toEqual(['CRDT', 'CRDT', 'DBIT'])
    expect(xml).toContain('<DbtrAcct>')
    expect(xml).toContain('<CdtrAcct>')
  })

  it('a text in it cannot end its element', async () => {
    const { element, xmlDocument } = await import('../../sandbox/xml.ts')
    expect(xmlDocument(element('a', { b: '"<&' }, '</a>&amp;'))).toContain(
      '<a b="&quot;&lt;&amp;">&lt;/a&gt;&amp;amp;</a>'
    )
  })
})

describe('a statement that there is not', () => {
  it.each(['2024-13-01.xml', '2024-01-01.pdf', '2024-01-01', 'x.csv'])('%s is not found', async (file) => {
    expect((await statement(file)).status).toBe(404)
    expect((await statement('2024-01-01.csv', 'c')).status).toBe(404)
  })

  it('a day before the account was opened shows zero', async () => {
    const { status, text } = await statement('2001-01-01.csv')
    expect(status).toBe(200)
    expect(text).toContain('opening_balance,,2001-01-01,,,' + ibanAt('a', '000000', '00000001') + ',,0.00,USD')
    expect(text).not.toContain('entry')
  })
})
