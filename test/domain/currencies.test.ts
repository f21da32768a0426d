import { describe, expect, it } from '@jest/globals'
import {
  currency,
  currencyByNumeric,
  currencyCodes,
  exponentOf,
  isCurrency,
  numericOf
} from '../../domain/currencies.ts'

/**
 * Where CLDR shows fewer decimals than ISO 4217 has, because nobody uses the coins any more; the books keep ISO's, which
 * banks and card schemes exchange.
 */
const CLDR_ROUNDS = new Set(
  'AFN ALL IQD IRR KPW LAK LBP MGA MMK PKR RSD SLE SOS SYP YER COP HUF IDR CRC UZS TZS MNT AMD GYD'.split(' ')
)

describe('the currency table', () => {
  it('has the decimals that Intl has, but for those that CLDR rounds for display', () => {
    const different = currencyCodes().filter((code) => {
      const { maximumFractionDigits } = new Intl.NumberFormat('en', {
        style: 'currency',
        currency: code
      }).resolvedOptions()
      return maximumFractionDigits !== exponentOf(code)
    })
    expect(different.filter((code) => !CLDR_ROUNDS.has(code))).toEqual([])
    expect(different.length).toBeLessThan(currencyCodes().length / 4)
  })

  it('holds only codes that Intl knows', () => {
    // ZWG and XCG are younger than the Unicode data of some Node 20 builds.
    const known = new Set([...Intl.supportedValuesOf('currency'), 'ZWG', 'XCG'])
    expect(currencyCodes().filter((code) => !known.has(code))).toEqual([])
  })

  it('was read whole', () => {
    expect(currencyCodes()).toHaveLength(154)
    expect(new Set(currencyCodes()).size).toBe(154)
  })

  it.each([
    ['USD', '840', 2],
    ['EUR', '978', 2],
    ['JPY', '392', 0],
    ['KWD', '414', 3],
    ['ALL', '008', 2],
    ['CLP', '152', 0],
    ['TND', '788', 3]
  ])('gives %s the number %s and %d decimals', (code, numeric, exponent) => {
    expect(numericOf(currency(code))).toBe(numeric)
    expect(exponentOf(currency(code))).toBe(exponent)
  })

  it('finds every currency again by its number, of which there are no two', () => {
    for (const code of currencyCodes()) expect(currencyByNumeric(numericOf(code))).toBe(code)
  })

  it.each(['usd', 'USDT', '', 'XXX', 'BTC', 'constructor', '__proto__'])('does not know %j', (code) => {
    expect(isCurrency(code)).toBe(false)
    expect(() => currency(code)).toThrow(RangeError)
  })

  it.each(['000', '999', '84', ''])('has no currency of the number %j', (numeric) => {
    expect(currencyByNumeric(numeric)).toBeUndefined()
  })
})
