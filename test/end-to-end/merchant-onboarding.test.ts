import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { ibanAt } from '../../domain/iban.ts'
import { waitUntil } from '../../local/wait-until.ts'
import { untilState } from '../support/applicants.ts'
import {
  applyAsBusiness,
  appliedBusiness,
  businessOf,
  childWithOldPaper,
  giveAsBusiness,
  kybOf,
  listedOwner,
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

/** The record says `verifying` a moment before the register is asked, which counts its delay from there. */
const registerHasIt = () =>
  waitUntil(
    async () => {
      const response = await coffer.sandbox.admin('GET', '/rules')
      return ((await response.json()) as { data: { used: number }[] }).data.some(({ used }) => used > 0)
    },
    { limitMs: 30_000, otherwise: 'the register was not asked' }
  )

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
})

describe('A business that a machine decides about', () => {
  it('of a prohibited category is rejected, and not told why', async () => {
    const { id, merchantId, email } = await appliedBusiness(service, noBusiness(), { merchant: { mcc: '7995' } })
    const over = await untilState(service, id, 'rejected')
    expect(JSON.stringify(over.body)).not.toMatch(/mcc|verdict/)
    expect(await reasonsOf(id)).toEqual(['prohibited_mcc'])
    expect(await merchantState(merchantId)).toBe('pending')
    await told(coffer, email, /not accepted/)
    // It may apply again, as a customer may.
    expect((await applyAsBusiness(service, merchantId)).status).toBe(201)
  })

  it('that the register calls dissolved is rejected', async () => {
    const { id } = await appliedBusiness(service, `Dissolved ${noBusiness()}`)
    await untilState(service, id, 'rejected')
    expect(await reasonsOf(id)).toEqual(['registry_rejected'])
  })

  it('is approved when the register that answers later calls back', async () => {
    const legalName = noBusiness()
    await rule({ name: legalName }, { outcome: 'delay', delay_ms: HOUR_MS })
    const { id } = await appliedBusiness(service, legalName)
    await registerHasIt()
    await coffer.advanceClock(HOUR_MS)
    await untilState(service, id, 'approved')
  })

  it('is asked for a better extract when the register wants one, and approved with it', async () => {
    const legalName = noBusiness()
    await rule({ name: legalName }, { outcome: 'ask_more', times: 1 })
    const { id } = await appliedBusiness(service, legalName)
    const asked = await service.until(`/v1/onboardings/${id}`, ({ timeline }) =>
      JSON.stringify(timeline).includes('onboarding.verifying","state":"verifying"},{')
    )
    expect([asked.body['state'], due(asked)]).toEqual(['collecting', ['registration_document']])
    const { registration_document } = kybOf()
    await giveAsBusiness(service, id, { registration_document })
    await untilState(service, id, 'approved')
  })
})

describe('A business that needs a person', () => {
  it.each([
    ['is unknown to the register', { legalName: 'Unregistered' }, ['registry_doubtful']],
    ['has another name there', { legalName: 'Doubtful' }, ['registry_doubtful']],
    ['is of a risky category', { merchant: { mcc: '6051' } }, ['high_risk_mcc']],
    [
      'has a settlement account that is held by somebody else',
      { kyb: { settlement_account: { iban: ibanAt('a', '000000', '00000092') } } },
      ['payee_mismatch']
    ],
    [
      'is signed for by a child with a paper that is out of date',
      { kyb: { representative: { ...childWithOldPaper(), role: 'director' } } },
      ['under_age', 'document_expired']
    ]
  ])('and %s waits for one reviewer, and is approved by them', async (_what, of, reasons) => {
    const { legalName = '', ...over } = of as { legalName?: string }
    const { id, merchantId } = await appliedBusiness(service, `${legalName} ${noBusiness()}`.trim(), over)
    const waiting = await untilState(service, id, 'in_review')
    expect(waiting.body).not.toHaveProperty('verdict')
    const tasks = await reviewer.get(`/v1/tasks?state=open&process_id=${id}`)
    expect(tasks.body['data']).toMatchObject([{ kind: 'kyc_review', data: { reviewers: 1, reasons } }])
    expect((await decide(reviewer, id, 'approve')).body).toMatchObject({ state: 'approved' })
    expect(await merchantState(merchantId)).toBe('active')
  })

  it.each([
    ['itself', 'approve', { legalName: 'Sanctioned' }, 'legal_name'],
    ['an owner', 'reject', { kyb: { beneficial_owners: [listedOwner()] } }, 'owner_1'],
    ['by its trade name', 'approve', { merchant: { name: 'Sanctioned Tea' } }, 'trade_name']
  ])('since %s is on a list takes two to %s, and is told nothing of it', async (_who, verb, of, party) => {
    const { legalName = '', ...over } = of as { legalName?: string }
    const { id, merchantId } = await appliedBusiness(service, `${legalName} ${noBusiness()}`.trim(), over)
    await untilState(service, id, 'in_review')
    const { findings } = (await reviewer.get(`/v1/onboardings/${id}`)).body as { findings: { screening: object } }
    expect(findings.screening).toMatchObject({ parties: expect.arrayContaining([{ party, score: 1 }]) })
    expect((await decide(reviewer, id, verb)).body).toMatchObject({ state: 'in_review' })
    expect((await decide(reviewer, id, verb)).body).toMatchObject({ code: 'four_eyes_required' })
    const last = { state: verb === 'approve' ? 'approved' : 'rejected' }
    expect((await decide(reviewer2, id, verb)).body).toMatchObject(last)
    const { body } = await service.get(`/v1/onboardings/${id}`)
    expect(JSON.stringify(body)).not.toMatch(/screening|"score|Sanctioned/)
    expect(await merchantState(merchantId)).toBe(verb === 'approve' ? 'active' : 'pending')
  })

  it('because it is here already, under the same number of the same register, is seen by a reviewer', async () => {
    const registration_number = `HRB ${randomUUID().slice(0, 8).toUpperCase()}`
    const first = await appliedBusiness(service, noBusiness(), { merchant: { registration_number } })
    await untilState(service, first.id, 'approved')
    const again = { registration_number: registration_number.replace(' ', '-') }
    const second = await appliedBusiness(service, noBusiness(), { merchant: again })
    await untilState(service, second.id, 'in_review')
    expect(await reasonsOf(second.id)).toEqual(['duplicate_business'])
    const abroad = await appliedBusiness(service, noBusiness(), { merchant: { registration_number, country: 'AT' } })
    await untilState(service, abroad.id, 'approved')
  })

  it('whose reviewer asks for a corrected profile collects again, and is approved with it', async () => {
    const { id, merchantId, email } = await appliedBusiness(service, `Doubtful ${noBusiness()}`)
    await untilState(service, id, 'in_review')
    expect((await decide(reviewer, id, 'ask', { items: ['selfie'] })).body).toMatchObject({ code: 'invalid_request' })
    const asked = await decide(reviewer, id, 'ask', { items: ['business_profile'] })
    expect([asked.body['state'], due(asked)]).toEqual(['collecting', ['business_profile']])
    await told(coffer, email, /something more/)
    const { legal_name, legal_form, registration_number, contact_email, address } = businessOf(noBusiness())
    await giveAsBusiness(service, id, {
      business_profile: { legal_name, legal_form, registration_number, contact_email, address }
    })
    await untilState(service, id, 'approved')
    const seen = (await reviewer.get(`/v1/merchants/${merchantId}`)).body
    expect(seen).toMatchObject({
      business: {
        legal_name,
        settlement_account: '***0077',
        people: [{ party: 'representative' }, { party: 'owner_1' }]
      }
    })
    expect((await coffer.support.get(`/v1/merchants/${merchantId}`)).body).not.toHaveProperty('business')
  })

  it('after a day on which the register stayed silent; reviewers are reminded and then escalated to', async () => {
    const legalName = noBusiness()
    await rule({ name: legalName }, { outcome: 'timeout' })
    const { id } = await appliedBusiness(service, legalName)
    await untilState(service, id, 'verifying')
    await coffer.advanceClock(DAY_MS)
    await untilState(service, id, 'in_review')
    expect(await reasonsOf(id)).toEqual(['registry_silent'])
    for (const type of ['onboarding.review_due', 'onboarding.review_escalated']) {
      await coffer.advanceClock(12 * HOUR_MS)
      await service.until(`/v1/onboardings/${id}`, ({ timeline }) => JSON.stringify(timeline).includes(type))
    }
    expect((await decide(reviewer, id, 'reject')).body).toMatchObject({ state: 'rejected' })
  })
})

describe('An application of a business', () => {
  it('that stays incomplete is brought to mind on day 1, 3 and 6, and expires on day 7', async () => {
    const { id, email } = await registerBusiness(service, noBusiness())
    for (const [days, reminders] of [
      [1, 1],
      [2, 2],
      [3, 3]
    ] as const) {
      await coffer.advanceClock(days * DAY_MS)
      await service.until(
        `/v1/onboardings/${id}`,
        ({ timeline }) => JSON.stringify(timeline).split('onboarding.reminded').length - 1 === reminders
      )
    }
    await coffer.advanceClock(DAY_MS)
    const over = await untilState(service, id, 'expired')
    expect(over.body['requirements']).toMatchObject({ currently_due: [], deadline: null })
    await told(coffer, email, /expired/)
    expect((await inbox(coffer, email)).filter(({ subject }) => /missing/.test(subject))).toHaveLength(3)
  })

  it('is one at a time, can be taken back, and takes neither what is of customers nor what is malformed', async () => {
    const { id, merchantId } = await registerBusiness(service, noBusiness())
    const again = await service.post('/v1/onboardings', { merchant_id: merchantId })
    expect([again.status, again.body['code']]).toEqual([409, 'state_conflict'])
    const person = await service.post(`/v1/onboardings/${id}/submit`, { name: 'Ada Example' })
    expect(person.body).toMatchObject({ code: 'state_conflict' })
    for (const [given, code] of [
      [{ settlement_account: { iban: 'GB00COFA00000000000000' } }, 'iban_invalid'],
      [{ settlement_account: { iban: 'DE89370400440532013000' } }, 'bank_not_supported'],
      [{ terms_version: '1999-01' }, 'invalid_request'],
      [{ beneficial_owners: [0, 1].map(() => ({ ...personOf('Olga'), share_bps: 6_000 })) }, 'invalid_request'],
      [{}, 'invalid_request']
    ] as const) {
      const refused = await service.post(`/v1/onboardings/${id}/submit-business`, given)
      expect([refused.status, refused.body['code']]).toEqual([400, code])
    }
    expect((await service.post(`/v1/onboardings/${id}/withdraw`)).body).toMatchObject({ state: 'withdrawn' })
    const listed = await service.get(`/v1/onboardings?merchant_id=${merchantId}`)
    expect(listed.body['data']).toMatchObject([{ id, state: 'withdrawn' }])
    const customer = await coffer.asCustomer('customer-a')
    expect((await customer.post('/v1/onboardings', { merchant_id: merchantId })).status).toBe(404)
    const both = await service.post('/v1/onboardings', { merchant_id: merchantId, target_tier: 1 })
    expect([both.status, both.body['code']]).toEqual([400, 'invalid_request'])
  })
})
