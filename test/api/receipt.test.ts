import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sameDigits } from '../../domain/ids.ts'
import { keyFor, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { createTill, newMerchant, newPayer } from './parties.ts'

let api: ApiUnderTest
let service: string
let till: ReturnType<typeof createTill>
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
  till = createTill(api)
})
afterAll(() => api.stop())

const get = (path: string, authorization = service) => api.http.get(`/v1${path}`).set('Authorization', authorization)
const usd = (amount: string) => ({ amount, currency: 'USD' })

async function sale(amount: bigint, capture: 'automatic' | 'manual' = 'automatic') {
  const [payer, merchantId] = [await newPayer(api), await newMerchant(api)]
  await till.fill(payer.walletId, 100_000n)
  const order = { walletId: payer.walletId, merchantId, amount, capture }
  const paymentId = await till.pay(order)
  return { payer, merchantId, order, paymentId, path: `/receipts/${sameDigits('rct', paymentId)}` }
}

describe('a receipt', () => {
  it('says who was paid, how much, when, and by which posting', async () => {
    const { payer, merchantId, paymentId, path } = await sale(5_000n)
    const { status, body } = await get(path)
    const { body: entries } = await get(`/wallets/${payer.walletId}/entries?limit=1`)
    const [{ posting_id, effective_at, posted_at }] = entries.data
    expect(status).toBe(200)
    expect(body).toEqual({
      id: sameDigits('rct', paymentId),
      object: 'receipt',
      type: 'payment',
      payment_id: paymentId,
      funding: { type: 'balance' },
      state: 'succeeded',
      wallet_id: payer.walletId,
      merchant: { id: merchantId, name: 'Café Grüße', city: 'Köln', country: 'DE' },
      amount: usd('5000'),
      captured: usd('5000'),
      refunded: usd('0'),
      fee: usd('40'),
      entries: [{ posting_id, code: 'payment.capture', amount: usd('5000'), effective_at, posted_at }],
      refunds: [],
      created_at: expect.any(String),
      paid_at: effective_at
    })
    expect((await get(`/payments/${paymentId}`)).body.receipt_id).toBe(body.id)
  })

  it('does not show the customer what the merchant was charged; the merchant sees it', async () => {
    const { payer, merchantId, path } = await sale(5_000n)
    const customer = await get(path, (await sessionFor(api, payer.id)).authorization)
    expect(customer.status).toBe(200)
    expect(customer.body).not.toHaveProperty('fee')
    const merchant = await get(path, await keyFor(api, { role: 'merchant', merchantId }))
    expect(merchant.body.fee).toEqual(usd('40'))
  })

  it('is not there for another customer, another merchant, or anyone who makes an id up', async () => {
    const { path } = await sale(5_000n)
    const stranger = await sessionFor(api, (await newPayer(api)).id)
    const rival = await keyFor(api, { role: 'merchant', merchantId: await newMerchant(api) })
    expect((await get(path, stranger.authorization)).status).toBe(404)
    expect((await get(path, rival)).status).toBe(404)
    expect((await get(`/receipts/rct_${'0'.repeat(32)}`)).status).toBe(404)
  })

  it('of a held payment comes with the first part captured, and lists every part', async () => {
    const { order, paymentId, path } = await sale(5_000n, 'manual')
    expect((await get(path)).status).toBe(404)
    await till.capture(paymentId, order, { amount: '1200', final: false })
    expect((await get(path)).body).toMatchObject({ state: 'requires_capture', captured: usd('1200') })
    await till.capture(paymentId, order, { amount: '800', final: true })
    const { body } = await get(path)
    expect(body).toMatchObject({ state: 'succeeded', amount: usd('5000'), captured: usd('2000') })
    expect(body.entries.map(({ amount }: { amount: object }) => amount)).toEqual([usd('1200'), usd('800')])
    expect(body.paid_at).toBe(body.entries[1].effective_at)
  })

  it('of a payment that was declined does not exist', async () => {
    const [payer, merchantId] = [await newPayer(api), await newMerchant(api)]
    const paymentId = await till.pay({ walletId: payer.walletId, merchantId, amount: 1n })
    expect((await get(`/payments/${paymentId}`)).body.state).toBe('declined')
    expect((await get(`/receipts/${sameDigits('rct', paymentId)}`)).status).toBe(404)
  })
})
