import { exponentOf, type CurrencyCode } from './currencies.ts'

/** An amount of one currency in its minor units (cents, yen, fils). Never a `number`. */
export interface Money {
  readonly amount: bigint
  readonly currency: CurrencyCode
}

/** Money on every wire (JSON, Temporal payloads): the amount as a decimal string of minor units. */
export interface WireMoney {
  readonly amount: string
  readonly currency: CurrencyCode
}

/** The largest amount a request may name: 18 digits, so that sums of many stay inside a bigint column. */
export const AMOUNT_MAX = 999_999_999_999_999_999n

/** What a request may say: digits, no sign, no leading zero, at most 18 of them. */
export const REQUEST_AMOUNT = /^[1-9][0-9]{0,17}$/

/** What we answer: zero and signed amounts as well (negative only in entries). */
const REPLY_AMOUNT = /^(0|-?[1-9][0-9]{0,18})$/

export const toWire = ({ amount, currency }: Money): WireMoney => ({ amount: amount.toString(), currency })

/** @throws {RangeError} when the text is not an integer of minor units: wire money is validated before it gets here. */
export function fromWire({ amount, currency }: WireMoney): Money {
  if (!REPLY_AMOUNT.test(amount)) throw new RangeError('not an amount of minor units')
  return { amount: BigInt(amount), currency }
}

/** `{amount: 1050n, currency: 'USD'}` → `USD 10.50`; for people only, never parsed again. */
export const formatMoney = (money: Money): string => `${money.currency} ${decimalOf(money)}`

/** `{1050n, USD}` → `10.50`, with a minus below zero. */
export function decimalOf({ amount, currency }: Money): string {
  const exponent = exponentOf(currency)
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, '0')
  return exponent === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

/**
 * Half-up share of a non-negative amount in basis points (1 bp = 0.01 %).
 * 60 bp of 1,050 cents = 6.3 → 6; of 1,084 = 6.504 → 7.
 */
export const basisPoints = (amount: bigint, bps: bigint): bigint => (amount * bps + 5_000n) / 10_000n
