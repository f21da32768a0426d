import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { encodeQr } from '../../domain/qr.ts'
import type { MerchantId, PaymentRequestId } from '../../domain/ids.ts'
import { keyFor, newId, newKey, sessionFor, startApi, type ApiUnderTest, type TestCustomer } from './api-under-test.ts'
import { createTill, newMerchant, newPayer, USD } from './parties.ts'

let api: ApiUnderTest
let merchantId: MerchantId
let other: MerchantId
let merchant: string
let stranger: string
let service: string
let payer: TestCustomer & { readonly walletId: string }
let customer: string
let requestId: PaymentRequestId
beforeAll(async () => {
  api = await startApi()
  merchantId = await newMerchant(api)
  other = await newMerchant(api)
  merchant = await keyFor(api, { role: 'merchant', merchantId })
  stranger = await keyFor(api, { role: 'merchant', merchantId: other })
  service = await keyFor(api, 'service')
  payer = await newPayer(api)
  customer = (await sessionFor(api, payer.id)).authorization
  requestId = await createTill(api).request(merchantId)
})
afterAll(() => api.stop())

const get = (path: string, authorization: string) => api.http.get(`/v1${path}`).set({ Authorization: authorization })
const post = (path: string, body: object, authorization: string) =>
  api.http.post(`/v1${path}`).set({ Authorization: authorization, 'Idempotency-Key': newKey() }).send(body)
const usd = (amount: string) => ({ amount, currency: 'USD' })
const pay = (more: object) => post('/payments', { wallet_id: payer.walletId, ...more }, service)

describe('Asking for money', () => {
  it.each([
    [
      'an amount of another currency than the merchant’s',
      { amount: { amount: '5', currency: 'EUR' } },
      'currency_mismatch'
    ],
    ['an open amount of another currency', { currency: 'EUR' }, 'currency_mismatch'],
    ['an amount and another currency', { amount: usd('5'), currency: 'EUR' }, 'currency_mismatch'],
    ['an amount that no code can hold', { amount: usd('99999999999999') }, 'qr_amount_invalid'],
    ['neither amount nor currency', {}, 'invalid_request'],
    ['a field that nobody knows', { currency: 'USD', expires_at: '2027-01-01T00:00:00Z' }, 'invalid_request']
  ])('with %s is refused', async (_, body, code) => {
    const answered = await post('/payment-requests', body, merchant)
    expect([answered.status, answered.body.code]).toEqual([400, code])
  })

  it('in the name of another merchant is like asking for one that does not exist', async () => {
    for (const named of [other, newId('mer')]) {
      const answered = await post('/payment-requests', { merchant_id: named, currency: 'USD' }, merchant)
      expect([answered.status, answered.body.code]).toEqual([404, 'not_found'])
    }
  })

  it('as a backend needs the merchant, who has to be at work', async () => {
    const nobody = await post('/payment-requests', { currency: 'USD' }, service)
    expect(nobody.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/merchant_id' }] })
    const closed = await newMerchant(api)
    await api.deps.db.updateTable('merchant').set({ state: 'suspended' }).where('id', '=', closed).execute()
    const suspended = await post('/payment-requests', { merchant_id: closed, currency: 'USD' }, service)
    expect([suspended.status, suspended.body.code]).toEqual([409, 'payee_unavailable'])
  })
})

describe('Reading a payment request', () => {
  it('shows a customer who asks for what, and nothing of the merchant’s own or of other payers', async () => {
    const { body } = await get(`/payment-requests/${requestId}`, customer)
    expect(body).toEqual({
      id: requestId,
      object: 'payment_request',
      state: 'open',
      merchant_id: merchantId,
      merchant_name: 'Café Grüße',
      currency: 'USD',
      multi_use: false,
      expires_at: expect.any(String)
    })
  })

  it('shows its merchant all of it, and another merchant nothing', async () => {
    const { body } = await get(`/payment-requests/${requestId}`, merchant)
    expect(body).toMatchObject({ times_paid: 0, metadata: {}, timeline: [{ type: 'payment_request.open' }] })
    expect(body.url).toBe(`${api.url}/v1/payment-requests/${requestId}`)
    for (const path of ['', '.png', '.svg']) {
      expect((await get(`/payment-requests/${requestId}${path}`, stranger)).status).toBe(404)
    }
    expect((await post(`/payment-requests/${requestId}/cancel`, {}, stranger)).status).toBe(404)
  })
})

describe('The list of payment requests', () => {
  it('pages through a merchant’s own, newest first, and by state', async () => {
    const seller = await newMerchant(api)
    const key = await keyFor(api, { role: 'merchant', merchantId: seller })
    const till = createTill(api)
    const made: string[] = []
    for (let n = 0; n < 3; n++) made.push(await till.request(seller))
    const first = await get('/payment-requests?limit=2&state=open', key)
    const unnamed = await get(`/payment-requests?limit=2&cursor=${first.body.next_cursor}`, service)
    expect(unnamed.status).toBe(400)
    const rest = await get(`/payment-requests?limit=2&merchant_id=${seller}&cursor=${first.body.next_cursor}`, service)
    const listed = [...first.body.data, ...rest.body.data].map(({ id }: { id: string }) => id)
    expect(listed.sort()).toEqual(made.sort())
    expect(rest.body.has_more).toBe(false)
    expect(first.body.data[0]).toMatchObject({ state: 'open', times_paid: 0, qr_text: expect.any(String) })
    expect((await get('/payment-requests?state=paid', key)).body.data).toEqual([])
    expect((await get(`/payment-requests?merchant_id=${seller}`, stranger)).status).toBe(404)
  })
})

describe('Paying a payment request', () => {
  const codeOf = (paymentRequestId: string, merchant: MerchantId) => {
    const place = { merchantName: 'Café', merchantCity: 'Köln', country: 'DE', mcc: '5814' }
    return encodeQr({ ...place, merchantId: merchant, paymentRequestId, currency: USD })
  }

  it('that does not exist is 404 by its id, and by a code that names it', async () => {
    const unknown = newId('prq')
    const byId = await pay({ payment_request_id: unknown, amount: usd('1') })
    expect([byId.status, byId.body.code]).toEqual([404, 'not_found'])
    const byCode = await pay({ qr: codeOf(unknown, merchantId), amount: usd('1') })
    expect([byCode.status, byCode.body.code]).toEqual([400, 'qr_not_payable'])
  })

  it('by a code that names another merchant than its own is refused: somebody made it up', async () => {
    const forged = await pay({ qr: codeOf(requestId, other), amount: usd('1') })
    expect([forged.status, forged.body.code]).toEqual([400, 'qr_not_payable'])
  })

  it('names one payee and no second one', async () => {
    for (const more of [{}, { payment_request_id: requestId, qr: codeOf(requestId, merchantId) }]) {
      const answered = await pay({ ...more, amount: usd('1') })
      expect([answered.status, answered.body.code]).toEqual([400, 'invalid_request'])
    }
  })
})
