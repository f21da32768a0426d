/** The banks we hold accounts with, by the bank code in a GB IBAN. */
const bankCodes = { COFA: 'a', COFB: 'b' } as const

type BankOfIban = (typeof bankCodes)[keyof typeof bankCodes]

/** `GB` + check digits + bank code + 6 digits sort code + 8 digits account number, without spaces. */
const OURS = /^GB[0-9]{2}(COFA|COFB)[0-9]{14}$/

/**
 * Which of our banks an IBAN belongs to: bank code `COFA` → `a`, `COFB` → `b`. Undefined for every other bank, for text
 * that is no IBAN, and for wrong check digits (ISO 13616, mod 97). Electronic format only: no spaces, upper case.
 */
export function bankOfIban(iban: string): BankOfIban | undefined {
  const code = OURS.exec(iban)?.[1]
  if (code === undefined || !hasValidCheckDigits(iban)) return undefined
  return bankCodes[code as keyof typeof bankCodes]
}

/**
 * The IBAN of an account at one of our banks, for seed data and tests: `ibanAt('a', '000000', '00000001')`.
 * @throws {RangeError} when the sort code is not 6 or the account number not 8 digits.
 */
export function ibanAt(bank: BankOfIban, sortCode: string, accountNumber: string): string {
  if (!/^[0-9]{6}$/.test(sortCode)) throw new RangeError('a sort code has 6 digits')
  if (!/^[0-9]{8}$/.test(accountNumber)) throw new RangeError('an account number has 8 digits')
  const bban = `${bank === 'a' ? 'COFA' : 'COFB'}${sortCode}${accountNumber}`
  const check = 98 - remainderOf97(`${bban}GB00`)
  return `GB${check.toString().padStart(2, '0')}${bban}`
}

/** Check digits run from 02 to 98: 00, 01 and 99 leave the right remainder too, but no bank issues them. */
export const hasValidCheckDigits = (iban: string): boolean => {
  const digits = Number(iban.slice(2, 4))
  return digits >= 2 && digits <= 98 && remainderOf97(iban.slice(4) + iban.slice(0, 4)) === 1
}

/** Digit by digit, a letter counting as the two digits 10 to 35, so that no number grows past 2^53. */
const remainderOf97 = (text: string): number =>
  [...text]
    .flatMap((character) => [...Number.parseInt(character, 36).toString()])
    .reduce((remainder, digit) => (remainder * 10 + Number(digit)) % 97, 0)
