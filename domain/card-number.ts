/** A card's number (PAN) is never ours to have: this finds one where none may stand (ISO/IEC 7812-1: 13 to 19 digits here). */
const LENGTH_MIN = 13
const LENGTH_MAX = 19

/** Digits in a row, single spaces or hyphens between them, as people write and copy them. */
const RUN = /\d(?:[ -]?\d){12,}/g
/** Ids of ours are hexadecimal, and some of them hold many digits. */
const OUR_ID = /\b[a-z]{3}_[0-9a-f]{32}\b/g

/** The check digit of card numbers (Luhn, ISO/IEC 7812-1 Annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const weighted = index % 2 === 0 ? digit : digit * 2
    sum += weighted > 9 ? weighted - 9 : weighted
  }
  return sum % 10 === 0
}

/** Whether the text is nothing but what may be a card's number. */
export const isCardNumber = (text: string): boolean =>
  /^[2-6](?:[ -]?\d){12,18}$/.test(text) && passesLuhn(text.replace(/[ -]/g, ''))

/** Whether a card's number stands anywhere in the text, or what may be one: one too many is refused rather than one missed. */
export const carriesCardNumber = (text: string): boolean => hideCardNumbers(text) !== plainDigits(text)

/** The text with what may be a card's number taken out. */
export const hideCardNumbers = (text: string): string => {
  const ids: string[] = []
  const kept = plainDigits(text).replace(OUR_ID, (id) => `\u0001${ids.push(id) - 1}\u0001`)
  const hidden = kept.replace(RUN, (run) => (mayBeNumber(run.replace(/[ -]/g, '')) ? '[card number]' : run))
  return hidden.replace(/\u0001(\d+)\u0001/g, (_, index: string) => ids[Number(index)]!)
}

/** Digits of other scripts and full width read as digits too. */
const plainDigits = (text: string): string => text.normalize('NFKC').replaceAll('\u0001', '')

/** Cards that people pay with begin with 2 to 6 (ISO/IEC 7812-1); a number may stand inside a longer row of digits. */
function mayBeNumber(digits: string): boolean {
  for (let from = 0; from + LENGTH_MIN <= digits.length; from++)
    for (let length = LENGTH_MIN; length <= LENGTH_MAX && from + length <= digits.length; length++)
      if (/[2-6]/.test(digits[from]!) && passesLuhn(digits.slice(from, from + length))) return true
  return false
}
