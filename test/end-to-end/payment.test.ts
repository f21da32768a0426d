import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'

const DAY_MS = 86_400_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
  await fundFromCapital(coffer, 'customer-b', 100_000n)
})
afterAll(() => coffer?.stop())

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })
const order = (login: 'customer-a' | 'customer-b', amount: number, more: object = {}) => ({
  wallet_id: coffer.customer(login).wallet_id,
  merchant_id: coffer.seeded.seed.merchant_id,
  amount: usd(amount),
  ...more
})
const pay = (login: 'customer-a' | 'customer-b', amount: number, more: object = {}, key?: string): Promise<Answered> =>
  coffer.service.post('/v1/payments', order(login, amount, more), key)
const hold = async (amount: number) => {
  const held = await payConfirmed('customer-a', amount, { capture: 'manual' })
  expect(held.body).toMatchObject({ state: 'requires_capture', amount: usd(amount), captured: usd(0) })
  return String(held.body['id'])
}
/** Pays, and confirms with the PIN when the rules ask for it. */
async function payConfirmed(login: 'customer-a' | 'customer-b', amount: number, more: object = {}): Promise<Answered> {
  const made = await pay(login, amount, more)
  if (made.body['state'] !== 'requires_action') return made
  const customer = await coffer.asCustomer(login)
  return customer.post(`/v1/payments/${String(made.body['id'])}/confirm`, { pin: coffer.customer(login).pin })
}
const available = async (login: 'customer-a' | 'customer-b') => {
  const { body } = await coffer.service.get(`/v1/wallets/${coffer.customer(login).wallet_id}`)
  return Number((body['available'] as { amount: string }).amount)
}
const states = ({ body }: Answered) => (body['timeline'] as { state: string }[]).map(({ state }) => state)

describe('A payment from balance', () => {
  it('is captured in one answer, with the fee of the merchant and a receipt', async () => {
    const before = await available('customer-a')
    const paid = await pay('customer-a', 1050, { metadata: { order: '42' } })
    expect(paid.status).toBe(201)
    expect(paid.headers.get('location')).toBe(`/v1/payments/${String(paid.body['id'])}`)
    // 60 bp of 10.50 = 0.063 → 0.06, and 0.10 fixed.
    expect(paid.body).toMatchObject({
      state: 'succeeded',
      captured: usd(1050),
      fee: usd(16),
      metadata: { order: '42' }
    })
    expect(states(paid)).toEqual(['processing', 'succeeded'])
    expect(await available('customer-a')).toBe(before - 1050)
    const receipt = await coffer.service.get(`/v1/receipts/${String(paid.body['receipt_id'])}`)
    expect(receipt.status).toBe(200)
  })

  it('above the balance is declined, and nothing moves', async () => {
    const before = await available('customer-b')
    const paid = await pay('customer-b', before + 1)
    expect(paid).toMatchObject({ status: 201, body: { state: 'declined' } })
    expect(['insufficient_funds', 'limit_exceeded']).toContain(paid.body['decline_code'])
    expect(await available('customer-b')).toBe(before)
  })

  it('by a scanned code of the merchant takes the payee and the amount from it', async () => {
    const { merchant_id } = coffer.seeded.seed
    const code = await coffer.merchant.post('/v1/qr-codes', { merchant_id, amount: usd(777) })
    const { wallet_id } = coffer.customer('customer-a')
    const paid = await coffer.service.post('/v1/payments', { wallet_id, qr: code.body['text'] })
    expect(paid.body).toMatchObject({ state: 'succeeded', amount: usd(777), merchant_id })
    const other = await coffer.service.post('/v1/payments', { wallet_id, qr: code.body['text'], amount: usd(778) })
    expect(other).toMatchObject({ status: 400, body: { code: 'amount_mismatch' } })
  })

  it('tells by dry_run what would happen, and stores nothing', async () => {
    const before = await coffer.db.selectFrom('process').select('id').execute()
    const dry = await pay('customer-a', 60_000, { dry_run: true })
    expect(dry).toMatchObject({ status: 200, body: { id: null, state: 'requires_action', fee: usd(370) } })
    expect(await coffer.db.selectFrom('process').select('id').execute()).toHaveLength(before.length)
  })

  it('by a kill switch is declined until it is switched off', async () => {
    const kill = (on: boolean) =>
      coffer.admin.put('/v1/policies/kill-switches', { process: 'payment', rail: 'balance', on })
    await kill(true)
    expect((await pay('customer-a', 500)).body).toMatchObject({ state: 'declined', decline_code: 'rail_suspended' })
    await kill(false)
    expect((await pay('customer-a', 500)).body).toMatchObject({ state: 'succeeded' })
  })
})

describe('The same Idempotency-Key', () => {
  it('with the same body gets the same answer, however often and whoever answers', async () => {
    const key = randomUUID()
    const first = await pay('customer-a', 300, {}, key)
    const second = await pay('customer-a', 300, {}, key)
    expect(second.status).toBe(201)
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(second.body).toEqual(first.body)
  })

  it('with another body is refused, and pays nothing', async () => {
    const key = randomUUID()
    await pay('customer-a', 300, {}, key)
    const before = await available('customer-a')
    expect(await pay('customer-a', 301, {}, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' }
    })
    expect(await available('customer-a')).toBe(before)
  })

  it('tells the first answer when Temporal has forgotten the run, and the payment has moved on', async () => {
    const key = randomUUID()
    const first = await pay('customer-a', 300, { capture: 'manual' }, key)
    expect(first.body).toMatchObject({ state: 'requires_capture' })
    const id = String(first.body['id'])
    await coffer.merchant.post(`/v1/payments/${id}/capture`)
    await coffer.forgetRun(`payment/${id}`)
    const second = await pay('customer-a', 300, { capture: 'manual' }, key)
    expect(second.body).toEqual(first.body)
    expect((await coffer.service.get(`/v1/payments/${id}`)).body).toMatchObject({ state: 'succeeded' })
  })
})

describe('A manual capture', () => {
  it('in parts books the fee of the whole, and the last part closes it', async () => {
    const id = await hold(1000)
    const part = await coffer.merchant.post(`/v1/payments/${id}/capture`, { amount: usd(300) })
    expect(part).toMatchObject({ status: 200, body: { state: 'requires_capture', captured: usd(300), fee: usd(12) } })
    const rest = await coffer.merchant.post(`/v1/payments/${id}/capture`)
    expect(rest).toMatchObject({ status: 200, body: { state: 'succeeded', captured: usd(1000), fee: usd(16) } })
  })

  it('that is final with an amount gives the rest back', async () => {
    const before = await available('customer-a')
    const id = await hold(1000)
    expect(await available('customer-a')).toBe(before - 1000)
    const captured = await coffer.merchant.post(`/v1/payments/${id}/capture`, { amount: usd(400), final: true })
    expect(captured.body).toMatchObject({ state: 'succeeded', captured: usd(400) })
    expect(await available('customer-a')).toBe(before - 400)
  })

  it('above the remainder is refused, and the refusal stays', async () => {
    const id = await hold(1000)
    const key = randomUUID()
    const tooMuch = await coffer.merchant.post(`/v1/payments/${id}/capture`, { amount: usd(1001) }, key)
    expect(tooMuch).toMatchObject({ status: 409, body: { code: 'amount_exceeds_hold' } })
    const again = await coffer.merchant.post(`/v1/payments/${id}/capture`, { amount: usd(1001) }, key)
    expect(again).toMatchObject({ status: 409, body: { code: 'amount_exceeds_hold' } })
    expect((await coffer.merchant.post(`/v1/payments/${id}/void`)).body).toMatchObject({ state: 'canceled' })
  })

  it('after a void is refused', async () => {
    const id = await hold(900)
    await coffer.merchant.post(`/v1/payments/${id}/void`)
    expect(await coffer.merchant.post(`/v1/payments/${id}/capture`)).toMatchObject({
      status: 409,
      body: { code: 'state_conflict' }
    })
  })

  it('not done in 7 days expires, and gives everything back', async () => {
    const before = await available('customer-a')
    const id = await hold(1000)
    await coffer.advanceClock(7 * DAY_MS)
    await coffer.service.until(`/v1/payments/${id}`, ({ state }) => state === 'expired')
    expect(await available('customer-a')).toBe(before)
  })
})

describe('A payment of 500 USD', () => {
  const big = () => pay('customer-a', 50_000)
  const confirm = async (id: unknown, pin: string) =>
    (await coffer.asCustomer('customer-a')).post(`/v1/payments/${String(id)}/confirm`, { pin })

  it('waits for the customer’s PIN, and moves nothing before', async () => {
    const before = await available('customer-a')
    const asked = await big()
    expect(asked).toMatchObject({ status: 201, body: { state: 'requires_action', captured: usd(0) } })
    expect(asked.body['confirm_before']).toBeDefined()
    expect(await available('customer-a')).toBe(before)
    const confirmed = await confirm(asked.body['id'], coffer.customer('customer-a').pin)
    expect(confirmed).toMatchObject({ status: 200, body: { state: 'succeeded', captured: usd(50_000) } })
    expect(states(confirmed)).toEqual(['requires_action', 'processing', 'succeeded'])
  })

  it('is not confirmed by a service, a merchant or another customer', async () => {
    const { body } = await big()
    const path = `/v1/payments/${String(body['id'])}/confirm`
    const pin = { pin: coffer.customer('customer-a').pin }
    expect((await coffer.service.post(path, pin)).status).toBe(403)
    expect((await coffer.merchant.post(path, pin)).status).toBe(403)
    expect((await (await coffer.asCustomer('customer-b')).post(path, pin)).status).toBe(404)
    expect((await coffer.service.post(`/v1/payments/${String(body['id'])}/cancel`)).body).toMatchObject({
      state: 'canceled'
    })
  })

  it('expires after 5 minutes', async () => {
    const { body } = await big()
    await coffer.advanceClock(300_000)
    await coffer.service.until(`/v1/payments/${String(body['id'])}`, ({ state }) => state === 'expired')
    expect(await confirm(body['id'], coffer.customer('customer-a').pin)).toMatchObject({ status: 409 })
  })

  it('with wrong PINs says how many are left, then is locked', async () => {
    const { body } = await pay('customer-b', 50_000)
    const customer = await coffer.asCustomer('customer-b')
    const wrong = () => customer.post(`/v1/payments/${String(body['id'])}/confirm`, { pin: '000001' })
    expect(await wrong()).toMatchObject({ status: 403, body: { code: 'confirmation_failed', attempts_left: 4 } })
    for (let left = 3; left >= 0; left--) expect((await wrong()).body).toMatchObject({ attempts_left: left })
    const locked = await wrong()
    expect(locked).toMatchObject({ status: 429, body: { code: 'pin_locked' } })
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(1_700)
  })
})

describe('A request for a payment', () => {
  it.each([
    ['of nothing', { amount: usd(0) }],
    ['below zero', { amount: { amount: '-1', currency: 'USD' } }],
    ['with an exponent', { amount: { amount: '1e3', currency: 'USD' } }],
    ['with a fraction', { amount: { amount: '0.1', currency: 'USD' } }],
    ['of 2^63', { amount: { amount: '9223372036854775808', currency: 'USD' } }],
    ['with a space', { amount: { amount: ' 1', currency: 'USD' } }],
    ['as a number', { amount: { amount: 1, currency: 'USD' } }],
    ['in another currency', { amount: { amount: '100', currency: 'EUR' } }],
    ['with a state', { state: 'succeeded' }],
    ['with a fee', { fee: usd(0) }]
  ])('%s is refused', async (_, change) => {
    expect((await pay('customer-a', 100, change)).status).toBe(400)
  })

  it('of someone else’s wallet is not found', async () => {
    const other = await coffer.asCustomer('customer-b')
    expect((await other.post('/v1/payments', order('customer-a', 100))).status).toBe(404)
  })
})
