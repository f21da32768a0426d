import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { untilState } from '../support/applicants.ts'
import {
  applyAsBusiness,
  appliedBusiness,
  businessOf,
  giveAsBusiness,
  kybOf,
  noBusiness,
  personOf,
  registerBusiness
} from '../support/businesses.ts'
import type { Answered, Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { inbox, told } from '../support/inbox.ts'
import { expectEverythingSettled } from '../support/settled.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let coffer: Coffer
let service: Client
let reviewer: Client
let reviewer2: Client
beforeAll(async () => {
  coffer = await startCoffer()
  service = coffer.service
  reviewer = coffer.as(coffer.seeded.keys.reviewer)
  reviewer2 = coffer.as(coffer.seeded.keys.reviewer_2)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
})
afterAll(async () => {
  await coffer?.stop()
})

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })
const eventsOf = ({ body }: Answered): string[] => (body['timeline'] as { type: string }[]).map(({ type }) => type)
const due = ({ body }: Answered): unknown => (body['requirements'] as { currently_due: unknown }).currently_due
const rule = (match: object, outcome: object) =>
  coffer.sandbox.addRule({ match: { operation: 'registry', ...match }, ...outcome })
const decide = (by: Client, id: string, verb: string, more: object = {}) =>
  by.post(`/v1/onboardings/${id}/${verb}`, { reason: 'seen', ...more })
const merchantState = async (merchantId: string) => (await service.get(`/v1/merchants/${merchantId}`)).body['state']
const reasonsOf = async (id: string) =>
  ((await reviewer.get(`/v1/onboardings/${id}`)).body['verdict'] as { reasons: string[] }).reasons
const pay = (merchantId: string, amount: number, more: object = {}) => {
  const { wallet_id } = coffer.customer('customer-a')
  return service.post('/v1/payments', { wallet_id, merchant_id: merchantId, amount: usd(amount), ...more })
}

describe('A business that applies', () => {
  it('says what is missing, takes it in parts, is approved at once, and is paid under its own key', async () => {
    const { merchantId, id, email } = await registerBusiness(service, noBusiness())
    expect(due(await service.get(`/v1/onboardings/${id}`))).toEqual([
      'registration_document',
      'beneficial_owners',
      'representative',
      'settlement_account',
      'terms'
    ])
    const { terms_version, ...rest } = kybOf()
    expect(due(await giveAsBusiness(service, id, rest))).toEqual(['terms'])
    expect(await merchantState(merchantId)).toBe('pending')
    await giveAsBusiness(service, id, { terms_version })
    const over = await untilState(service, id, 'approved')
    expect(over.body).toMatchObject({ merchant_id: merchantId, purpose: 'application' })
    expect(eventsOf(over)).toEqual([
      'onboarding.collecting',
      'onboarding.submitted',
      'onboarding.submitted',
      'onboarding.verifying',
      'onboarding.approved'
    ])
    expect(await merchantState(merchantId)).toBe('active')
    await told(coffer, email, /approved/)

    const made = await service.post(`/v1/merchants/${merchantId}/api-keys`, {})
    expect(made.status).toBe(201)
    const merchant = coffer.as(String(made.body['secret']))
    await fundFromCapital(coffer, 'customer-a', 10_000n)
    const code = await merchant.post('/v1/qr-codes', { merchant_id: merchantId, amount: usd(1_000) })
    const { wallet_id } = coffer.customer('customer-a')
    const scanned = await service.post('/v1/payments', { wallet_id, qr: code.body['text'] })
    expect(scanned.body).toMatchObject({ state: 'succeeded', merchant_id: merchantId })
    const asked = await merchant.post('/v1/payment-requests', { amount: usd(500) })
    const paid = await service.post('/v1/payments', { wallet_id, payment_request_id: asked.body['id'] })
    expect(paid.body).toMatchObject({ state: 'succeeded' })
    const held = (await pay(merchantId, 300, { capture: 'manual' })).body['id']
    expect((await merchant.post(`/v1/payments/${String(held)}/capture`)).body).toMatchObject({ state: 'succeeded' })
    expect((await merchant.get('/v1/payments')).body['data']).toHaveLength(3)
    expect((await merchant.get(`/v1/onboardings/${id}`)).status).toBe(200)
    expect((await merchant.get(`/v1/merchants/${coffer.seeded.seed.merchant_id}`)).status).toBe(404)
    await service.post(`/v1/merchants/${merchantId}/api-keys/${String(made.body['id'])}/revoke`)
    expect((await merchant.get('/v1/payments')).status).toBe(401)
    await expectEverythingSettled(coffer)
  })

  it('cannot be paid, asks for nothing and has no key before it is approved', async () => {
    const { merchantId } = await registerBusiness(service, noBusiness())
    expect((await pay(merchantId, 100)).body).toMatchObject({ state: 'declined', decline_code: 'payee_unavailable' })
    for (const [path, body] of [
      ['qr-codes', { merchant_id: merchantId }],
      ['payment-requests', { merchant_id: merchantId, currency: 'USD' }]
    ] as const) {
      expect((await service.post(`/v1/${path}`, body)).body).toMatchObject({ code: 'payee_unavailable' })
    }
    expect((await service.post(`/v1/merchants/${merchantId}/api-keys`, {})).body).toMatchObject({
      code: 'state_conflict'
    })
  })
})
