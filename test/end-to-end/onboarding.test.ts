import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { waitUntil } from '../../local/wait-until.ts'
import { createVault, type Vault } from '../../store/vault.ts'
import {
  apply,
  beyondTier1,
  give,
  kycOf,
  registerApplicant,
  untilState,
  type Applicant
} from '../support/applicants.ts'
import type { Answered, Client } from '../support/client.ts'
import { told } from '../support/inbox.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundWallet } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const masterKey = randomBytes(32)

let coffer: Coffer
let vault: Vault
let reviewer: Client
let reviewer2: Client
beforeAll(async () => {
  // Each test registers somebody from the same address.
  coffer = await startCoffer({
    masterKey,
    policy: { registration: { per_address: { max: 10_000, window_ms: 60_000 } } }
  })
  vault = createVault(masterKey)
  reviewer = coffer.as(coffer.seeded.keys.reviewer)
  reviewer2 = coffer.as(coffer.seeded.keys.reviewer_2)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
})
afterAll(async () => {
  await coffer?.stop()
})

const idOf = ({ body }: Answered): string => String(body['id'])
const eventsOf = ({ body }: Answered): string[] => (body['timeline'] as { type: string }[]).map(({ type }) => type)
const due = ({ body }: Answered): unknown => (body['requirements'] as { currently_due: unknown }).currently_due
const nobody = () => `Nadia ${randomBytes(4).toString('hex')}`
const customerOf = async ({ client, customerId }: Applicant) => (await client.get(`/v1/customers/${customerId}`)).body
const rule = (match: object, outcome: object) =>
  coffer.sandbox.addRule({ match: { operation: 'identity', ...match }, ...outcome })
const decide = (by: Client, id: string, verb: string, more: object = {}) =>
  by.post(`/v1/onboardings/${id}/${verb}`, { reason: 'seen', ...more })

/** The record says `verifying` a moment before the bureau is asked, and the bureau counts its delay from there. */
const bureauHasIt = () =>
  waitUntil(
    async () => {
      const response = await coffer.sandbox.admin('GET', '/rules')
      return ((await response.json()) as { data: { used: number }[] }).data.some(({ used }) => used > 0)
    },
    { limitMs: 30_000, otherwise: 'the bureau was not asked' }
  )

/** Registers somebody and applies, with everything given. */
async function applied(name: string, over: object = {}): Promise<{ applicant: Applicant; id: string }> {
  const applicant = await registerApplicant(coffer, vault)
  const id = idOf(await apply(applicant.client))
  expect((await give(applicant.client, id, kycOf(name, over))).status).toBe(200)
  return { applicant, id }
}

describe('An application for tier 1', () => {
  it('says what is missing, takes it in parts, is approved at once, and lets its customer pay', async () => {
    const applicant = await registerApplicant(coffer, vault)
    const { client, customerId, email } = applicant
    const made = await apply(client)
    expect([made.status, made.body['state'], due(made)]).toEqual([
      201,
      'collecting',
      ['name', 'birth_date', 'document', 'selfie']
    ])
    const { name, birth_date, ...rest } = kycOf(nobody())
    expect(due(await give(client, idOf(made), { name, birth_date }))).toEqual(['document', 'selfie'])
    await give(client, idOf(made), rest)
    const over = await untilState(client, idOf(made), 'approved')
    expect(eventsOf(over)).toEqual([
      'onboarding.collecting',
      'onboarding.submitted',
      'onboarding.submitted',
      'onboarding.verifying',
      'onboarding.approved'
    ])
    expect(await customerOf(applicant)).toMatchObject({ state: 'active', tier: 1 })
    await told(coffer, email, /approved/)

    const wallet = await coffer.service.post('/v1/wallets', { customer_id: customerId, currency: 'USD' })
    await fundWallet(coffer, idOf(wallet), 1_000n)
    const payment = { wallet_id: wallet.body['id'], merchant_id: coffer.seeded.seed.merchant_id }
    const paid = await client.post('/v1/payments', { ...payment, amount: { amount: '1000', currency: 'USD' } })
    expect(paid.body).toMatchObject({ state: 'succeeded' })
    await expectEverythingSettled(coffer)
  })

  it('of somebody under age is rejected, and its customer is told no reason', async () => {
    const { applicant, id } = await applied(nobody(), { birth_date: '2015-01-01' })
    const over = await untilState(applicant.client, id, 'rejected')
    expect(JSON.stringify(over.body)).not.toContain('under_age')
    expect((await reviewer.get(`/v1/onboardings/${id}`)).body).toMatchObject({ verdict: { reasons: ['under_age'] } })
    expect(await customerOf(applicant)).toMatchObject({ state: 'registered', tier: 0 })
  })

  it('taken back by its customer is withdrawn, and another one may follow', async () => {
    const { client } = await registerApplicant(coffer, vault)
    const first = idOf(await apply(client))
    expect((await apply(client)).status).toBe(409)
    expect((await client.post(`/v1/onboardings/${first}/withdraw`)).body).toMatchObject({ state: 'withdrawn' })
    expect((await apply(client)).status).toBe(201)
  })

  it('made ten times at once is open once; the others are withdrawn or refused', async () => {
    const { client } = await registerApplicant(coffer, vault)
    const answers = await Promise.all(Array.from({ length: 10 }, () => apply(client)))
    const states = answers.map(({ status, body }) => (status === 201 ? body['state'] : status))
    expect(states.filter((state) => state === 'collecting')).toHaveLength(1)
    expect(states.filter((state) => state !== 'collecting' && state !== 'withdrawn' && state !== 409)).toEqual([])
  })

  it('takes nothing any more once it is decided, and nothing of what was given then is kept', async () => {
    const { applicant, id } = await applied(nobody())
    await untilState(applicant.client, id, 'approved')
    const late = await give(applicant.client, id, { name: 'Somebody Else' })
    expect([late.status, late.body['code']]).toEqual([409, 'state_conflict'])
    expect((await customerOf(applicant))['name']).not.toBe('Somebody Else')
  })
})

describe('An application that needs a person', () => {
  it('with a doubtful document waits for one reviewer, who sees why; its customer does not', async () => {
    const { applicant, id } = await applied(`Doubtful ${nobody()}`)
    const waiting = await untilState(applicant.client, id, 'in_review')
    expect(waiting.body).not.toHaveProperty('verdict')
    const tasks = await reviewer.get(`/v1/tasks?state=open&process_id=${id}`)
    expect(tasks.body['data']).toMatchObject([
      { kind: 'kyc_review', data: { reviewers: 1, reasons: ['identity_doubtful'] } }
    ])
    expect((await decide(reviewer, id, 'approve')).body).toMatchObject({ state: 'approved' })
    expect(await customerOf(applicant)).toMatchObject({ tier: 1 })
    expect((await reviewer.get(`/v1/tasks?state=open&process_id=${id}`)).body['data']).toEqual([])
  })

  it.each(['approve', 'reject'])('with a listed name takes two reviewers to %s, never one twice', async (verb) => {
    const { applicant, id } = await applied(`Sanctioned ${nobody()}`)
    await untilState(applicant.client, id, 'in_review')
    expect((await decide(reviewer, id, verb)).body).toMatchObject({ state: 'in_review' })
    expect((await decide(reviewer, id, verb)).body).toMatchObject({ code: 'four_eyes_required' })
    expect((await decide(reviewer2, id, verb)).body).toMatchObject({
      state: verb === 'approve' ? 'approved' : 'rejected'
    })
    const { body } = await applicant.client.get(`/v1/onboardings/${id}`)
    expect(JSON.stringify(body)).not.toMatch(/screening|sanction|score/)
    expect(await customerOf(applicant)).toMatchObject({ tier: verb === 'approve' ? 1 : 0 })
  })

  it('for tier 3 is decided by two reviewers, though nothing was found', async () => {
    const applicant = await registerApplicant(coffer, vault)
    const id = idOf(await apply(applicant.client, 3))
    await give(applicant.client, id, kycOf(nobody(), beyondTier1))
    await untilState(applicant.client, id, 'in_review')
    expect((await decide(reviewer, id, 'approve')).body).toMatchObject({ state: 'in_review' })
    expect((await decide(reviewer2, id, 'approve')).body).toMatchObject({ state: 'approved' })
    expect(await customerOf(applicant)).toMatchObject({ state: 'active', tier: 3 })
  })

  it('of somebody who is here already under the same name and birth date is seen by a reviewer', async () => {
    const name = nobody()
    const first = await applied(name)
    await untilState(first.applicant.client, first.id, 'approved')
    const second = await applied(name.toUpperCase())
    await untilState(second.applicant.client, second.id, 'in_review')
    expect((await reviewer.get(`/v1/onboardings/${second.id}`)).body).toMatchObject({
      findings: { duplicate: true },
      verdict: { reasons: ['duplicate_person'] }
    })
  })

  it('whose reviewer asks for more collects again, and is verified anew', async () => {
    const { applicant, id } = await applied(`Doubtful ${nobody()}`)
    await untilState(applicant.client, id, 'in_review')
    const asked = await decide(reviewer, id, 'ask', { items: ['proof_of_address'] })
    expect([asked.body['state'], due(asked)]).toEqual(['collecting', ['proof_of_address']])
    await told(coffer, applicant.email, /something more/)
    await give(applicant.client, id, { proof_of_address_sha256: 'a'.repeat(64) })
    await untilState(applicant.client, id, 'in_review')
  })

  it('that nobody looks at is brought to mind after 12 hours, and escalated after 24', async () => {
    const { applicant, id } = await applied(`Doubtful ${nobody()}`)
    await untilState(applicant.client, id, 'in_review')
    const says = (type: string) =>
      applicant.client.until(`/v1/onboardings/${id}`, ({ timeline }) => JSON.stringify(timeline).includes(type))
    await coffer.advanceClock(12 * HOUR_MS)
    await says('onboarding.review_due')
    await coffer.advanceClock(12 * HOUR_MS)
    await says('onboarding.review_escalated')
    expect((await decide(reviewer, id, 'reject')).body).toMatchObject({ state: 'rejected' })
  })
})

describe('An application whose bureau', () => {
  it('answers later is approved when it calls back', async () => {
    const name = nobody()
    await rule({ name }, { outcome: 'delay', delay_ms: HOUR_MS })
    const { applicant, id } = await applied(name)
    await bureauHasIt()
    await coffer.advanceClock(HOUR_MS)
    await untilState(applicant.client, id, 'approved')
  })

  it('never answers goes to a reviewer after a day', async () => {
    const name = nobody()
    await rule({ name }, { outcome: 'timeout' })
    const { applicant, id } = await applied(name)
    await untilState(applicant.client, id, 'verifying')
    await coffer.advanceClock(DAY_MS)
    await untilState(applicant.client, id, 'in_review')
    expect((await reviewer.get(`/v1/onboardings/${id}`)).body).toMatchObject({
      verdict: { reasons: ['identity_silent'] }
    })
  })

  it('wants more has its customer asked, and is content with it', async () => {
    const name = nobody()
    await rule({ name }, { outcome: 'ask_more', times: 1 })
    const { applicant, id } = await applied(name)
    const asked = await applicant.client.until(`/v1/onboardings/${id}`, ({ timeline }) =>
      JSON.stringify(timeline).includes('onboarding.verifying","state":"verifying"},{')
    )
    expect([asked.body['state'], due(asked)]).toEqual(['collecting', ['proof_of_address']])
    await give(applicant.client, id, { proof_of_address_sha256: 'b'.repeat(64) })
    await untilState(applicant.client, id, 'approved')
  })

  it('calls a document forged rejects', async () => {
    const name = nobody()
    await rule({ name }, { outcome: 'decline' })
    const { applicant, id } = await applied(name)
    await untilState(applicant.client, id, 'rejected')
  })

  it('is down is asked again until it is back', async () => {
    const name = nobody()
    await rule({ name }, { outcome: 'error', times: 2 })
    const { applicant, id } = await applied(name)
    await untilState(applicant.client, id, 'approved')
  })
})

describe('An application for tier 2', () => {
  it('asks only for what tier 1 did not, and raises the tier', async () => {
    const { applicant, id } = await applied(nobody())
    await untilState(applicant.client, id, 'approved')
    const second = await apply(applicant.client, 2)
    expect(due(second)).toEqual(['address', 'source_of_funds'])
    const address = { line: 'Example Street 1', postal_code: '10115', city: 'Berlin', country: 'DE' }
    await give(applicant.client, idOf(second), { address, source_of_funds: 'salary' })
    await untilState(applicant.client, idOf(second), 'approved')
    expect(await customerOf(applicant)).toMatchObject({ tier: 2 })
  })
})
