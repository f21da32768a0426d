import type { CurrencyCode } from './currencies.ts'
import type { BillerId } from './ids.ts'

export const billerCategories = [
  'water',
  'power',
  'gas',
  'phone',
  'internet',
  'rent',
  'insurance',
  'tax',
  'television'
] as const
export type BillerCategory = (typeof billerCategories)[number]

export const billerStates = ['active', 'suspended', 'closed'] as const
export type BillerState = (typeof billerStates)[number]

/** How the last digits of an account number follow from the others. */
export const checkDigits = ['luhn', 'mod97'] as const
export type CheckDigit = (typeof checkDigits)[number]

/** What a customer's number looks like at a biller. */
export interface AccountFormat {
  /** A regular expression for the whole of it, without spaces and in capitals. */
  readonly pattern: string
  readonly checkDigit: CheckDigit | null
  readonly example: string
  /** Where customers find it. */
  readonly hint: string
}

/** Who sends bills. */
export interface Biller {
  readonly id: BillerId
  readonly name: string
  readonly category: BillerCategory
  readonly country: string
  readonly currency: CurrencyCode
  /** How the billers' network calls it. */
  readonly networkCode: string
  readonly account: AccountFormat
  /** Whether the network can be asked what is due. */
  readonly tellsBills: boolean
  /** Minor units, what its customers pay beside the bill. */
  readonly fee: bigint
  readonly state: BillerState
}

/** The form in which two writings of a number are equal. */
export const plainAccountNumber = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s.-]/gu, '')
    .toUpperCase()

/** What is wrong with an account number (plain); undefined: nothing that can be seen. */
export function accountNumberFault(
  plain: string,
  { pattern, checkDigit }: Pick<AccountFormat, 'pattern' | 'checkDigit'>
): 'format' | 'check_digit' | undefined {
  if (!new RegExp(`^(?:${pattern})$`).test(plain)) return 'format'
  if (checkDigit === null) return undefined
  return checks[checkDigit](plain) ? undefined : 'check_digit'
}

const checks: Readonly<Record<CheckDigit, (plain: string) => boolean>> = { luhn: passesLuhn, mod97: passesMod97 }

/** ISO/IEC 7812-1, annex B, over its digits; letters stand for nothing. */
function passesLuhn(plain: string): boolean {
  const digits = [...plain].filter((each) => each >= '0' && each <= '9').reverse()
  const sum = digits.reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return digits.length > 1 && sum % 10 === 0
}

/** ISO/IEC 7064 MOD 97-10, the check digits at the end; a letter counts as two digits, A as 10. */
function passesMod97(plain: string): boolean {
  const rest = [...plain].reduce((sum, each) => {
    const value = parseInt(each, 36)
    return (sum * (value > 9 ? 100 : 10) + value) % 97
  }, 0)
  return rest === 1
}

/** A regular expression that may be tested against what anybody sends: short, and without anything that can take long. */
export const isPlainPattern = (pattern: string): boolean =>
  pattern.length <= 100 &&
  /^(?:[A-Z0-9]|\\d|\[[A-Z0-9-]+\]|\{[0-9]{1,2}(?:,[0-9]{1,2})?\})+$/.test(pattern) &&
  compiles(pattern)

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}
