import { createHash, randomUUID } from 'node:crypto'
import { readCode } from '../../store/verification.ts'
import type { Vault } from '../../store/vault.ts'
import type { Answered, Client } from './client.ts'
import type { Coffer } from './coffer.ts'
import { insist } from './insist.ts'

export const PASSWORD = 'correct horse battery'
export const TERMS = '2026-11'

/** Somebody who has registered, proved an address, and logged in. */
export interface Applicant {
  readonly customerId: string
  readonly email: string
  readonly client: Client
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Everything that tier 1 asks for, of an invented grown-up; a document number of their own. */
export const kycOf = (name: string, over: object = {}) => ({
  name,
  birth_date: '1990-05-17',
  document: {
    type: 'passport',
    number: randomUUID().slice(0, 8).toUpperCase(),
    country: 'DE',
    expires_on: '2036-01-31',
    image_sha256: sha256(randomUUID())
  },
  selfie_sha256: sha256(randomUUID()),
  ...over
})

/** What tiers 2 and 3 ask for besides. */
export const beyondTier1 = {
  address: { line: 'Lane 1', postal_code: '10115', city: 'Berlin', country: 'DE' },
  source_of_funds: 'salary',
  proof_of_address_sha256: 'b'.repeat(64)
}

export async function registerApplicant(coffer: Coffer, vault: Vault): Promise<Applicant> {
  const email = `${randomUUID()}@example.org`
  const anyone = coffer.as('')
  const made = await anyone.post('/v1/registrations', { email, password: PASSWORD, zone: 'UTC', terms_version: TERMS })
  const code = await readCode(coffer.db, vault, made.body['id'] as never)
  await anyone.post(`/v1/verifications/${String(made.body['id'])}/confirm`, { code })
  const session = await anyone.post('/v1/sessions', { login: email, password: PASSWORD }, null)
  return {
    customerId: String(made.body['customer_id']),
    email,
    client: coffer.as(String(session.body['access_token']))
  }
}

export const apply = (client: Client, tier: 1 | 2 | 3 = 1, key?: string): Promise<Answered> =>
  insist(() => client.post('/v1/onboardings', { target_tier: tier }, key))

export const give = (client: Client, id: string, kyc: object, key: string = randomUUID()): Promise<Answered> =>
  insist(() => client.post(`/v1/onboardings/${id}/submit`, kyc, key))

/** Waits until the application is in one of these states. */
export const untilState = (client: Client, id: string, ...states: string[]): Promise<Answered> =>
  client.until(`/v1/onboardings/${id}`, ({ state }) => states.includes(String(state)))
