import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { untilState } from '../support/applicants.ts'
import { appliedBusiness, noBusiness, personOf, registerBusiness } from '../support/businesses.ts'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { told } from '../support/inbox.ts'
import { expectEverythingSettled } from '../support/settled.ts'

let coffer: Coffer
let service: Client
let reviewer: Client
let reviewer2: Client
beforeAll(async () => {
  coffer = await startCoffer({ asInstalled: true })
  service = coffer.service
  reviewer = coffer.as(coffer.seeded.keys.reviewer)
  reviewer2 = coffer.as(coffer.seeded.keys.reviewer_2)
})
afterAll(async () => {
  await coffer?.stop()
})

const decide = (by: Client, id: string, verb: string) => by.post(`/v1/onboardings/${id}/${verb}`, { reason: 'seen' })
const merchantState = async (merchantId: string) => (await service.get(`/v1/merchants/${merchantId}`)).body['state']
const pay = (merchantId: string, amount: number, more: object = {}) => {
  const { wallet_id } = coffer.customer('customer-a')
  const money = { amount: String(amount), currency: 'USD' }
  return service.post('/v1/payments', { wallet_id, merchant_id: merchantId, amount: money, ...more })
}

describe('A merchant that is not approved yet', () => {
  it('cannot be paid, asks for nothing and has no key', async () => {
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

describe('A merchant that an operator suspends', () => {
  it('is not paid, captures nothing that finance does not, gives back, and is reinstated', async () => {
    const { id, merchantId } = await appliedBusiness(service, noBusiness())
    await untilState(service, id, 'approved')
    const made = await coffer.admin.post(`/v1/merchants/${merchantId}/api-keys`, { scopes: ['payments:*'] })
    const merchant = coffer.as(String(made.body['secret']))
    await fundFromCapital(coffer, 'customer-a', 10_000n)
    const hold = async () => String((await pay(merchantId, 400, { capture: 'manual' })).body['id'])
    const [first, second] = [await hold(), await hold()]
    const say = (verb: string, by: Client = reviewer) =>
      by.post(`/v1/merchants/${merchantId}/${verb}`, { reason: 'seen' })
    expect((await say('suspend')).body).toMatchObject({ state: 'suspended' })
    expect((await say('suspend')).body).toMatchObject({ code: 'state_conflict' })
    expect((await pay(merchantId, 100)).body).toMatchObject({ decline_code: 'payee_unavailable' })
    expect((await merchant.post(`/v1/payments/${first}/capture`)).body).toMatchObject({ code: 'payee_unavailable' })
    expect((await coffer.finance.post(`/v1/payments/${first}/capture`)).body).toMatchObject({ state: 'succeeded' })
    expect((await merchant.post(`/v1/payments/${second}/void`)).body).toMatchObject({ state: 'canceled' })
    expect((await say('reinstate', coffer.finance)).body).toMatchObject({ state: 'active' })
    expect((await pay(merchantId, 100)).body).toMatchObject({ state: 'succeeded' })
    const listed = await coffer.support.get('/v1/merchants?state=active&limit=1')
    expect(listed.body).toMatchObject({ data: [{ object: 'merchant', state: 'active' }], has_more: true })
    await expectEverythingSettled(coffer)
  })
})

describe('A merchant whose owner comes near a listed name', () => {
  it('is suspended and reviewed by two; nobody reinstates it beside them, and they lift it', async () => {
    const owner = `${randomUUID()} ${randomUUID()}`
    const of = { kyb: { beneficial_owners: [{ ...personOf(owner), share_bps: 5_000 }] } }
    const { id, merchantId, email } = await appliedBusiness(service, noBusiness(), of)
    await untilState(service, id, 'approved')
    const entries = [{ name: owner, list: 'sanctions' }]
    await coffer.sandbox.admin('PUT', '/screening-list', { version: randomUUID(), entries })
    const inReview = ({ data }: Record<string, unknown>) =>
      (data as { id: string; state: string }[]).find(({ state }) => state === 'in_review')?.id
    const listed = `/v1/onboardings?merchant_id=${merchantId}`
    const review = inReview((await service.until(listed, (body) => inReview(body) !== undefined)).body)!
    expect(await merchantState(merchantId)).toBe('suspended')
    expect((await pay(merchantId, 100)).body).toMatchObject({ decline_code: 'payee_unavailable' })
    await told(coffer, email, /restricted/)
    const reinstated = await coffer.finance.post(`/v1/merchants/${merchantId}/reinstate`, { reason: 'seen' })
    expect(reinstated.body).toMatchObject({ code: 'state_conflict' })
    expect((await service.post(`/v1/onboardings/${review}/withdraw`)).body).toMatchObject({ code: 'state_conflict' })
    await decide(reviewer, review, 'approve')
    expect((await decide(reviewer2, review, 'approve')).body).toMatchObject({ state: 'approved' })
    expect(await merchantState(merchantId)).toBe('active')
    await told(coffer, email, /no longer restricted/)
    await expectEverythingSettled(coffer)
  })
})
