import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { rescreeningCrashPoints } from '../../activities/crash-points.ts'
import { waitUntil } from '../../local/wait-until.ts'
import { createVault } from '../../store/vault.ts'
import { apply, give, kycOf, registerApplicant, untilState, type Applicant } from '../support/applicants.ts'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundWallet } from '../support/fund.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { runOf } from '../support/top-ups.ts'

const DAY_MS = 86_400_000
const masterKey = randomBytes(32)
const vault = createVault(masterKey)
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })
const hex = (bytes: number) => randomBytes(bytes).toString('hex')

let coffer: Coffer
let reviewer: Client
let reviewer2: Client
beforeAll(async () => {
  coffer = await startCoffer({ masterKey })
  reviewer = coffer.as(coffer.seeded.keys.reviewer)
  reviewer2 = coffer.as(coffer.seeded.keys.reviewer_2)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await announce('Zhoquvar Plimbukov')
})
afterAll(async () => {
  await coffer?.stop()
})

interface Known extends Applicant {
  readonly name: string
  readonly walletId: string
}

/** Somebody of tier 1 with 100 USD, whose name nobody else has. */
async function known(): Promise<Known> {
  const applicant = await registerApplicant(coffer, vault)
  const name = `${hex(6)} ${hex(6)}`
  const id = String((await apply(applicant.client)).body['id'])
  await give(applicant.client, id, kycOf(name))
  await untilState(applicant.client, id, 'approved')
  const wallet = await coffer.service.post('/v1/wallets', { customer_id: applicant.customerId, currency: 'USD' })
  const walletId = String(wallet.body['id'])
  await fundWallet(coffer, walletId, 10_000n)
  return { ...applicant, name, walletId }
}

/** A new list, announced by its keeper. */
async function announce(...names: string[]): Promise<string> {
  const version = `list-${hex(6)}`
  const entries = names.map((name) => ({ name, list: 'sanctions' }))
  await coffer.sandbox.admin('PUT', '/screening-list', { version, entries })
  return version
}

const stateOf = async ({ client, customerId }: Known) => (await client.get(`/v1/customers/${customerId}`)).body['state']
const untilCustomer = (who: Known, state: string) =>
  who.client.until(`/v1/customers/${who.customerId}`, (body) => body['state'] === state)
const order = ({ walletId }: Known, amount: number, more: object = {}) => ({
  wallet_id: walletId,
  merchant_id: coffer.seeded.seed.merchant_id,
  amount: usd(amount),
  ...more
})
const pay = async (who: Known, amount: number) => {
  const { body } = await who.client.post('/v1/payments', order(who, amount))
  return body['decline_code'] ?? body['state']
}

/** The review that is open about a customer. */
async function reviewOf({ customerId }: Known): Promise<string> {
  const { body } = await reviewer.get(`/v1/onboardings?customer_id=${customerId}`)
  const found = (body['data'] as { id: string; purpose: string; state: string }[]).find(
    ({ purpose, state }) => purpose === 'periodic_review' && state === 'in_review'
  )
  return found!.id
}
const decide = (by: Client, id: string, verb: string, more: object = {}) =>
  by.post(`/v1/onboardings/${id}/${verb}`, { reason: 'seen', ...more })

const screenedBy = async (version: string): Promise<number> => {
  const { count } = await coffer.db
    .selectFrom('screening')
    .select((select) => select.fn.countAll().as('count'))
    .where('list_version', '=', version)
    .executeTakeFirstOrThrow()
  return Number(count)
}

describe('A new list', () => {
  it('suspends who is on it: money comes in, none goes out, holds wait for finance; cleared by two, all goes on', async () => {
    const who = await known()
    const held = await who.client.post('/v1/payments', order(who, 3_000, { capture: 'manual' }))
    const path = `/v1/payments/${String(held.body['id'])}`
    await announce(who.name)
    await untilCustomer(who, 'suspended')

    expect(await pay(who, 100)).toBe('wallet_frozen')
    await fundWallet(coffer, who.walletId, 500n)
    const refused = await coffer.merchant.post(`${path}/capture`, {})
    expect([refused.status, refused.body['code']]).toEqual([409, 'wallet_frozen'])
    expect((await coffer.finance.post(`${path}/capture`, { amount: usd(1_000) })).body).toMatchObject({
      state: 'requires_capture',
      captured: usd(1_000)
    })
    await coffer.advanceClock(8 * DAY_MS)
    expect((await coffer.merchant.get(path)).body['state']).toBe('requires_capture')

    const id = await reviewOf(who)
    const seen = (await who.client.get(`/v1/onboardings/${id}`)).body
    expect([seen['state'], seen['findings'], seen['verdict']]).toEqual(['in_review', undefined, undefined])
    expect((await reviewer.get(`/v1/onboardings/${id}`)).body).toMatchObject({ verdict: { reasons: ['screening'] } })
    expect((await decide(reviewer, id, 'approve')).body['state']).toBe('in_review')
    expect((await decide(reviewer2, id, 'approve')).body['state']).toBe('approved')
    expect(await stateOf(who)).toBe('active')
    expect(await pay(who, 100)).toBe('succeeded')
    await coffer.advanceClock(DAY_MS)
    expect((await who.client.until(path, ({ state }) => state !== 'requires_capture')).body['state']).toBe('succeeded')
    await expectEverythingSettled(coffer)
  })

  it('leaves everybody else as they are, and is looked through once', async () => {
    const who = await known()
    const version = await announce('Zhoquvar Plimbukov')
    // The same list announced again while its run is under way is what that run looks for already.
    const runId = `rescreening/${createHash('sha256').update(version).digest('hex').slice(0, 32)}`
    const isOver = async () => (await runOf(coffer, runId).catch(() => undefined))?.status === 'COMPLETED'
    await waitUntil(isOver, { limitMs: 30_000, otherwise: 'the first run did not end' })
    expect(await screenedBy(version)).toBeGreaterThanOrEqual(4)
    expect(await stateOf(who)).toBe('active')
    expect((await coffer.service.get(`/v1/customers/${coffer.customer('customer-a').id}`)).body['state']).toBe('active')
  })

  it('that a reviewer finds somebody on keeps them suspended when two reject, and their tier as it was', async () => {
    const who = await known()
    await announce(who.name)
    await untilCustomer(who, 'suspended')
    const id = await reviewOf(who)
    expect((await who.client.post(`/v1/onboardings/${id}/withdraw`)).body['code']).toBe('state_conflict')
    await decide(reviewer, id, 'reject')
    expect((await decide(reviewer2, id, 'reject')).body['state']).toBe('rejected')
    expect((await who.client.get(`/v1/customers/${who.customerId}`)).body).toMatchObject({
      state: 'suspended',
      tier: 1
    })
  })

  it('whose reviewer asks for something that never comes is reviewed without it', async () => {
    const who = await known()
    await announce(who.name)
    await untilCustomer(who, 'suspended')
    const id = await reviewOf(who)
    expect((await decide(reviewer, id, 'ask', { items: ['proof_of_address'] })).body['state']).toBe('collecting')
    const happened = (type: string, times: number) =>
      reviewer.until(
        `/v1/onboardings/${id}`,
        ({ timeline }) => (timeline as { type: string }[]).filter((each) => each.type === type).length === times
      )
    const days = [1, 2, 3]
    for (const [index, more] of days.entries()) {
      await coffer.advanceClock(more * DAY_MS)
      await happened('onboarding.reminded', index + 1)
    }
    await coffer.advanceClock(DAY_MS)
    await happened('onboarding.verifying', 2)
    await untilState(reviewer, id, 'in_review')
    expect(await stateOf(who)).toBe('suspended')
  })

  it('that cannot be looked into for a while is looked into later', async () => {
    const who = await known()
    await coffer.sandbox.addRule({ match: { operation: 'screening' }, outcome: 'error', times: 12 })
    await announce(who.name)
    await untilCustomer(who, 'suspended')
  })
})

it('After a year everybody is compared again, though the list is the same', async () => {
  const who = await known()
  const version = await announce('Zhoquvar Plimbukov')
  // The same list announced again while its run is under way is what that run looks for already.
  const runId = `rescreening/${createHash('sha256').update(version).digest('hex').slice(0, 32)}`
  const isOver = async () => (await runOf(coffer, runId).catch(() => undefined))?.status === 'COMPLETED'
  await waitUntil(isOver, { limitMs: 30_000, otherwise: 'the first run did not end' })
  expect(await screenedBy(version)).toBeGreaterThanOrEqual(4)
  const at = async () =>
    (
      await coffer.db
        .selectFrom('screening')
        .select('screened_at')
        .where('customer_id', '=', who.customerId)
        .executeTakeFirstOrThrow()
    ).screened_at
  const before = await at()
  await coffer.advanceClock(366 * DAY_MS)
  await coffer.sandbox.admin('PUT', '/screening-list', {
    version,
    entries: [{ name: 'Zhoquvar Plimbukov', list: 'sanctions' }]
  })
  await waitUntil(async () => (await at()) > before, { limitMs: 30_000, otherwise: 'not screened again' })
})

describe('A worker killed (SIGKILL)', () => {
  it.each(pointsOfTheDay(rescreeningCrashPoints))(
    'at %s is started again, and the customer is suspended once',
    async (point) => {
      const who = await known()
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      await announce(who.name)
      await coffer.worker.ended()
      expect(coffer.worker.endedBy).toBe('SIGKILL')
      await coffer.worker.start({ CRASH_AT: '' })
      // Temporal misses a page's worker by its heartbeat, after 30 s; a page of another run may come before.
      const isSuspended = async () => (await stateOf(who)) === 'suspended'
      await waitUntil(isSuspended, { limitMs: 60_000, otherwise: 'the customer was not suspended' })
      const { body } = await reviewer.get(`/v1/onboardings?customer_id=${who.customerId}`)
      expect(
        (body['data'] as { purpose: string }[]).filter(({ purpose }) => purpose === 'periodic_review')
      ).toHaveLength(1)
    },
    120_000
  )
})
