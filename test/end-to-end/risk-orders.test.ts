import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import {
  addRule,
  availableOf,
  DAY_MS,
  idOf,
  order,
  pay,
  removeRules,
  reviewers,
  reviewIdOf,
  typesOf
} from '../support/risk.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { usd } from '../support/top-ups.ts'

/** So low that the seeded customers come near it: 100 USD, near from 80 USD on. */
const policy = { risk: { structuring: { threshold_usd: '10000' } } }

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy })
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
})
afterEach(() => removeRules(coffer))
afterAll(async () => {
  await expectEverythingSettled(coffer)
  await coffer.stop()
})

type Things = 'withdrawals' | 'top-ups'
const processes = { withdrawals: 'withdrawal', 'top-ups': 'top-up' } as const
const both: [Things, string][] = [
  ['withdrawals', 'withdrawal'],
  ['top-ups', 'top_up']
]

const decide = (id: string, verb: 'approve' | 'reject') =>
  reviewers(coffer).reviewer.post(`/v1/reviews/${reviewIdOf(id)}/${verb}`)
const until = (things: Things, id: string, state: string) =>
  coffer.service.until(`/v1/${things}/${id}`, (body) => body['state'] === state)
const confirm = async (id: string) =>
  (await coffer.asCustomer('customer-a')).post(`/v1/withdrawals/${id}/confirm`, {
    pin: coffer.customer('customer-a').pin
  })

async function held(things: Things, amount = 1_000): Promise<string> {
  await addRule(coffer, { process: processes[things], customer_id: coffer.customer('customer-a').id })
  const made = await order(coffer, things, amount)
  expect(made).toMatchObject({ status: 201, body: { state: 'in_review' } })
  return idOf(made)
}

/** Velocity of withdrawals, and the sums of a week, are over. */
const aWeekLater = () => coffer.advanceClock(8 * DAY_MS)

describe.each(both)('Of %s one that a risk rule of an admin fits', (things, type) => {
  it('waits for a reviewer, moves nothing and asks no bank, and goes its way once it is approved', async () => {
    const before = await availableOf(coffer, 'customer-a')
    const id = await held(things)
    expect(await availableOf(coffer, 'customer-a')).toBe(before)
    // The plan of inquiries begins with the approval, not with the order.
    await coffer.advanceClock(2 * DAY_MS)
    expect(await decide(id, 'approve')).toMatchObject({ status: 200, body: { state: 'approved' } })
    if (things === 'withdrawals') {
      expect((await coffer.service.get(`/v1/withdrawals/${id}`)).body).toMatchObject({ state: 'requires_action' })
      expect((await confirm(id)).status).toBe(200)
    }
    const history = typesOf(await until(things, id, 'succeeded'))
    const confirmed = things === 'withdrawals' ? [`${type}.requires_action`] : []
    expect(history).toEqual([
      `${type}.in_review`,
      ...confirmed,
      ...['processing', 'sent', 'succeeded'].map((state) => `${type}.${state}`)
    ])
    const { body } = await coffer.support.get(`/v1/${things}/${id}`)
    expect(body['risk']).toMatchObject({ outcome: 'hold_for_review', version: 1 })
    expect((await coffer.service.get(`/v1/${things}/${id}`)).body).not.toHaveProperty('risk')
  })

  it('is declined as risk_blocked when the reviewer rejects it, and no bank is asked', async () => {
    const id = await held(things)
    expect(await decide(id, 'reject')).toMatchObject({ status: 200, body: { state: 'rejected' } })
    const { body } = await until(things, id, 'declined')
    expect(body).toMatchObject({ decline_code: 'risk_blocked' })
    expect((await coffer.sandbox.journal('a')).lines.filter(({ reference }) => reference === id)).toEqual([])
  })

  it('is taken back by its customer while it waits, and not afterwards', async () => {
    const id = await held(things)
    const customer = await coffer.asCustomer('customer-a')
    expect((await customer.post(`/v1/${things}/${id}/cancel`)).body).toMatchObject({ state: 'canceled' })
    expect(await customer.post(`/v1/${things}/${id}/cancel`)).toMatchObject({ status: 409 })
    expect(await decide(id, 'approve')).toMatchObject({ status: 409, body: { code: 'state_conflict' } })
  })

  it('is canceled when nobody has decided within three days', async () => {
    const id = await held(things)
    await coffer.advanceClock(3 * DAY_MS + 1)
    expect(typesOf(await until(things, id, 'canceled')).at(-1)).toBe(`${type}.canceled`)
    expect((await coffer.support.get(`/v1/reviews/${reviewIdOf(id)}`)).body).toMatchObject({ state: 'lapsed' })
  })

  it('is declined where what it needs is not there any more when it is approved', async () => {
    const id = await held(things)
    await coffer.admin.put('/v1/policies/kill-switches', { process: processes[things], on: true })
    expect((await decide(id, 'approve')).status).toBe(200)
    expect((await until(things, id, 'declined')).body).toMatchObject({ decline_code: 'rail_suspended' })
    await coffer.admin.put('/v1/policies/kill-switches', { process: processes[things], on: false })
  })

  it('that blocks is declined at once, and a dry run tells both', async () => {
    await aWeekLater()
    const rule = { process: processes[things], customer_id: coffer.customer('customer-a').id }
    const { wallet_id, bank_account_id } = coffer.customer('customer-a')
    const dry = () =>
      coffer.service.post(`/v1/${things}`, { wallet_id, bank_account_id, amount: usd(1_000), dry_run: true })
    await addRule(coffer, rule)
    expect((await dry()).body).toMatchObject({ id: null, state: 'in_review' })
    await addRule(coffer, { ...rule, outcome: 'block' })
    expect((await dry()).body).toMatchObject({ id: null, state: 'declined', decline_code: 'risk_blocked' })
    const made = await order(coffer, things, 1_000)
    expect(made.body).toMatchObject({ state: 'declined', decline_code: 'risk_blocked' })
    expect((await coffer.finance.get(`/v1/${things}/${idOf(made)}`)).body).toMatchObject({ risk: { outcome: 'block' } })
  })

  it('goes on where its run was lost, with what was decided meanwhile', async () => {
    await aWeekLater()
    const id = await held(things)
    await coffer.forgetRun(`${processes[things]}/${id}`)
    expect((await decide(id, 'reject')).status).toBe(200)
    await coffer.sweepUntil(async () => (await coffer.service.get(`/v1/${things}/${id}`)).body['state'] === 'declined')
  })
})

describe('Amounts just below what has to be reported', () => {
  it('are held up where they pass it together within a week; what was declined, is larger, or is older does not count', async () => {
    await aWeekLater()
    expect((await order(coffer, 'top-ups', 8_000)).body).toMatchObject({ state: 'processing' })
    const second = await order(coffer, 'top-ups', 8_000)
    expect(second.body).toMatchObject({ state: 'in_review' })
    const { body } = await coffer.support.get(`/v1/top-ups/${idOf(second)}`)
    expect(body['risk']).toMatchObject({
      rule: 'structuring',
      version: 1,
      inputs: { threshold: '10000', currency: 'USD', near: '2', sum: '16000' }
    })
    await decide(idOf(second), 'reject')
    await until('top-ups', idOf(second), 'declined')
    // What was declined does not count; what is above the threshold is plain to see.
    expect((await order(coffer, 'top-ups', 2_000)).body).toMatchObject({ state: 'processing' })
    expect((await order(coffer, 'top-ups', 10_100)).body).toMatchObject({ state: 'processing' })
    await aWeekLater()
    expect((await order(coffer, 'top-ups', 8_000)).body).toMatchObject({ state: 'processing' })
  })

  it('ordered at once pass no sum together: one after the other is looked at', async () => {
    await aWeekLater()
    const made = await Promise.all(Array.from({ length: 6 }, () => order(coffer, 'top-ups', 3_000)))
    const states = made.map(({ body }) => body['state']).sort()
    expect(states).toEqual([...Array<string>(3).fill('in_review'), ...Array<string>(3).fill('processing')])
    for (const each of made.filter(({ body }) => body['state'] === 'in_review')) await decide(idOf(each), 'reject')
  })

  it('are held up on their way out as well, and are nothing to the customer without limits', async () => {
    await aWeekLater()
    const first = await order(coffer, 'withdrawals', 9_000)
    expect(first.body).toMatchObject({ state: 'processing' })
    const second = await order(coffer, 'withdrawals', 9_000)
    expect(second.body).toMatchObject({ state: 'in_review' })
    await decide(idOf(second), 'reject')
    for (let n = 0; n < 3; n++)
      expect((await order(coffer, 'top-ups', 9_000, 'bench')).body).toMatchObject({ state: 'processing' })
  })
})

describe('Sixty-one payments of one customer at once', () => {
  it('are sixty, and the next one is made ten minutes later', async () => {
    const made = await Promise.all(Array.from({ length: 61 }, () => pay(coffer, 100)))
    const ends = made.map(({ body }) => body['decline_code'] ?? body['state']).sort()
    expect(ends).toEqual([...Array<string>(60).fill('succeeded'), 'velocity_exceeded'])
    const late = await pay(coffer, 100)
    expect(late.body).toMatchObject({ state: 'declined', decline_code: 'velocity_exceeded' })
    const { body } = await coffer.support.get(`/v1/payments/${idOf(late)}`)
    expect(body['risk']).toMatchObject({ outcome: 'block', rule: 'velocity', inputs: { limit: 'payments' } })
    await coffer.advanceClock(11 * 60_000)
    expect((await pay(coffer, 100)).body).toMatchObject({ state: 'succeeded' })
  })
})
