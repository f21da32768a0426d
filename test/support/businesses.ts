import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { ibanAt } from '../../domain/iban.ts'
import { TERMS } from './applicants.ts'
import type { Answered, Client } from './client.ts'
import { insist } from './insist.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export const noBusiness = () => `Nadia Trading ${randomBytes(4).toString('hex')}`

/** What a business says of itself when it is registered; a registration number of its own. */
export const businessOf = (legalName: string, over: object = {}) => ({
  name: 'Nadia’s Tea Room',
  city: 'Berlin',
  country: 'DE',
  mcc: '5814',
  currency: 'USD',
  legal_name: legalName,
  legal_form: 'GmbH',
  registration_number: `HRB ${randomUUID().slice(0, 8).toUpperCase()}`,
  contact_email: `${randomUUID()}@example.org`,
  website: 'https://example.org/tea',
  address: { line: 'Lane 1', postal_code: '10115', city: 'Berlin', country: 'DE' },
  ...over
})

/** An invented grown-up with a paper. */
export const personOf = (name: string, over: object = {}) => ({
  name,
  birth_date: '1980-05-17',
  country: 'DE',
  document: {
    type: 'passport',
    number: randomUUID().slice(0, 8).toUpperCase(),
    country: 'DE',
    expires_on: '2036-01-31',
    image_sha256: sha256(randomUUID())
  },
  ...over
})

export function childWithOldPaper() {
  const { document, ...child } = personOf('Kit', { birth_date: '2015-01-01' })
  return { ...child, document: { ...document, expires_on: '2020-01-31' } }
}

export const listedOwner = () => ({ ...personOf(`Sanctioned ${noBusiness()}`), share_bps: 2_500 })

/** Everything that is asked of a business besides, of nobody who is on a list; an account at bank A. */
export const kybOf = (over: object = {}) => ({
  registration_document: { issued_on: '2026-10-01', sha256: sha256(randomUUID()) },
  beneficial_owners: [{ ...personOf(`Olga ${randomBytes(4).toString('hex')}`), share_bps: 6_000 }],
  representative: { ...personOf(`Rita ${randomBytes(4).toString('hex')}`), role: 'director' },
  settlement_account: { iban: ibanAt('a', '000000', '00000077') },
  terms_version: TERMS,
  ...over
})

export interface Business {
  readonly merchantId: string
  /** Of its application. */
  readonly id: string
  readonly legalName: string
  readonly email: string
}

export const applyAsBusiness = (service: Client, merchantId: string, key?: string): Promise<Answered> =>
  insist(() => service.post('/v1/onboardings', { merchant_id: merchantId }, key))

export const giveAsBusiness = (service: Client, id: string, kyb: object, key: string = randomUUID()) =>
  insist(() => service.post(`/v1/onboardings/${id}/submit-business`, kyb, key))

/** Registers a business and applies, with nothing given beyond that. */
export async function registerBusiness(service: Client, legalName: string, over: object = {}): Promise<Business> {
  const said = businessOf(legalName, over)
  const made = await service.post('/v1/merchants', said)
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  const merchantId = String(made.body['id'])
  const id = String((await applyAsBusiness(service, merchantId)).body['id'])
  return { merchantId, id, legalName, email: said.contact_email }
}

/** The same with everything given. */
export async function appliedBusiness(
  service: Client,
  legalName: string,
  { merchant = {}, kyb = {} }: { merchant?: object; kyb?: object } = {}
): Promise<Business> {
  const business = await registerBusiness(service, legalName, merchant)
  const given = await giveAsBusiness(service, business.id, kybOf(kyb))
  if (given.status !== 200) throw new Error(JSON.stringify(given.body))
  return business
}
