import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { currency, currencyCodes } from '../../domain/currencies.ts'
import { AMOUNT_MAX, REQUEST_AMOUNT, basisPoints, formatMoney, fromWire, toWire } from '../../domain/money.ts'

const USD = currency('USD')

describe('money on the wire', () => {
  it('comes back as what was sent, over the whole range and every currency', () => {
    const amounts = fc.bigInt(-(10n ** 19n) + 1n, 10n ** 19n - 1n)
    fc.assert(
      fc.property(amounts, fc.constantFrom(...currencyCodes()), (amount, code) => {
        expect(fromWire(toWire({ amount, currency: code }))).toEqual({ amount, currency: code })
      })
    )
  })

  it.each([
    '',
    '-',
    '00',
    '01',
    '-0',
    '+1',
    '1.0',
    '1e3',
    ' 1',
    '1 ',
    '1\n',
    '0x10',
    '١',
    '10000000000000000000',
    '1_0'
  ])('that reads %j is no amount', (amount) => expect(() => fromWire({ amount, currency: USD })).toThrow(RangeError))
})

describe('an amount in a request', () => {
  it.each(['1', '1050', AMOUNT_MAX.toString()])('may be %s', (text) => {
    expect(REQUEST_AMOUNT.test(text)).toBe(true)
    expect(BigInt(text)).toBeLessThanOrEqual(AMOUNT_MAX)
  })

  it.each([
    '0',
    '-1',
    '0100',
    '+1',
    '1e3',
    '0.1',
    '1.00',
    ' 1',
    '1 ',
    '1\n',
    '',
    '9223372036854775808',
    '1000000000000000000'
  ])('may not be %j', (text) => expect(REQUEST_AMOUNT.test(text)).toBe(false))
})

describe('money for people', () => {
  it.each([
    [1_050n, 'USD', 'USD 10.50'],
    [5n, 'USD', 'USD 0.05'],
    [0n, 'USD', 'USD 0.00'],
    [-1_050n, 'USD', 'USD -10.50'],
    [-5n, 'EUR', 'EUR -0.05'],
    [1_500n, 'JPY', 'JPY 1500'],
    [0n, 'JPY', 'JPY 0'],
    [1n, 'KWD', 'KWD 0.001'],
    [12_345n, 'KWD', 'KWD 12.345'],
    [9_223_372_036_854_775_807n, 'USD', 'USD 92233720368547758.07']
  ])('%d of %s reads %s', (amount, code, text) => {
    expect(formatMoney({ amount, currency: currency(code) })).toBe(text)
  })

  it('says the same number as Intl does', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), fc.constantFrom('USD', 'JPY', 'KWD', 'EUR'), (amount, code) => {
        const digits = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
          .maximumFractionDigits!
        const text = formatMoney({ amount, currency: currency(code) })
        expect(BigInt(text.slice(4).replace('.', ''))).toBe(amount)
        expect(text.split('.')[1]?.length ?? 0).toBe(digits)
      })
    )
  })
})

describe('a share in basis points', () => {
  it.each([
    [1_050n, 60n, 6n], // 6.3
    [1_084n, 60n, 7n], // 6.504
    [250n, 60n, 2n], // exactly 1.5
    [249n, 60n, 1n], // 1.494
    [0n, 60n, 0n],
    [10_000n, 10_000n, 10_000n]
  ])('of %d at %d bp is %d, rounded half-up', (amount, bps, share) => {
    expect(basisPoints(amount, bps)).toBe(share)
  })

  it('is within half a minor unit of the exact share', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, AMOUNT_MAX), fc.bigInt(0n, 10_000n), (amount, bps) => {
        const distance = 10_000n * basisPoints(amount, bps) - amount * bps
        return distance <= 5_000n && distance > -5_000n
      })
    )
  })
})
