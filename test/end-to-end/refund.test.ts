import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { currency } from '../../domain/currencies.ts'
import { idOf as branded, type MerchantId } from '../../domain/ids.ts'
import { insertMerchant } from '../../store/merchant.ts'
import { owedTo } from '../support/bank-payments.ts'
import { availableOf, pay as payFrom } from '../support/bank-returns.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { emptyMerchant, readRefund, refund, refunded, untilRefund } from '../support/refunds.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectState, historyOf, idOf, usd } from '../support/top-ups.ts'
import { nextNoon } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000

let coffer: Coffer
let payee: string
beforeAll(async () => {
  coffer = await startCoffer()
  payee = coffer.seeded.seed.merchant_id
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
  // The fee stays with us, so a merchant gives one payment back whole out of another.
  await pay(10_000)
})
beforeEach(() => nextNoon(coffer))
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

async function pay(amount: number, more: object = {}): Promise<string> {
  const made = await payFrom(coffer, 'customer-a', amount, more)
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  return idOf(made)
}
const read = async (paymentId: string) => (await coffer.service.get(`/v1/payments/${paymentId}`)).body
const codeOf = ({ status, body }: Answered) => [status, body['code'], ...(body['remaining'] ? [body['remaining']] : [])]
const owed = () => owedTo(coffer, 'merchant_payable', payee)
const taskOf = async (id: string) => (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as object[]

describe('A payment from balance', () => {
  it('is given back in one answer: the merchant pays it, and keeps having paid the fee', async () => {
    const [before, merchant] = [await availableOf(coffer, 'customer-a'), await owed()]
    const payment = await pay(1_000)
    const given = await refund(coffer, payment, undefined, { reason: 'sent back' })
    expect(given.status).toBe(201)
    expect(given.body).toMatchObject({
      object: 'refund',
      state: 'succeeded',
      amount: usd(1_000),
      payment_id: payment,
      wallet_id: coffer.customer('customer-a').wallet_id,
      merchant_id: payee,
      destination: 'wallet',
      reason: 'sent back'
    })
    expect(historyOf(given)).toEqual(['refund.processing', 'refund.succeeded'])
    expect(await availableOf(coffer, 'customer-a')).toBe(before)
    expect(await owed()).toBe(merchant - 16)
    const after = await coffer.service.get(`/v1/payments/${payment}`)
    expect(after.body).toMatchObject({ state: 'succeeded', captured: usd(1_000), refunded: usd(1_000), fee: usd(16) })
    expect(historyOf(after).at(-1)).toBe('payment.refunded')
    const receipt = await coffer.service.get(`/v1/receipts/${String(after.body['receipt_id'])}`)
    expect(receipt.body).toMatchObject({ captured: usd(1_000), refunded: usd(1_000) })
    expect(receipt.body['refunds']).toEqual([
      { id: idOf(given), state: 'succeeded', amount: usd(1_000), destination: 'wallet' }
    ])
  })

  it('is given back in parts, never more than is left of it, whatever asks', async () => {
    const payment = await pay(1_000)
    expectState(await refund(coffer, payment, 300), 'succeeded')
    expect(codeOf(await refund(coffer, payment, 701))).toEqual([409, 'amount_exceeds_refundable', '700'])
    expect(codeOf(await refund(coffer, payment, 701, { dry_run: true }))).toEqual([
      ...[409, 'amount_exceeds_refundable', '700']
    ])
    const rest = await refund(coffer, payment)
    expect(rest.body).toMatchObject({ state: 'succeeded', amount: usd(700) })
    expect(codeOf(await refund(coffer, payment))).toEqual([409, 'amount_exceeds_refundable', '0'])
    expect(await read(payment)).toMatchObject({ refunded: usd(1_000) })
    const listed = (await coffer.merchant.get(`/v1/refunds?payment_id=${payment}`)).body['data'] as object[]
    expect(listed).toMatchObject([{ amount: usd(700) }, { amount: usd(300) }])
  })

  it('is answered the same under the same key, and another order under it is refused', async () => {
    const payment = await pay(1_000)
    const first = await refund(coffer, payment, undefined, {}, 'refund-once')
    const again = await refund(coffer, payment, undefined, {}, 'refund-once')
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(codeOf(await refund(coffer, payment, 100, {}, 'refund-once'))).toEqual([422, 'idempotency_key_reused'])
  })

  it('that is only held has nothing to give back; what was captured of it has', async () => {
    const payment = await pay(1_000, { capture: 'manual' })
    expect(codeOf(await refund(coffer, payment))).toEqual([409, 'payment_not_captured'])
    await coffer.merchant.post(`/v1/payments/${payment}/capture`, { amount: usd(400) })
    expect((await refund(coffer, payment)).body).toMatchObject({ state: 'succeeded', amount: usd(400) })
    await coffer.merchant.post(`/v1/payments/${payment}/capture`, { amount: usd(100) })
    expect((await refund(coffer, payment)).body).toMatchObject({ state: 'succeeded', amount: usd(100) })
    await coffer.merchant.post(`/v1/payments/${payment}/void`)
    expect(await read(payment)).toMatchObject({ state: 'succeeded', captured: usd(500), refunded: usd(500) })
  })

  it('is given back by its merchant or a backend: not by who paid it, another merchant, or an operator', async () => {
    const payment = await pay(1_000)
    const order = { payment_id: payment }
    const customer = await coffer.asCustomer('customer-a')
    for (const caller of [customer, coffer.support, coffer.finance])
      expect(codeOf(await caller.post('/v1/refunds', order))).toEqual([403, 'forbidden'])
    const euros = { ...order, amount: { amount: '100', currency: 'EUR' } }
    expect(codeOf(await coffer.service.post('/v1/refunds', euros))).toEqual([400, 'currency_mismatch'])
    const mine = idOf(await coffer.service.post('/v1/refunds', order))
    for (const reader of [customer, coffer.merchant, coffer.support, coffer.finance])
      expect((await reader.get(`/v1/refunds/${mine}`)).status).toBe(200)
    const other = await coffer.asCustomer('customer-b')
    expect(codeOf(await other.get(`/v1/refunds/${mine}`))).toEqual([404, 'not_found'])
    expect((await other.get('/v1/refunds')).body['data']).toEqual([])
    expect((await customer.get('/v1/refunds?limit=1')).body).toMatchObject({ data: [{ id: mine }], has_more: true })
  })

  it('is not given back while a kill switch is on, and a dry run stores nothing', async () => {
    const payment = await pay(1_000)
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'refund', rail: 'balance', on: true })
    expect(codeOf(await refund(coffer, payment))).toEqual([409, 'rail_suspended'])
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'refund', rail: 'balance', on: false })
    const tried = await refund(coffer, payment, 400, { dry_run: true })
    expect(tried.status).toBe(200)
    expect(tried.body).toMatchObject({ id: null, state: 'succeeded', destination: 'wallet', amount: usd(400) })
    expect(await read(payment)).toMatchObject({ refunded: usd(0) })
  })
})

describe('A refund whose merchant does not have the money', () => {
  /** Paid, and paid out to the merchant since. */
  async function waiting(amount: number): Promise<{ payment: string; id: string }> {
    const payment = await pay(amount)
    await emptyMerchant(coffer)
    const made = await refund(coffer, payment)
    expectState(made, 'pending')
    return { payment, id: idOf(made) }
  }

  it('waits, counts on its payment, and is made once the merchant has been paid enough by others', async () => {
    const before = await availableOf(coffer, 'customer-a')
    const { payment, id } = await waiting(1_000)
    expect((await readRefund(coffer, id)).body).not.toHaveProperty('destination')
    expect(await read(payment)).toMatchObject({ refunded: usd(1_000) })
    expect(codeOf(await refund(coffer, payment))).toEqual([409, 'amount_exceeds_refundable', '0'])
    const small = await refund(coffer, await pay(100), undefined, { dry_run: true })
    expect(small.body).toMatchObject({ id: null, state: 'pending' })
    await pay(2_000)
    await coffer.sweepUntil(async () => (await readRefund(coffer, id)).body['state'] === 'succeeded')
    const over = await readRefund(coffer, id)
    expect(historyOf(over)).toEqual(['refund.pending', 'refund.processing', 'refund.succeeded'])
    expect(await availableOf(coffer, 'customer-a')).toBe(before - 2_100)
  })

  it('can be taken back by the merchant while it waits, and not after that', async () => {
    const { payment, id } = await waiting(1_000)
    expectState(await coffer.merchant.post(`/v1/refunds/${id}/cancel`), 'canceled')
    expect(await read(payment)).toMatchObject({ refunded: usd(0) })
    expect(codeOf(await coffer.merchant.post(`/v1/refunds/${id}/cancel`))).toEqual([409, 'state_conflict'])
    await pay(2_000)
    expectState(await refund(coffer, payment), 'succeeded')
  })

  it('is finance’s task after five days; tried again it is made, and the task is done', async () => {
    const { id } = await waiting(1_000)
    expect(codeOf(await coffer.finance.post(`/v1/refunds/${id}/reject`, { reason: 'too early' }))).toEqual([
      ...[409, 'state_conflict']
    ])
    await coffer.advanceClock(5 * DAY_MS)
    await untilRefund(coffer, id, 'refund.unfunded')
    expect(await taskOf(id)).toMatchObject([{ kind: 'refund_without_funds', state: 'open' }])
    expectState(await coffer.finance.post(`/v1/refunds/${id}/retry`), 'pending')
    await pay(2_000)
    await coffer.finance.post(`/v1/refunds/${id}/retry`)
    expectState(await refunded(coffer, id), 'succeeded')
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
  })

  it('is given up by finance after five days, and the payment can be refunded anew', async () => {
    const { payment, id } = await waiting(1_000)
    await coffer.advanceClock(5 * DAY_MS)
    await untilRefund(coffer, id, 'refund.unfunded')
    const rejected = await coffer.finance.post(`/v1/refunds/${id}/reject`, { reason: 'the merchant is gone' })
    expectState(rejected, 'failed', 'insufficient_funds')
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
    expect(await read(payment)).toMatchObject({ refunded: usd(0) })
  })

  it('goes on when Temporal has lost its run', async () => {
    const { id } = await waiting(1_000)
    await coffer.forgetRun(`refund/${id}`)
    await coffer.advanceClock(60_000)
    await pay(2_000)
    await coffer.sweepUntil(async () => (await readRefund(coffer, id)).body['state'] === 'succeeded')
  })
})

describe('A payment that merchants share', () => {
  let [seller, marketplace]: MerchantId[] = []
  beforeAll(async () => {
    ;[seller, marketplace] = [await newMerchant(), await newMerchant()]
  })

  async function newMerchant(): Promise<MerchantId> {
    const id = branded('mer', `mer_${randomBytes(16).toString('hex')}`)
    const place = { name: 'Stall', city: 'Berlin', country: 'DE', mcc: '5814' }
    await insertMerchant(coffer.db, { id, ...place, currency: currency('USD') })
    return id
  }
  const shared = (own: number, sellers: number, commission: number) =>
    pay(own + sellers + commission, {
      splits: [
        { merchant_id: payee, amount: usd(own) },
        { merchant_id: seller, amount: usd(sellers) },
        { merchant_id: marketplace, amount: usd(commission), type: 'commission' }
      ]
    })
  const all = () => Promise.all([payee, seller!, marketplace!].map((id) => owedTo(coffer, 'merchant_payable', id)))
  async function given(doIt: () => Promise<unknown>): Promise<number[]> {
    const before = await all()
    await doIt()
    return (await all()).map((after, index) => before[index]! - after)
  }

  it('is given back by each in proportion, and in the end exactly what each has got', async () => {
    // Thirds: no part can be shared evenly.
    const payment = await shared(334, 333, 333)
    const parts: number[][] = []
    for (const amount of [100, 401, undefined])
      parts.push(await given(async () => expectState(await refund(coffer, payment, amount), 'succeeded')))
    expect(parts[0]).toEqual([34, 33, 33])
    expect([0, 1, 2].map((who) => parts.reduce((sum, part) => sum + part[who]!, 0))).toEqual([334, 333, 333])
    expect((await read(payment))['splits']).toMatchObject([
      { refunded: usd(334) },
      { refunded: usd(333) },
      { refunded: usd(333) }
    ])
  })

  it('waits for the one who does not have theirs, and takes nothing of the others until then', async () => {
    const payment = await shared(700, 250, 50)
    await emptyMerchant(coffer, seller)
    const moved = await given(async () => expectState(await refund(coffer, payment), 'pending'))
    expect(moved).toEqual([0, 0, 0])
    const [{ id }] = (await coffer.merchant.get(`/v1/refunds?payment_id=${payment}`)).body['data'] as [{ id: string }]
    await shared(700, 250, 50)
    await coffer.sweepUntil(async () => (await readRefund(coffer, id)).body['state'] === 'succeeded')
  })
})
