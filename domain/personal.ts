/** What is known about a person, and how equal values are recognised and shown to those who may not see them. */
export const personalKinds = [
  'name',
  'email',
  'phone',
  'document',
  'iban',
  // Of KYC: `person` (name and birth date) and `document_number` are there to find who registers twice.
  'birth_date',
  'person',
  'document_number',
  'selfie',
  'address',
  'source_of_funds',
  'proof_of_address',
  // Of KYB: `business` with the requirement that it answers as its reference; `business_number` finds one that is here twice.
  'business',
  'business_number',
  // Of a linked card: what it is paid by, what tells it from another one, and what is said of it. Never its number.
  'card_token',
  'card_fingerprint',
  'card_details',
  // A customer's number at a biller, with the bill payment or the mandate as its reference.
  'biller_account'
] as const
export type PersonalKind = (typeof personalKinds)[number]

/** Letters, digits and the usual marks before the @, a host name with a dot behind it; ≤ 254 characters (RFC 5321). */
const EMAIL = /^[^\s@"<>()[\]\\,;:]{1,64}@[^\s@]{1,189}\.[^\s@.]{2,63}$/u

/** E.164: a plus, then up to 15 digits, the first not zero. */
const PHONE = /^\+[1-9][0-9]{6,14}$/

export const isEmail = (text: string): boolean => EMAIL.test(text)
export const isPhone = (text: string): boolean => PHONE.test(text)

/** How a message gets to an address of that kind. */
export const channelOf = (kind: 'email' | 'phone'): 'email' | 'sms' => (kind === 'email' ? 'email' : 'sms')

/**
 * The form in which two writings of the same thing are equal: e-mail addresses without regard to case, numbers and IBANs
 * without spaces.
 */
export function normalise(kind: PersonalKind, text: string): string {
  const plain = text.normalize('NFKC').trim()
  if (kind === 'email') return plain.toLowerCase()
  if (kind === 'phone' || kind === 'iban' || kind === 'document_number' || kind === 'business_number')
    return plain.replace(/[\s-]/g, '').toUpperCase()
  if (kind === 'person') return foldName(plain)
  return plain.replace(/\s+/gu, ' ')
}

/** Names are written with and without marks, in capitals or not: `José  DOE` and `Jose Doe` are one. */
const foldName = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/gu, ' ')

/** For operators: enough to recognise it on the phone, too little to use. `ada@example.org` → `a***@example.org`. */
export function mask(kind: PersonalKind, text: string): string {
  if (kind === 'email') return `${[...text][0] ?? ''}***${text.slice(text.lastIndexOf('@'))}`
  if (kind === 'name')
    return text
      .split(' ')
      .map((word) => `${[...word][0] ?? ''}***`)
      .join(' ')
  return `***${text.slice(-4)}`
}
