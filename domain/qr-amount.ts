import { exponentOf, type CurrencyCode } from './currencies.ts'
import { Refusal } from './errors.ts'
import { AMOUNT_MAX, decimalOf, type Money } from './money.ts'

/** Tags 54 and 56 hold at most 13 characters. */
const CHARACTERS_MAX = 13

/**
 * `{1050n, USD}` → `10.50`, the text of tag 54.
 * @throws {Refusal} `qr_amount_invalid` for amounts that are not positive or need more than 13 characters.
 */
export function writeAmount(money: Money): string {
  if (money.amount <= 0n) throw new Refusal('qr_amount_invalid', { reason: 'not_positive' })
  const text = decimalOf(money)
  if (text.length > CHARACTERS_MAX) throw new Refusal('qr_amount_invalid', { reason: 'too_large' })
  return text
}

/**
 * `10.5` of USD → `{1050n, USD}`. The decimal mark may stand without decimals (`98.`).
 * @throws {Refusal} `qr_amount_invalid` (`format`, `decimals` when there are more than the currency has, `not_positive`).
 */
export function readAmount(text: string, currency: CurrencyCode): Money {
  const { whole, decimals } = readDecimal(text)
  const exponent = exponentOf(currency)
  if (decimals.length > exponent) throw new Refusal('qr_amount_invalid', { reason: 'decimals' })
  const amount = BigInt(whole + decimals.padEnd(exponent, '0'))
  if (amount === 0n) throw new Refusal('qr_amount_invalid', { reason: 'not_positive' })
  if (amount > AMOUNT_MAX) throw new Refusal('qr_amount_invalid', { reason: 'too_large' })
  return { amount, currency }
}

/** Looks at the form alone: for the amounts of currencies that we do not know. */
export function readDecimal(text: string): { whole: string; decimals: string } {
  const match = text.length <= CHARACTERS_MAX ? /^([0-9]+)(?:\.([0-9]*))?$/.exec(text) : null
  if (!match) throw new Refusal('qr_amount_invalid', { reason: 'format' })
  return { whole: match[1]!, decimals: match[2] ?? '' }
}
