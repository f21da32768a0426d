import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'
import { kycItems, type KycItem } from '../domain/onboarding.ts'
import { findOwnersByValue, findPersonal, putPersonal } from './personal.ts'
import type { Vault } from './vault.ts'

/** What kind of paper, by the words of the identity bureau. */
export interface KycDocument {
  readonly type: 'passport' | 'id_card' | 'driving_licence'
  readonly number: string
  /** ISO 3166, two letters. */
  readonly country: string
  /** `YYYY-MM-DD` */
  readonly expires_on: string
  /** Of the picture, which stays outside of our systems. */
  readonly image_sha256: string
}

/** What a customer gives of themselves; everything is optional, since it comes in parts. */
export interface KycData {
  readonly name?: string | undefined
  /** `YYYY-MM-DD` */
  readonly birth_date?: string | undefined
  readonly document?: KycDocument | undefined
  readonly selfie_sha256?: string | undefined
  readonly address?: Readonly<Record<string, string>> | undefined
  readonly source_of_funds?: string | undefined
  readonly proof_of_address_sha256?: string | undefined
}

/** What is known about a customer, as far as KYC asks; '' where nothing is. */
export interface KycProfile {
  readonly given: readonly KycItem[]
  readonly name: string
  readonly birthDate: string
  readonly document: KycDocument | undefined
  readonly selfieSha256: string
}

const [, ...personal] = kycItems
const ASKED = [...personal, 'email', 'phone'] as const

/** @returns the items that are known, and what providers are asked about. */
export async function readKycProfile(db: Kysely<Database>, vault: Vault, customerId: CustomerId): Promise<KycProfile> {
  const known = await findPersonal(db, vault, customerId, ASKED)
  const value = (kind: string) => known.find((datum) => datum.kind === kind && datum.reference === '')?.value
  const contact = known.some(({ kind, verifiedAt }) => (kind === 'email' || kind === 'phone') && verifiedAt !== null)
  const document = value('document')
  return {
    given: kycItems.filter((item) => (item === 'contact' ? contact : value(item) !== undefined)),
    name: value('name') ?? '',
    birthDate: value('birth_date') ?? '',
    document: document === undefined ? undefined : (JSON.parse(document) as KycDocument),
    selfieSha256: value('selfie') ?? ''
  }
}

/** Keeps what was given, in place of what stood there. @returns the items that this makes known */
export async function putKycData(
  transaction: Transaction<Database>,
  vault: Vault,
  customerId: CustomerId,
  data: KycData
): Promise<KycItem[]> {
  const values: [KycItem, string | undefined][] = [
    ['name', data.name],
    ['birth_date', data.birth_date],
    ['document', data.document && JSON.stringify(data.document)],
    ['selfie', data.selfie_sha256],
    ['address', data.address && JSON.stringify(data.address)],
    ['source_of_funds', data.source_of_funds],
    ['proof_of_address', data.proof_of_address_sha256]
  ]
  const items: KycItem[] = []
  for (const [kind, value] of values) {
    if (value === undefined || kind === 'contact') continue
    await putPersonal(transaction, vault, customerId, { kind, value })
    items.push(kind)
  }
  if (data.document) {
    const { country, number } = data.document
    await putPersonal(transaction, vault, customerId, { kind: 'document_number', value: `${country}${number}` })
  }
  const { name, birthDate } = await readKycProfile(transaction, vault, customerId)
  if (name !== '' && birthDate !== '')
    await putPersonal(transaction, vault, customerId, { kind: 'person', value: personOf(name, birthDate) })
  return items
}

/** Whether another customer has the same name and birth date, or the same document. */
export async function hasNamesake(
  db: Kysely<Database>,
  vault: Vault,
  customerId: CustomerId,
  { name, birthDate, document }: KycProfile
): Promise<boolean> {
  const alike = [
    ...(await findOwnersByValue(db, vault, 'person', personOf(name, birthDate))),
    ...(document ? await findOwnersByValue(db, vault, 'document_number', `${document.country}${document.number}`) : [])
  ]
  return alike.some(({ ownerId }) => ownerId !== customerId)
}

const personOf = (name: string, birthDate: string): string => `${name}|${birthDate}`
