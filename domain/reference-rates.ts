import { exponentOf, type CurrencyCode } from './currencies.ts'

/** US dollars for one unit of each currency, as decimal strings; USD itself is 1 and not listed. */
export type ReferenceRates = Readonly<Record<string, string>>

/** Whether amounts of the currency can be measured against limits in USD: a wallet needs that. */
export const hasReferenceRate = (currency: CurrencyCode, rates: ReferenceRates): boolean =>
  currency === 'USD' || Object.hasOwn(rates, currency)

/**
 * US cents in minor units of another currency, in integer arithmetic. `down` keeps `amount <= limit` exact, `up` keeps
 * `amount >= threshold` exact.
 * @throws {RangeError} for a currency without a rate; ask `hasReferenceRate` before a wallet is opened.
 */
export function fromUsd(cents: bigint, currency: CurrencyCode, rates: ReferenceRates, rounding: 'down' | 'up'): bigint {
  if (currency === 'USD') return cents
  if (!hasReferenceRate(currency, rates)) throw new RangeError(`no reference rate for ${currency}`)
  const [whole, decimals = ''] = rates[currency]!.split('.')
  const dividend = cents * 10n ** BigInt(decimals.length + exponentOf(currency))
  const divisor = BigInt(`${whole}${decimals}`) * 100n
  return rounding === 'down' ? dividend / divisor : (dividend + divisor - 1n) / divisor
}
