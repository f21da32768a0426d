import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { MerchantId } from '../domain/ids.ts'
import { kybItems, type KybItem } from '../domain/onboarding.ts'
import { hasMerchantConsent, insertMerchantConsent } from './consent.ts'
import type { KycDocument } from './kyc-profile.ts'
import { findOwnersByValue, findPersonal, putPersonal } from './personal.ts'
import type { Vault } from './vault.ts'

/** A business as it says it is registered; a sole trader's is their own name, so all of it is sealed. */
export interface BusinessProfile {
  readonly legal_name: string
  readonly legal_form: string
  readonly registration_number: string
  readonly contact_email: string
  readonly website?: string | undefined
  readonly address: Readonly<Record<string, string>>
}

/** An extract from the register; the picture stays outside of our systems. */
export interface RegistrationDocument {
  /** `YYYY-MM-DD` */
  readonly issued_on: string
  readonly sha256: string
}

export interface BusinessPerson {
  readonly name: string
  /** `YYYY-MM-DD` */
  readonly birth_date: string
  /** Where they live: ISO 3166, two letters. */
  readonly country: string
  readonly document: KycDocument
}
export type BeneficialOwner = BusinessPerson & { readonly share_bps: number }
export type Representative = BusinessPerson & { readonly role: string }

/** What a business gives of itself; everything is optional, since it comes in parts. */
export interface KybData {
  readonly business_profile?: BusinessProfile | undefined
  readonly registration_document?: RegistrationDocument | undefined
  /** Those of a quarter and more: none, where nobody has so much. */
  readonly beneficial_owners?: readonly BeneficialOwner[] | undefined
  readonly representative?: Representative | undefined
  readonly settlement_account?: { readonly iban: string } | undefined
  readonly terms_version?: string | undefined
}

/** What is known about a business, as far as KYB asks. */
export type KybProfile = Omit<KybData, 'terms_version'> & { readonly given: readonly KybItem[] }

const sealed = [
  'business_profile',
  'registration_document',
  'beneficial_owners',
  'representative',
  'settlement_account'
] as const satisfies readonly KybItem[]

export async function readKybProfile(db: Kysely<Database>, vault: Vault, merchantId: MerchantId): Promise<KybProfile> {
  const known = await findPersonal(db, vault, merchantId, ['business'])
  const agreed = await hasMerchantConsent(db, merchantId)
  const parts = Object.fromEntries(known.map(({ reference, value }) => [reference, JSON.parse(value) as unknown]))
  return {
    ...(parts as Omit<KybData, 'terms_version'>),
    given: kybItems.filter((item) => (item === 'terms' ? agreed : item in parts))
  }
}

/**
 * Keeps what was given, in place of what stood there.
 * @param of the merchant, and the country in whose register it stands
 * @returns the items that this makes known
 */
export async function putKybData(
  transaction: Transaction<Database>,
  vault: Vault,
  { merchantId, country, requestId }: { merchantId: MerchantId; country: string; requestId: string },
  data: KybData
): Promise<KybItem[]> {
  const items: KybItem[] = []
  for (const item of sealed) {
    if (data[item] === undefined) continue
    const value = JSON.stringify(data[item])
    await putPersonal(transaction, vault, merchantId, { kind: 'business', reference: item, value })
    items.push(item)
  }
  if (data.business_profile) {
    const value = numberIn(country, data.business_profile)
    await putPersonal(transaction, vault, merchantId, { kind: 'business_number', value })
  }
  if (data.terms_version !== undefined) {
    await insertMerchantConsent(transaction, { merchantId, version: data.terms_version, requestId })
    items.push('terms')
  }
  return items
}

/** Where a settlement account's number is kept. */
export const settlementAccountDatum = (iban: string) =>
  ({ kind: 'business', reference: 'settlement_account', value: JSON.stringify({ iban }) }) as const

/** Whether another merchant has the same number in the same register. */
export async function hasTwin(
  db: Kysely<Database>,
  vault: Vault,
  merchantId: MerchantId,
  { country, profile }: { readonly country: string; readonly profile: BusinessProfile }
): Promise<boolean> {
  const alike = await findOwnersByValue(db, vault, 'business_number', numberIn(country, profile))
  return alike.some(({ ownerId }) => ownerId !== merchantId)
}

const numberIn = (country: string, { registration_number }: BusinessProfile): string =>
  `${country}${registration_number}`
