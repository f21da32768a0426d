import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import {
  addRule,
  availableOf,
  DAY_MS,
  idOf,
  openReviews,
  pay,
  removeRules,
  reviewers,
  reviewIdOf,
  typesOf
} from '../support/risk.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { usd } from '../support/top-ups.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
})
afterEach(() => removeRules(coffer))
afterAll(async () => {
  await expectEverythingSettled(coffer)
  await coffer.stop()
})

const ofCustomerA = () => ({ process: 'payment', customer_id: coffer.customer('customer-a').id })
const approve = (id: string) => reviewers(coffer).reviewer.post(`/v1/reviews/${reviewIdOf(id)}/approve`)
const reject = (id: string) => reviewers(coffer).reviewer.post(`/v1/reviews/${reviewIdOf(id)}/reject`)
const read = (id: string) => coffer.service.get(`/v1/payments/${id}`)
const until = (id: string, state: string) =>
  coffer.service.until(`/v1/payments/${id}`, (body) => body['state'] === state)

/** A payment that a rule holds up. */
async function held(amount = 1_000, more: object = {}): Promise<string> {
  await addRule(coffer, ofCustomerA())
  const made = await pay(coffer, amount, more)
  expect(made).toMatchObject({ status: 201, body: { state: 'in_review' } })
  return idOf(made)
}

describe('A payment that a risk rule of an admin fits', () => {
  it('waits for a reviewer, moves nothing until then, and is paid once it is approved', async () => {
    const before = await availableOf(coffer, 'customer-a')
    const id = await held()
    expect(await availableOf(coffer, 'customer-a')).toBe(before)
    expect(await openReviews(coffer)).toContain(reviewIdOf(id))

    expect(await approve(id)).toMatchObject({ status: 200, body: { state: 'approved', action: 'risk-hold' } })
    const paid = await read(id)
    expect(paid.body).toMatchObject({ state: 'succeeded', captured: usd(1_000) })
    expect(typesOf(paid)).toEqual(['payment.in_review', 'payment.processing', 'payment.succeeded'])
    expect(Number(before) - Number(await availableOf(coffer, 'customer-a'))).toBe(1_000)
  })

  it('is declined as risk_blocked when the reviewer rejects it', async () => {
    const id = await held()
    expect(await reject(id)).toMatchObject({ status: 200, body: { state: 'rejected' } })
    expect((await until(id, 'declined')).body).toMatchObject({ decline_code: 'risk_blocked' })
    expect(await approve(id)).toMatchObject({ status: 409, body: { code: 'state_conflict' } })
  })

  it('is shown with rule, version and inputs to operators, and to nobody else', async () => {
    const { body: rule } = await addRule(coffer, { ...ofCustomerA(), amount_from: usd(900) })
    const id = idOf(await pay(coffer, 1_000))
    const { body } = await coffer.support.get(`/v1/payments/${id}`)
    expect(body['risk']).toMatchObject({
      outcome: 'hold_for_review',
      rule: rule['id'],
      version: 1,
      inputs: { customer_id: coffer.customer('customer-a').id, amount: '1000', amount_from: '900', currency: 'USD' },
      set_by: rule['created_by']
    })
    for (const reader of [coffer.service, coffer.merchant, await coffer.asCustomer('customer-a')])
      expect(JSON.stringify((await reader.get(`/v1/payments/${id}`)).body)).not.toMatch(/"risk"|rsk_/)
    const { body: review } = await coffer.support.get(`/v1/reviews/${reviewIdOf(id)}`)
    expect(review).toMatchObject({ process_id: id, requested_by: rule['created_by'], data: { rule: rule['id'] } })
    expect(Date.parse(String(review['due_at'])) - Date.parse(String(review['created_at']))).toBe(DAY_MS)
    await approve(id)
  })

  it('of another amount, of another currency’s, of another merchant or of another process is paid at once', async () => {
    await addRule(coffer, { ...ofCustomerA(), amount_from: usd(1_001) })
    await addRule(coffer, { ...ofCustomerA(), amount_from: { amount: '1', currency: 'EUR' } })
    await addRule(coffer, { ...ofCustomerA(), process: 'withdrawal' })
    await addRule(coffer, { process: 'payment', customer_id: coffer.customer('customer-b').id })
    expect((await pay(coffer, 1_000)).body).toMatchObject({ state: 'succeeded' })
    expect((await pay(coffer, 1_001)).body).toMatchObject({ state: 'in_review' })
    const [last] = await openReviews(coffer)
    await reviewers(coffer).reviewer.post(`/v1/reviews/${last}/reject`)
  })

  it('that blocks is declined as risk_blocked, also where another rule would only hold it up', async () => {
    await addRule(coffer, ofCustomerA())
    const { body: rule } = await addRule(coffer, {
      process: 'payment',
      outcome: 'block',
      merchant_id: coffer.seeded.seed.merchant_id
    })
    const made = await pay(coffer, 1_000)
    expect(made.body).toMatchObject({ state: 'declined', decline_code: 'risk_blocked' })
    const { body } = await coffer.finance.get(`/v1/payments/${idOf(made)}`)
    expect(body['risk']).toMatchObject({ outcome: 'block', rule: rule['id'] })
  })

  it('is told by a dry run, which opens no review', async () => {
    await addRule(coffer, ofCustomerA())
    const open = await openReviews(coffer)
    expect((await pay(coffer, 1_000, { dry_run: true })).body).toMatchObject({ id: null, state: 'in_review' })
    expect(await openReviews(coffer)).toEqual(open)
  })

  it('twice under one key is one payment and one review', async () => {
    await addRule(coffer, ofCustomerA())
    const [one, two] = await Promise.all([1, 2].map(() => pay(coffer, 1_000, {}, 'twice-in-review')))
    expect([one!.body['state'], two!.body['id']]).toEqual(['in_review', one!.body['id']])
    await reject(idOf(one!))
    expect((await until(idOf(one!), 'declined')).body['timeline']).toHaveLength(2)
  })
})

describe('An approved payment', () => {
  it('still has to be confirmed where it takes that, in five minutes from then on, and is not held up again', async () => {
    const id = await held(60_000)
    await coffer.advanceClock(10 * 60_000)
    expect((await approve(id)).status).toBe(200)
    const { body } = await read(id)
    expect(body).toMatchObject({ state: 'requires_action' })
    const customer = await coffer.asCustomer('customer-a')
    const { pin } = coffer.customer('customer-a')
    const confirmed = await customer.post(`/v1/payments/${id}/confirm`, { pin })
    expect(confirmed).toMatchObject({ status: 200, body: { state: 'succeeded' } })
  })

  it('that is blocked by a rule made meanwhile, or whose wallet is frozen meanwhile, is declined', async () => {
    const [blocked, frozen] = [await held(), await held()]
    await removeRules(coffer)
    const { body } = await addRule(coffer, { ...ofCustomerA(), outcome: 'block' })
    expect((await approve(blocked)).status).toBe(200)
    expect((await read(blocked)).body).toMatchObject({ state: 'declined', decline_code: 'risk_blocked' })
    await coffer.admin.delete(`/v1/risk-rules/${String(body['id'])}`)

    const { wallet_id, password, pin } = coffer.customer('customer-a')
    const owner = await coffer.asCustomer('customer-a')
    await owner.post(`/v1/wallets/${wallet_id}/freeze`)
    expect((await approve(frozen)).status).toBe(200)
    expect((await read(frozen)).body).toMatchObject({ state: 'declined', decline_code: 'wallet_frozen' })
    expect((await owner.post(`/v1/wallets/${wallet_id}/thaw`, { password, pin })).status).toBe(200)
  })

  it('from a bank account is asked for then, and not before', async () => {
    const { bank_account_id } = coffer.customer('customer-a')
    const id = await held(1_100, { funding: { type: 'bank_account', id: bank_account_id } })
    expect((await coffer.sandbox.journal('a')).lines.filter(({ reference }) => reference === id)).toEqual([])
    await approve(id)
    const paid = await until(id, 'succeeded')
    expect(typesOf(paid)).toEqual(['payment.in_review', 'payment.processing', 'payment.sent', 'payment.succeeded'])
  })

  it('may be held for the merchant like any other', async () => {
    const id = await held(1_200, { capture: 'manual' })
    await approve(id)
    expect((await read(id)).body).toMatchObject({ state: 'requires_capture' })
    expect((await coffer.merchant.post(`/v1/payments/${id}/capture`)).body).toMatchObject({ state: 'succeeded' })
  })
})

describe('A payment in review', () => {
  it('is taken back by its customer, and its review lapses', async () => {
    const id = await held()
    const customer = await coffer.asCustomer('customer-a')
    expect((await customer.post(`/v1/payments/${id}/cancel`)).body).toMatchObject({ state: 'canceled' })
    expect((await coffer.support.get(`/v1/reviews/${reviewIdOf(id)}`)).body).toMatchObject({ state: 'lapsed' })
    expect(await approve(id)).toMatchObject({ status: 409, body: { code: 'state_conflict' } })
  })

  it('is decided by reviewers alone, once', async () => {
    const id = await held()
    const path = `/v1/reviews/${reviewIdOf(id)}`
    for (const other of [coffer.finance, coffer.admin, coffer.support, coffer.service])
      expect((await other.post(`${path}/approve`)).status).toBe(403)
    const { reviewer, reviewer2 } = reviewers(coffer)
    const both = await Promise.all([reviewer.post(`${path}/approve`), reviewer2.post(`${path}/reject`)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const won = both[0].status === 200 ? 'succeeded' : 'declined'
    await until(id, won)
  })

  it('is not decided by whose rule it is', async () => {
    const id = await held()
    const { pool } = coffer
    // The seeded admin has no reviewer's key: the rule's author is made one of them.
    const { rows } = await pool.query<{ decided_by: string }>(
      `select o.id as decided_by from operator o where o.role = 'reviewer' order by o.name limit 1`
    )
    await pool.query(`update review set requested_by = $1 where id = $2`, [rows[0]!.decided_by, reviewIdOf(id)])
    expect((await approve(id)).body).toMatchObject({ code: 'four_eyes_required' })
    const { reviewer2 } = reviewers(coffer)
    expect((await reviewer2.post(`/v1/reviews/${reviewIdOf(id)}/reject`)).status).toBe(200)
    await until(id, 'declined')
  })

  it('goes on where its run was lost, with what was decided meanwhile', async () => {
    const id = await held()
    await coffer.forgetRun(`payment/${id}`)
    expect((await approve(id)).status).toBe(202)
    await coffer.sweepUntil(async () => (await read(id)).body['state'] === 'succeeded')
  })

  it('is expired when nobody has decided within three days, and its review was escalated before that', async () => {
    const id = await held()
    await coffer.advanceClock(DAY_MS + 1)
    await coffer.sweepUntil(async () => typesOf(await read(id)).includes('payment.review_escalated'))
    await coffer.advanceClock(2 * DAY_MS)
    expect(typesOf(await until(id, 'expired'))).toEqual([
      'payment.in_review',
      'payment.review_escalated',
      'payment.expired'
    ])
    expect((await coffer.support.get(`/v1/reviews/${reviewIdOf(id)}`)).body).toMatchObject({ state: 'lapsed' })
  })
})
