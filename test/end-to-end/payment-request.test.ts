import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import jsqr from 'jsqr'
import { PNG } from 'pngjs'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { untilRequestNoticed } from '../support/payment-requests.ts'
import { expectEverythingSettled } from '../support/settled.ts'

// Its types name a default export of CommonJS that Node does not see.
const jsQR = jsqr as unknown as typeof jsqr.default
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
  await fundFromCapital(coffer, 'bench', 1_000_000n)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

const ask = async (body: object, key?: string): Promise<Answered> =>
  coffer.merchant.post('/v1/payment-requests', body, key)
const asked = async (body: object): Promise<string> => {
  const { status, body: made } = await ask(body)
  expect(status).toBe(201)
  return String(made['id'])
}
const read = (id: string) => coffer.merchant.get(`/v1/payment-requests/${id}`)
const pay = (more: object, login: 'customer-a' | 'bench' = 'customer-a', key?: string): Promise<Answered> =>
  coffer.service.post('/v1/payments', { wallet_id: coffer.customer(login).wallet_id, ...more }, key)
const available = async (login: 'customer-a' | 'bench') => {
  const { body } = await coffer.service.get(`/v1/wallets/${coffer.customer(login).wallet_id}`)
  return Number((body['available'] as { amount: string }).amount)
}
const eventsOf = async (id: string) => {
  const { body } = await coffer.merchant.get(`/v1/events?object_id=${id}`)
  return (body['data'] as { type: string }[]).map(({ type }) => type)
}
const runIsOver = async (id: string) => {
  const { body } = await coffer.finance.get(`/v1/payment-requests/${id}`)
  expect(body['run']).toMatchObject({ workflow_id: `payment-request/${id}` })
  await untilNoticed(id)
}
const untilNoticed = (id: string) => untilRequestNoticed(coffer, id)

describe('A payment request of a fixed amount', () => {
  it('is open for 24 hours, with a code, two pictures of it, and a link that carries only its id', async () => {
    const made = await ask({
      amount: usd(1_250),
      description: 'Two coffees',
      reference: 'INV-7',
      metadata: { till: '3' }
    })
    const id = String(made.body['id'])
    expect(made).toMatchObject({
      status: 201,
      body: {
        object: 'payment_request',
        state: 'open',
        merchant_id: coffer.seeded.seed.merchant_id,
        amount: usd(1_250),
        currency: 'USD',
        description: 'Two coffees',
        reference: 'INV-7',
        multi_use: false,
        times_paid: 0,
        amount_paid: usd(0),
        metadata: { till: '3' },
        url: `${coffer.api.url}/v1/payment-requests/${id}`
      }
    })
    expect(made.headers.get('location')).toBe(`/v1/payment-requests/${id}`)
    const leftMs = Date.parse(String(made.body['expires_at'])) - Date.parse(String(made.body['created_at']))
    expect(Math.abs(leftMs - DAY_MS)).toBeLessThan(MINUTE_MS)
    const decoded = await coffer.merchant.post('/v1/qr-codes/decode', { text: made.body['qr_text'] }, null)
    expect(decoded.body).toMatchObject({ payment_request_id: id, amount: usd(1_250), static: false, payable: true })
    const picture = await fetch(`${coffer.api.url}/v1/payment-requests/${id}.png`, bearer())
    const { data, width, height } = PNG.sync.read(Buffer.from(await picture.arrayBuffer()))
    expect(jsQR(new Uint8ClampedArray(data), width, height)?.data).toBe(made.body['qr_text'])
    const drawing = await fetch(`${coffer.api.url}/v1/payment-requests/${id}.svg`, bearer())
    expect(drawing.headers.get('content-type')).toBe('image/svg+xml')
    expect(await drawing.text()).toContain('<svg')
    expect((await read(id)).body).toEqual(made.body)
  })

  it('is paid by its id, once, by one unit of work, and its run ends', async () => {
    const id = await asked({ amount: usd(1_000) })
    const before = await available('customer-a')
    const paid = await pay({ payment_request_id: id })
    expect(paid).toMatchObject({
      status: 201,
      body: {
        state: 'succeeded',
        captured: usd(1_000),
        payment_request_id: id,
        merchant_id: coffer.seeded.seed.merchant_id
      }
    })
    expect(await available('customer-a')).toBe(before - 1_000)
    expect((await read(id)).body).toMatchObject({
      state: 'paid',
      payment_id: paid.body['id'],
      times_paid: 1,
      amount_paid: usd(1_000)
    })
    expect(await eventsOf(id)).toEqual(['payment_request.open', 'payment_request.paid'])
    await runIsOver(id)
    const again = await pay({ payment_request_id: id }, 'bench')
    expect(again).toMatchObject({ status: 409, body: { code: 'payment_request_paid' } })
  })

  it('is paid by its scanned code', async () => {
    const { body } = await ask({ amount: usd(700) })
    const paid = await pay({ qr: body['qr_text'] })
    expect(paid.body).toMatchObject({ state: 'succeeded', captured: usd(700), payment_request_id: body['id'] })
    await untilNoticed(String(body['id']))
  })

  it('takes its own amount and no other, and no hold', async () => {
    const id = await asked({ amount: usd(500) })
    const refusal = async (more: object) => (await pay({ payment_request_id: id, ...more })).body['code']
    expect(await refusal({ amount: usd(501) })).toBe('amount_mismatch')
    expect(await refusal({ capture: 'manual' })).toBe('capture_not_supported')
    expect(await refusal({ merchant_id: coffer.seeded.seed.merchant_id })).toBe('invalid_request')
    expect((await pay({ payment_request_id: id, amount: usd(500) })).body).toMatchObject({ state: 'succeeded' })
    await untilNoticed(id)
  })

  it('gives the same answer to the same key, also when this very payment has paid it, and to the one who asked', async () => {
    const [key, payKey] = [randomUUID(), randomUUID()]
    const made = await ask({ amount: usd(400) }, key)
    const paid = await pay({ payment_request_id: made.body['id'] }, 'customer-a', payKey)
    const repeated = await pay({ payment_request_id: made.body['id'] }, 'customer-a', payKey)
    expect(repeated).toMatchObject({ status: 201, body: paid.body })
    expect(repeated.headers.get('idempotent-replayed')).toBe('true')
    const madeAgain = await ask({ amount: usd(400) }, key)
    expect(madeAgain.body).toEqual(made.body)
    expect(await ask({ amount: usd(401) }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' }
    })
    const { body } = await pay({ payment_request_id: made.body['id'], description: 'other' }, 'customer-a', payKey)
    expect(body['code']).toBe('idempotency_key_reused')
    await untilNoticed(String(made.body['id']))
  })

  it('is told by dry_run what paying it would do, and stays open', async () => {
    const id = await asked({ amount: usd(300) })
    const dry = await pay({ payment_request_id: id, dry_run: true })
    expect(dry).toMatchObject({ status: 200, body: { id: null, state: 'succeeded', payment_request_id: id } })
    expect((await read(id)).body).toMatchObject({ state: 'open', times_paid: 0 })
  })

  it('that a payer cannot afford is declined, and stays open for the next one', async () => {
    const id = await asked({ amount: usd(2_000) })
    const poor = await coffer.service.post('/v1/payments', {
      wallet_id: coffer.customer('customer-b').wallet_id,
      payment_request_id: id
    })
    expect(poor.body).toMatchObject({ state: 'declined', decline_code: 'insufficient_funds', payment_request_id: id })
    expect((await pay({ payment_request_id: id })).body).toMatchObject({ state: 'succeeded' })
    await untilNoticed(id)
  })
})

describe('A payment request of an open amount', () => {
  it('needs the currency, is paid with what the payer names, and says how much that was', async () => {
    expect(await ask({})).toMatchObject({ status: 400, body: { errors: [{ pointer: '/currency' }] } })
    const made = await ask({ currency: 'USD', description: 'Tips' })
    expect(made.body['amount']).toBeUndefined()
    const id = String(made.body['id'])
    expect((await pay({ payment_request_id: id })).body).toMatchObject({ code: 'amount_required' })
    expect((await pay({ qr: made.body['qr_text'], amount: usd(123) })).body).toMatchObject({ captured: usd(123) })
    expect((await read(id)).body).toMatchObject({ state: 'paid', times_paid: 1, amount_paid: usd(123) })
    await untilNoticed(id)
  })
})

describe('A payment request for many payments', () => {
  it('stays open, counts what was paid, and ends with the count when it is canceled', async () => {
    const made = await ask({ currency: 'USD', multi_use: true })
    const id = String(made.body['id'])
    for (const amount of [100, 250]) await pay({ payment_request_id: id, amount: usd(amount) })
    await pay({ qr: made.body['qr_text'], amount: usd(50) }, 'bench')
    expect((await read(id)).body).toMatchObject({ state: 'open', times_paid: 3, amount_paid: usd(400) })
    const key = randomUUID()
    const canceled = await coffer.merchant.post(`/v1/payment-requests/${id}/cancel`, {}, key)
    expect(canceled).toMatchObject({ status: 200, body: { state: 'canceled', times_paid: 3, amount_paid: usd(400) } })
    expect((await coffer.merchant.post(`/v1/payment-requests/${id}/cancel`, {}, key)).body).toEqual(canceled.body)
    expect(await eventsOf(id)).toEqual(['payment_request.open', 'payment_request.canceled'])
    const late = await pay({ payment_request_id: id, amount: usd(10) })
    expect(late).toMatchObject({ status: 409, body: { code: 'payment_request_canceled' } })
  })
})

describe('A payment request that nobody paid', () => {
  it('expires when its time is over, and cannot be paid any more', async () => {
    const id = await asked({ amount: usd(100), expires_in_ms: 15 * MINUTE_MS })
    await coffer.advanceClock(15 * MINUTE_MS)
    await coffer.merchant.until(`/v1/payment-requests/${id}`, ({ state }) => state === 'expired')
    expect(await pay({ payment_request_id: id })).toMatchObject({
      status: 409,
      body: { code: 'payment_request_expired' }
    })
    expect(await eventsOf(id)).toEqual(['payment_request.open', 'payment_request.expired'])
  })

  it('is taken back by its merchant or the backend, once', async () => {
    const id = await asked({ amount: usd(100) })
    const canceled = await coffer.service.post(`/v1/payment-requests/${id}/cancel`)
    expect(canceled).toMatchObject({ status: 200, body: { state: 'canceled', times_paid: 0 } })
    const again = await coffer.merchant.post(`/v1/payment-requests/${id}/cancel`)
    expect(again).toMatchObject({ status: 409, body: { code: 'state_conflict' } })
  })

  it.each([15 * MINUTE_MS - 1, 90 * DAY_MS + 1, 0, 1.5])('is not made for %s milliseconds', async (expires_in_ms) => {
    const { status, body } = await ask({ amount: usd(100), expires_in_ms })
    expect({ status, errors: body['errors'] }).toMatchObject({ status: 400, errors: [{ pointer: '/expires_in_ms' }] })
  })
})

describe('A payment request that needs the payer’s PIN', () => {
  const confirm = async (id: unknown) =>
    (await coffer.asCustomer('customer-a')).post(`/v1/payments/${String(id)}/confirm`, {
      pin: coffer.customer('customer-a').pin
    })

  it('is paid by the confirmation, and is open until then', async () => {
    const id = await asked({ amount: usd(50_000) })
    const waiting = await pay({ payment_request_id: id })
    expect(waiting.body).toMatchObject({ state: 'requires_action', payment_request_id: id })
    expect((await read(id)).body).toMatchObject({ state: 'open' })
    expect((await confirm(waiting.body['id'])).body).toMatchObject({ state: 'succeeded', captured: usd(50_000) })
    expect((await read(id)).body).toMatchObject({ state: 'paid', payment_id: waiting.body['id'] })
    await untilNoticed(id)
  })

  it.each(['paid', 'canceled', 'expired'] as const)(
    'and was %s before the confirmation came is declined, and moves nothing',
    async (end) => {
      const id = await asked({ amount: usd(50_000), expires_in_ms: 15 * MINUTE_MS })
      // Close to the end, so that the request runs out before the confirmation does.
      await coffer.advanceClock(14 * MINUTE_MS)
      const waiting = await pay({ payment_request_id: id })
      expect(waiting.body).toMatchObject({ state: 'requires_action' })
      if (end === 'paid') await pay({ payment_request_id: id }, 'bench')
      if (end === 'canceled') await coffer.merchant.post(`/v1/payment-requests/${id}/cancel`)
      if (end === 'expired') await coffer.advanceClock(MINUTE_MS)
      const before = await available('customer-a')
      const declined = await confirm(waiting.body['id'])
      expect(declined.body).toMatchObject({ state: 'declined', decline_code: `payment_request_${end}` })
      expect(await available('customer-a')).toBe(before)
      await coffer.merchant.until(`/v1/payment-requests/${id}`, ({ state }) => state === end)
      if (end === 'paid') await untilNoticed(id)
    }
  )
})

const bearer = () => ({ headers: { authorization: `Bearer ${coffer.seeded.keys.merchant}` } })
