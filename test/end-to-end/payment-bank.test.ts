import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { askingForPayment, byBank, owedTo, paid, payByBank, requestFor } from '../support/bank-payments.ts'
import { fundFromCapital } from '../support/fund.ts'
import { untilRequestNoticed } from '../support/payment-requests.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { bookedTimes, callBack, expectState, historyOf, idOf, impatient, runOf, usd } from '../support/top-ups.ts'
import { nextNoon, outgoingOf, walletOf } from '../support/withdrawals.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
  await fundFromCapital(coffer, 'bench', 100_000n)
})
beforeEach(() => nextNoon(coffer))
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const earned = () => owedTo(coffer, 'merchant_payable', coffer.seeded.seed.merchant_id)
const codeOf = ({ status, body }: Answered) => [status, body['code']]

describe('A payment from a bank account', () => {
  it('at a bank that answers at once is paid through the wallet, whose balance stays as it was', async () => {
    const [before, merchant] = [await walletOf(coffer, 'customer-a'), await earned()]
    const made = await payByBank(coffer, 'customer-a', 2_000, {}, 'bank-at-once')
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ state: 'processing', captured: usd(0), fee: usd(0) })
    const { bank_account_id } = coffer.customer('customer-a')
    expect(made.body['funding']).toEqual({ type: 'bank_account', id: bank_account_id })
    const over = await paid(coffer, idOf(made))
    expectState(over, 'succeeded')
    expect(over.body).toMatchObject({ captured: usd(2_000), fee: usd(22) })
    expect(over.body['funding']).toMatchObject({ id: bank_account_id, reference: expect.stringMatching(/./) })
    expect(historyOf(over)).toEqual(['payment.processing', 'payment.sent', 'payment.succeeded'])
    expect(await walletOf(coffer, 'customer-a')).toEqual(before)
    expect((await earned()) - merchant).toBe(2_000 - 22)
    expect(await bookedTimes(coffer, 'a', idOf(made))).toBe(1)
    const again = await payByBank(coffer, 'customer-a', 2_000, {}, 'bank-at-once')
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([made.body, 'true'])
    const { attributes } = await runOf(coffer, `payment/${idOf(made)}`)
    expect(attributes).toMatchObject({ Rail: 'bank_a', ProcessState: 'succeeded' })
  })

  it('at a bank that reports later is paid when its callback has come, once, however often it comes', async () => {
    const made = await payByBank(coffer, 'customer-b', 1_006)
    expectState(made, 'processing')
    await askingForPayment(coffer, idOf(made))
    await coffer.advanceClock(5 * 60_000)
    const over = await paid(coffer, idOf(made))
    expectState(over, 'succeeded')
    expect(await callBack(coffer, 'b', idOf(made))).toBe(202)
    expect(await bookedTimes(coffer, 'b', idOf(made))).toBe(1)
    expect(historyOf(over)).toEqual(['payment.processing', 'payment.sent', 'payment.succeeded'])
  })

  it.each([
    [1_001, 'insufficient_funds'],
    [1_002, 'account_closed'],
    [1_004, 'bank_not_received']
  ])('of %i that the bank does not book is declined with its code, and gives the limits back', async (amount, code) => {
    const before = await Promise.all([walletOf(coffer, 'customer-a'), earned(), outgoingOf(coffer, 'customer-a')])
    const made = await payByBank(coffer, 'customer-a', amount)
    if (amount === 1_004) {
      await askingForPayment(coffer, idOf(made))
      await coffer.advanceClock(60_000)
    }
    expectState(await paid(coffer, idOf(made)), 'declined', code)
    const [wallet, merchant, counted] = before
    expect([await walletOf(coffer, 'customer-a'), await earned()]).toEqual([wallet, merchant])
    // The day's counter is new, and nothing stands on it; the month's is as it was.
    const outgoing = (await outgoingOf(coffer, 'customer-a')).filter((used) => used > 0)
    expect(outgoing).toEqual(counted.filter((used) => used > 0))
  })

  it('is found out by inquiry where the answer was lost', async () => {
    const made = await payByBank(coffer, 'customer-a', 1_003)
    await askingForPayment(coffer, idOf(made))
    await coffer.advanceClock(60_000)
    expectState(await paid(coffer, idOf(made)), 'succeeded')
    expect(await bookedTimes(coffer, 'a', idOf(made))).toBe(1)
  })

  it('cannot be captured later, nor be paid from what is unknown, somebody else’s, or a card', async () => {
    const from = (type: string, id: string) => payByBank(coffer, 'customer-a', 1_000, { funding: { type, id } })
    expect(codeOf(await payByBank(coffer, 'customer-a', 1_000, { capture: 'manual' }))).toEqual([
      ...[400, 'capture_not_supported']
    ])
    const { bank_account_id: others } = coffer.customer('customer-b')
    for (const [type, id] of [
      ['bank_account', others],
      ['bank_account', `ban_${'0'.repeat(32)}`],
      ['bank_account', 'ban'],
      ['card', `crd_${'0'.repeat(32)}`]
    ] as const)
      expect(codeOf(await from(type, id))).toEqual([404, 'not_found'])
  })
})

describe('Before a bank is asked for a payment', () => {
  it('limits, the kill switch of its rail and an account that was unlinked decline it', async () => {
    expectState(await payByBank(coffer, 'customer-a', 500_100), 'declined', 'limit_exceeded')
    const rail = { process: 'payment', rail: 'bank_a' }
    await coffer.admin.put('/v1/policies/kill-switches', { ...rail, on: true })
    const suspended = await payByBank(coffer, 'customer-a', 1_000)
    await coffer.admin.put('/v1/policies/kill-switches', { ...rail, on: false })
    expectState(suspended, 'declined', 'rail_suspended')
    const { bank_account_id } = coffer.customer('customer-a')
    const setTo = (state: 'linked' | 'unlinked') =>
      coffer.db.updateTable('bank_account').set({ state }).where('id', '=', bank_account_id).execute()
    await setTo('unlinked')
    const unlinked = await payByBank(coffer, 'customer-a', 1_000)
    await setTo('linked')
    expectState(unlinked, 'declined', 'account_closed')
    for (const { body } of [suspended, unlinked]) expect(await bookedTimes(coffer, 'a', String(body['id']))).toBe(0)
  })

  it('a dry run says that it would be on its way, and asks nobody', async () => {
    const { lines } = await coffer.sandbox.journal('a')
    const said = await payByBank(coffer, 'customer-a', 1_000, { dry_run: true })
    expect(said.status).toBe(200)
    expect(said.body).toMatchObject({ id: null, state: 'processing', fee: usd(16), captured: usd(0) })
    expect((await coffer.sandbox.journal('a')).lines).toHaveLength(lines.length)
  })

  it('the customer confirms 500 USD and more: then it is pulled, and the receipt says from where', async () => {
    const made = await payByBank(coffer, 'customer-a', 60_000)
    expectState(made, 'requires_action')
    const customer = await coffer.asCustomer('customer-a')
    const { pin, bank_account_id } = coffer.customer('customer-a')
    const confirmed = await customer.post(`/v1/payments/${idOf(made)}/confirm`, { pin }, 'confirm-bank')
    expectState(confirmed, 'processing')
    const over = await paid(coffer, idOf(made))
    expectState(over, 'succeeded')
    const again = await customer.post(`/v1/payments/${idOf(made)}/confirm`, { pin }, 'confirm-bank')
    expect(again.body).toEqual(confirmed.body)
    const receipt = (await customer.get(`/v1/receipts/${String(over.body['receipt_id'])}`)).body
    expect(receipt).toMatchObject({ captured: usd(60_000), funding: { type: 'bank_account', id: bank_account_id } })
    expect(receipt['entries']).toHaveLength(1)
  })

  it('confirming, canceling and the end of its time exclude each other, and what was not confirmed is not pulled', async () => {
    const customer = await coffer.asCustomer('customer-a')
    const { pin } = coffer.customer('customer-a')
    for (let round = 0; round < 6; round++) {
      await nextNoon(coffer)
      const [before, id] = [await earned(), idOf(await payByBank(coffer, 'customer-a', 50_000))]
      const [confirmed, canceled] = await Promise.all([
        customer.post(`/v1/payments/${id}/confirm`, { pin }),
        coffer.service.post(`/v1/payments/${id}/cancel`),
        ...(round % 2 ? [coffer.advanceClock(5 * 60_000)] : [])
      ])
      const { state } = (await paid(coffer, id)).body
      const said = { confirmed: confirmed.status === 200, canceled: canceled.status === 200 }
      expect({ state, ...said }).toEqual({
        state,
        confirmed: state === 'succeeded',
        canceled: state === 'canceled'
      })
      expect(await bookedTimes(coffer, 'a', id)).toBe(state === 'succeeded' ? 1 : 0)
      expect((await earned()) - before).toBe(state === 'succeeded' ? 50_000 - 310 : 0)
    }
  })

  it('the account cannot be unlinked while one is on its way from it', async () => {
    const made = await payByBank(coffer, 'customer-b', 1_000)
    await askingForPayment(coffer, idOf(made))
    const customer = await coffer.asCustomer('customer-b')
    const { bank_account_id } = coffer.customer('customer-b')
    expect(codeOf(await customer.post(`/v1/bank-accounts/${bank_account_id}/unlink`))).toEqual([409, 'state_conflict'])
    await coffer.advanceClock(5 * 60_000)
    expectState(await paid(coffer, idOf(made)), 'succeeded')
  })
})

describe('A payment request that is paid from a bank account', () => {
  const MINUTE_MS = 60_000
  const HOUR_MS = 60 * MINUTE_MS
  /** Through bank B, which reports minutes later. */
  const begin = async (requestId: string, amount?: number) => {
    const { wallet_id } = coffer.customer('customer-b')
    const order = { wallet_id, payment_request_id: requestId, ...byBank(coffer, 'customer-b') }
    const made = await coffer.service.post('/v1/payments', { ...order, ...(amount && { amount: usd(amount) }) })
    expectState(made, 'processing')
    await askingForPayment(coffer, idOf(made))
    return idOf(made)
  }
  const payFromBalance = (requestId: string) => {
    const { wallet_id } = coffer.customer('bench')
    return coffer.service.post('/v1/payments', { wallet_id, payment_request_id: requestId })
  }
  const read = async (id: string) => (await coffer.merchant.get(`/v1/payment-requests/${id}`)).body
  const cancel = (id: string) => coffer.merchant.post(`/v1/payment-requests/${id}/cancel`)

  it('is kept for that payment while the bank takes its time: nobody else pays it, and it neither ends nor is canceled', async () => {
    const requestId = await requestFor(coffer, 1_000, { expires_in_ms: HOUR_MS })
    const rule = { match: { operation: 'pull', amount: '1000' }, outcome: 'accept', delay_ms: 3 * HOUR_MS }
    await coffer.sandbox.addRule(rule)
    const id = await begin(requestId)
    expect(await read(requestId)).toMatchObject({ state: 'open', reserved_by: id, times_paid: 0 })
    expect(codeOf(await payFromBalance(requestId))).toEqual([409, 'payment_request_reserved'])
    expect(codeOf(await cancel(requestId))).toEqual([409, 'payment_request_reserved'])
    await coffer.advanceClock(2 * HOUR_MS)
    expect(await read(requestId)).toMatchObject({ state: 'open', reserved_by: id })
    await coffer.advanceClock(2 * HOUR_MS)
    expectState(await paid(coffer, id), 'succeeded')
    await untilRequestNoticed(coffer, requestId)
    expect(await read(requestId)).toMatchObject({ state: 'paid', payment_id: id, times_paid: 1 })
    expect(await read(requestId)).not.toHaveProperty('reserved_by')
  })

  it('can be paid by somebody else once the bank has declined', async () => {
    const requestId = await requestFor(coffer, 1_001)
    const id = await begin(requestId)
    await coffer.advanceClock(5 * MINUTE_MS)
    expectState(await paid(coffer, id), 'declined', 'insufficient_funds')
    expectState(await payFromBalance(requestId), 'succeeded')
    await untilRequestNoticed(coffer, requestId)
    const { body } = await coffer.merchant.get(`/v1/payment-requests/${requestId}`)
    expect((body['timeline'] as { type: string }[]).map(({ type }) => type)).toEqual([
      ...['open', 'reserved', 'freed', 'paid'].map((type) => `payment_request.${type}`)
    ])
  })

  it('ends at once when the bank declines after its time', async () => {
    const requestId = await requestFor(coffer, 1_002, { expires_in_ms: 15 * MINUTE_MS })
    const rule = { match: { operation: 'pull', amount: '1002' }, outcome: 'decline', delay_ms: HOUR_MS }
    await coffer.sandbox.addRule(rule)
    const id = await begin(requestId)
    await coffer.advanceClock(30 * MINUTE_MS)
    expect(await read(requestId)).toMatchObject({ state: 'open' })
    await coffer.advanceClock(HOUR_MS)
    expectState(await paid(coffer, id), 'declined', 'bank_declined')
    const over = await coffer.merchant.until(`/v1/payment-requests/${requestId}`, ({ state }) => state !== 'open')
    expect(over.body).toMatchObject({ state: 'expired' })
  })

  it('and that many may pay counts it when it comes, though it was canceled meanwhile', async () => {
    const { body } = await coffer.merchant.post('/v1/payment-requests', { currency: 'USD', multi_use: true })
    const requestId = String(body['id'])
    const id = await begin(requestId, 1_000)
    expect((await cancel(requestId)).body).toMatchObject({ state: 'canceled', times_paid: 0 })
    await coffer.advanceClock(5 * MINUTE_MS)
    expectState(await paid(coffer, id), 'succeeded')
    expect(await read(requestId)).toMatchObject({ state: 'canceled', times_paid: 1, amount_paid: usd(1_000) })
  })

  it('is paid exactly once when a payer from balance comes at the same moment', async () => {
    for (let round = 0; round < 6; round++) {
      await nextNoon(coffer)
      const requestId = await requestFor(coffer, 1_000 + round * 100)
      const { wallet_id } = coffer.customer('customer-a')
      const before = await earned()
      const answers = await Promise.all([
        coffer.service.post('/v1/payments', {
          wallet_id,
          payment_request_id: requestId,
          ...byBank(coffer, 'customer-a')
        }),
        payFromBalance(requestId)
      ])
      const ends = await Promise.all(
        answers.map(async (made) => (made.status === 201 ? (await paid(coffer, idOf(made))).body['state'] : 'refused'))
      )
      expect(ends.filter((end) => end === 'succeeded')).toHaveLength(1)
      expect((await earned()) - before).toBeLessThan(1_000 + round * 100)
      await untilRequestNoticed(coffer, requestId)
    }
  })
})
