import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { askingForPayment, owedTo, paid, payByBank, readPayment } from '../support/bank-payments.ts'
import { owedBy, pay, resumeAccount, returnOf, takeBack, toppedUp } from '../support/bank-returns.ts'
import { callBack } from '../support/call-back.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectSoon, expectState, historyOf, idOf, runOf, topUp, usd, waiting } from '../support/top-ups.ts'
import { walletOf, withdraw, withdrawn } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: { withdrawal: { fee_usd: '30' } }, bankBDelayMs: 1_000 })
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

/** Bench without money, owing so much. */
async function owing(amount: number): Promise<string> {
  const id = await toppedUp(coffer, 'bench', amount)
  await pay(coffer, 'bench', (await walletOf(coffer, 'bench')).available)
  await takeBack(coffer, id)
  expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'receivable', outstanding: usd(amount) })
  return id
}
const paidOff = async () => {
  const owed = await owedBy(coffer, 'bench')
  if (owed > 0) await toppedUp(coffer, 'bench', owed)
}
const taskOf = async (id: unknown) =>
  (await coffer.finance.get(`/v1/tasks?process_id=${String(id)}`)).body['data'] as object[]
const wallet = async (login: 'bench' | 'customer-a' = 'bench') =>
  (await coffer.service.get(`/v1/wallets/${coffer.customer(login).wallet_id}`)).body

describe('A top-up that the bank takes back', () => {
  it('leaves the wallet that still has it; the return is recovered at once, and the bank’s charge is ours', async () => {
    const id = await toppedUp(coffer, 'bench', 10_000)
    await takeBack(coffer, id, { charge: '250' })
    const returned = await returnOf(coffer, id)
    expect(returned.body).toMatchObject({
      state: 'recovered',
      original_id: id,
      operation: 'pull',
      amount: usd(10_000),
      owed: usd(0),
      in_window: true,
      reason: 'insufficient_funds'
    })
    expect(historyOf(returned)).toEqual(['bank_return.received', 'bank_return.recovered'])
    const original = await coffer.service.get(`/v1/top-ups/${id}`)
    expect(original.body).toMatchObject({ state: 'succeeded', returned: usd(10_000) })
    expect(historyOf(original).at(-1)).toBe('top_up.returned')
    expect(await walletOf(coffer, 'bench')).toMatchObject({ available: 0 })
    const { rows } = await coffer.pool.query<{ charged: string }>(
      `select (debits_posted - credits_posted)::text as charged from ledger_account where kind = 'bank_fee_expense'`
    )
    expect(rows).toEqual([{ charged: '250' }])
    await expectSoon(async () => (await runOf(coffer, `bank-return/${idOf(returned)}`)).status, 'COMPLETED')
  })

  it('and was spent is owed: finance has a task, nothing leaves the wallet, and what comes in pays it first', async () => {
    const id = await toppedUp(coffer, 'customer-a', 10_000)
    await pay(coffer, 'customer-a', 2_500)
    await takeBack(coffer, id)
    const returned = await returnOf(coffer, id)
    expect(returned.body).toMatchObject({ state: 'receivable', owed: usd(2_500), outstanding: usd(2_500) })
    expect(await taskOf(idOf(returned))).toMatchObject([{ kind: 'customer_receivable', state: 'open' }])
    expect(await wallet('customer-a')).toMatchObject({ state: 'frozen', frozen_by: ['bank_return'] })
    await toppedUp(coffer, 'customer-a', 1_000)
    expect(await owedBy(coffer, 'customer-a')).toBe(1_500)
    expect(await walletOf(coffer, 'customer-a')).toMatchObject({ available: 0 })
    expect((await pay(coffer, 'customer-a', 100)).body).toMatchObject({ decline_code: 'wallet_frozen' })
    expect((await withdraw(coffer, 'customer-a', 100)).body).toMatchObject({ decline_code: 'wallet_frozen' })
    await toppedUp(coffer, 'customer-a', 4_000)
    const over = await returnOf(coffer, id)
    expect(over.body).toMatchObject({ state: 'recovered', owed: usd(2_500), outstanding: usd(0) })
    expect(historyOf(over)).toEqual(
      ['received', 'receivable', 'partly_recovered', 'recovered'].map((type) => `bank_return.${type}`)
    )
    expect(await walletOf(coffer, 'customer-a')).toMatchObject({ available: 2_500 })
    expect(await wallet('customer-a')).toMatchObject({ state: 'active' })
    expect(await wallet('customer-a')).not.toHaveProperty('frozen_by')
    expect(await taskOf(idOf(returned))).toMatchObject([{ state: 'done' }])
    await expectSoon(async () => (await runOf(coffer, `bank-return/${idOf(returned)}`)).status, 'COMPLETED')
    const owner = await coffer.asCustomer('customer-a')
    expect((await owner.get('/v1/bank-returns')).body['data']).toMatchObject([
      { id: idOf(returned), state: 'recovered' }
    ])
    expect((await (await coffer.asCustomer('bench')).get(`/v1/bank-returns/${idOf(returned)}`)).status).toBe(404)
  })

  it('stays frozen for it whatever its owner freezes and thaws, and their own freeze outlives it', async () => {
    await owing(700)
    const owner = await coffer.asCustomer('bench')
    const { wallet_id, password, pin } = coffer.customer('bench')
    const path = `/v1/wallets/${wallet_id}`
    expect((await owner.post(`${path}/thaw`, { password, pin })).body['code']).toBe('state_conflict')
    expect((await owner.post(`${path}/freeze`)).body['frozen_by']).toEqual(['owner', 'bank_return'])
    const thawed = await owner.post(`${path}/thaw`, { password, pin })
    expect(thawed.body).toMatchObject({ state: 'frozen', frozen_by: ['bank_return'] })
    expect((await pay(coffer, 'bench', 100)).body).toMatchObject({ decline_code: 'wallet_frozen' })
    await paidOff()
    expect(await wallet()).toMatchObject({ state: 'active' })
  })

  it('by an amount that ends in 05 comes back by itself after two days', async () => {
    const id = await toppedUp(coffer, 'bench', 2_005)
    await coffer.advanceClock(2 * DAY_MS)
    expect((await returnOf(coffer, id)).body).toMatchObject({ reason: 'insufficient_funds', in_window: true })
  })

  it.each([
    ['insufficient_funds', 8, false],
    ['unauthorized', 59, true],
    ['unauthorized', 61, false]
  ])('as %s after %i days is booked, in its window: %s', async (reason, days, inWindow) => {
    const id = await toppedUp(coffer, 'bench', 1_000)
    await coffer.advanceClock(days * DAY_MS)
    await takeBack(coffer, id, { reason })
    expect((await returnOf(coffer, id)).body).toMatchObject({ reason, in_window: inWindow, amount: usd(1_000) })
    if (reason === 'unauthorized') await resumeAccount(coffer, 'bench')
  })
})

describe('A withdrawal that comes back', () => {
  it('is in the wallet again, without the fee, and pays first what its owner owes', async () => {
    await toppedUp(coffer, 'bench', 5_000)
    const sent = idOf(await withdraw(coffer, 'bench', 2_000))
    expect((await withdrawn(coffer, sent)).body['state']).toBe('succeeded')
    await owing(500)
    await takeBack(coffer, sent)
    const returned = await returnOf(coffer, sent)
    expect(returned.body).toMatchObject({ state: 'recovered', operation: 'push', owed: usd(0) })
    expect((await coffer.service.get(`/v1/withdrawals/${sent}`)).body).toMatchObject({
      state: 'succeeded',
      fee: usd(30),
      returned: usd(2_000)
    })
    expect(await owedBy(coffer, 'bench')).toBe(0)
    expect(await walletOf(coffer, 'bench')).toMatchObject({ posted: 1_500, available: 1_500 })
  })
})

describe('A payment that the bank takes back', () => {
  it('leaves the wallet as far as it goes, the payer owes the rest, and the merchant keeps theirs', async () => {
    await toppedUp(coffer, 'bench', 1_000)
    const { available } = await walletOf(coffer, 'bench')
    const amount = available + 3_000
    const id = idOf(await payByBank(coffer, 'bench', amount))
    expectState(await paid(coffer, id), 'succeeded')
    const earned = await owedTo(coffer, 'merchant_payable', coffer.seeded.seed.merchant_id)
    const seenByMerchant = await coffer.merchant.get(`/v1/payments/${id}`)
    await takeBack(coffer, id)
    const returned = await returnOf(coffer, id)
    expect(returned.body).toMatchObject({
      state: 'receivable',
      operation: 'pull',
      original_id: id,
      amount: usd(amount)
    })
    expect(returned.body).toMatchObject({ owed: usd(3_000), outstanding: usd(3_000) })
    const original = await readPayment(coffer, id)
    expect(original.body).toMatchObject({ state: 'succeeded', captured: usd(amount), returned: usd(amount) })
    expect(historyOf(original).at(-1)).toBe('payment.returned')
    const { updated_at: _, ...shown } = (await coffer.merchant.get(`/v1/payments/${id}`)).body
    expect(seenByMerchant.body).toMatchObject(shown)
    const { body } = await coffer.merchant.get('/v1/events?type=payment.returned')
    expect(body['data']).toEqual([])
    expect(await owedTo(coffer, 'merchant_payable', coffer.seeded.seed.merchant_id)).toBe(earned)
    expect(await walletOf(coffer, 'bench')).toMatchObject({ available: 0 })
    expect(await wallet()).toMatchObject({ state: 'frozen', frozen_by: ['bank_return'] })
    await paidOff()
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered', outstanding: usd(0) })
    expect(await wallet()).toMatchObject({ state: 'active' })
    const told = await coffer.support.get(`/v1/customers/${coffer.customer('bench').id}/timeline?type=bank_return`)
    const run = { workflow_id: `bank-return/${idOf(returned)}` }
    expect((told.body['data'] as { id: string }[]).filter((entry) => entry.id === idOf(returned))).toMatchObject([
      { type: 'bank_return.recovered', object: 'bank_return', record: `/v1/bank-returns/${idOf(returned)}`, run },
      { type: 'bank_return.receivable' },
      { type: 'bank_return.received' }
    ])
  })

  it('is not paid by another one that a bank pays: who owes starts none, and one on its way passes whole', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'pull', amount: '2300' }, outcome: 'error', booked: true })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const onItsWay = idOf(await payByBank(coffer, 'bench', 2_300))
    await askingForPayment(coffer, onItsWay)
    await owing(1_500)
    for (const dry_run of [true, false])
      expectState(await payByBank(coffer, 'bench', 100, { dry_run }), 'declined', 'wallet_frozen')
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', onItsWay)
    expect((await paid(coffer, onItsWay)).body).toMatchObject({ state: 'succeeded', captured: usd(2_300) })
    expect(await owedBy(coffer, 'bench')).toBe(1_500)
    await paidOff()
  })
})

describe('What a hold gives back', () => {
  it('pays what is owed, be it a withdrawal that the bank declines or a payment that is voided', async () => {
    const id = await toppedUp(coffer, 'bench', 9_000)
    const all = (await walletOf(coffer, 'bench')).available
    const held = await pay(coffer, 'bench', all - 3_031, { capture: 'manual' })
    await coffer.sandbox.addRule({ match: { operation: 'push' }, outcome: 'error', booked: false })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const sent = idOf(await withdraw(coffer, 'bench', 3_001))
    await takeBack(coffer, id)
    const returned = await returnOf(coffer, id)
    expect(returned.body).toMatchObject({ state: 'receivable', outstanding: usd(9_000) })
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', sent)
    expect((await withdrawn(coffer, sent)).body['state']).toBe('declined')
    expect(await owedBy(coffer, 'bench')).toBe(9_000 - 3_031)
    const voided = await coffer.merchant.post(`/v1/payments/${idOf(held)}/void`)
    expect(voided.body['state']).toBe('canceled')
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered' })
    expect(await walletOf(coffer, 'bench')).toEqual({ posted: all - 9_000, pending: 0, available: all - 9_000 })
  })
})

describe('The news of a return', () => {
  it('five times, out of order, together with forged ones, book it once', async () => {
    const id = await toppedUp(coffer, 'bench', 3_000)
    const reference = await takeBack(coffer, id, { reports: 5 })
    const again = Array.from({ length: 5 }, () => callBack(coffer, 'a', reference))
    const body = JSON.stringify({ reference })
    const forged = fetch(`${coffer.api.url}/v1/callbacks/bank-a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body
    })
    expect(await Promise.all(again)).toEqual([202, 202, 202, 202, 202])
    expect((await forged).status).toBe(401)
    const returned = await returnOf(coffer, id)
    await callBack(coffer, 'a', reference)
    expect((await returnOf(coffer, id)).body).toEqual(returned.body)
    expect((await coffer.sandbox.admin('POST', '/returns', { bank: 'a', reference: id, reason: 'again' })).status).toBe(
      409
    )
  })

  it('of one that the bank does not know change nothing, and nobody asks again', async () => {
    expect(await callBack(coffer, 'a', 'RTNA999999999999')).toBe(202)
    await expectSoon(async () => {
      const { rows } = await coffer.pool.query<{ dismissed: boolean }>(
        `select dismissed from bank_return_news where reference = 'RTNA999999999999'`
      )
      return rows[0]?.dismissed
    }, true)
  })

  it('that are lost are found by the sweeper in the bank’s own list', async () => {
    const id = await toppedUp(coffer, 'bench', 3_100)
    await takeBack(coffer, id, { reports: 0 })
    const found = async () =>
      (await coffer.db.selectFrom('bank_return').select('id').where('original_id', '=', id).execute()).length === 1
    await coffer.sweepUntil(found)
    expect((await returnOf(coffer, id)).body['state']).toBe('recovered')
  })

  it('before we know that the top-up was booked wait for it', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'pull' }, outcome: 'error', booked: true })
    const lost = await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const id = idOf(await topUp(coffer, 'bench', 3_200))
    await waiting(coffer, id)
    const before = await walletOf(coffer, 'bench')
    const reference = await takeBack(coffer, id)
    await expectSoon(async () => (await coffer.service.get(`/v1/top-ups/${id}`)).body['state'], 'processing')
    await coffer.sandbox.admin('DELETE', `/rules/${lost}`)
    await callBack(coffer, 'a', id)
    await callBack(coffer, 'a', reference)
    await coffer.advanceClock(60_000)
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered' })
    expect(await walletOf(coffer, 'bench')).toEqual(before)
  })
})
