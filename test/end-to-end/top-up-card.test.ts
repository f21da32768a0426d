import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { owedTo } from '../support/bank-payments.ts'
import { journaled, newCard } from '../support/card-payments.ts'
import { magicNumber, newNumber } from '../support/cards.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import {
  balanceOf,
  callBack,
  ended,
  expectSoon,
  expectState,
  historyOf,
  idOf,
  impatient,
  runOf,
  until,
  usd,
  waiting
} from '../support/top-ups.ts'
import { confirmed, walletOf, withdraw, withdrawn } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

let coffer: Coffer
let card: string
beforeAll(async () => {
  coffer = await startCoffer({ policy: { ...impatient, card_link: { per_day_max: 100, cards_max: 100 } } })
  card = await newCard(coffer)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

/** Of customer-a's wallet; US cents. */
const topUpBy = (card_id: string, amount: number, more: object = {}, key?: string): Promise<Answered> => {
  const { wallet_id } = coffer.customer('customer-a')
  return coffer.service.post('/v1/top-ups', { wallet_id, card_id, amount: usd(amount), ...more }, key)
}
const toppedUpBy = async (card_id: string, amount: number) => ended(coffer, idOf(await topUpBy(card_id, amount)))
const answered = (answer: Answered) => [
  answer.status,
  answer.body['decline_code'] ?? answer.body['code'] ?? answer.body['state']
]
const available = async () => (await walletOf(coffer, 'customer-a')).available
const tasksOf = async (id: string) =>
  (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as Record<string, unknown>[]

describe('A top-up by card', () => {
  it('is taken from the card once, is in the wallet, and is owed to us by the acquirer', async () => {
    const [before, owed] = [await available(), await owedTo(coffer, 'bank_in_transit', 'acquirer')]
    const made = await topUpBy(card, 2_000, { metadata: { note: 'x' } }, 'top-up-by-card')
    expect(made).toMatchObject({ status: 201, body: { state: 'processing', card_id: card, metadata: { note: 'x' } } })
    expect(made.body).not.toHaveProperty('bank_account_id')
    const over = await ended(coffer, idOf(made))
    expectState(over, 'succeeded')
    expect(over.body['acquirer_reference']).toEqual(expect.any(String))
    expect(historyOf(over)).toEqual(['top_up.processing', 'top_up.sent', 'top_up.succeeded'])
    expect((await available()) - before).toBe(2_000)
    expect((await owedTo(coffer, 'bank_in_transit', 'acquirer')) - owed).toBe(-2_000)
    expect(await journaled(coffer, idOf(made))).toEqual(['sale in 2000'])
    const again = await topUpBy(card, 2_000, { metadata: { note: 'x' } }, 'top-up-by-card')
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([made.body, 'true'])
    const { attributes } = await runOf(coffer, `top-up/${idOf(made)}`)
    expect(attributes).toMatchObject({ Rail: 'acquirer', ProcessState: 'succeeded' })
    const customer = await coffer.asCustomer('customer-a')
    expect((await customer.get('/v1/top-ups?limit=1')).body['data']).toMatchObject([{ id: idOf(made), card_id: card }])
    expect((await topUpBy(card, 500, { dry_run: true })).body).toMatchObject({
      id: null,
      state: 'processing',
      card_id: card
    })
  })

  it.each([
    [1_001, 'insufficient_funds'],
    [1_002, 'card_declined'],
    [1_004, 'bank_not_received']
  ])('of %i that the acquirer does not book is declined, and counts no longer', async (amount, code) => {
    const before = await available()
    const id = idOf(await topUpBy(card, amount))
    if (amount === 1_004) {
      await waiting(coffer, id)
      await coffer.advanceClock(MINUTE_MS)
    }
    expectState(await ended(coffer, id), 'declined', code)
    expect([await available(), (await balanceOf(coffer, 'customer-a')).onTheWay]).toEqual([before, 0n])
    expect(await journaled(coffer, id)).toEqual([])
  })

  it('by one that was blocked since it was linked is declined', async () => {
    const blocked = await newCard(coffer, 'customer-a', magicNumber('0341'))
    expectState(await toppedUpBy(blocked, 1_000), 'declined', 'card_declined')
  })

  it('comes from one source, which is the customer’s own, within the balance limit, and not where it is suspended', async () => {
    const { bank_account_id, wallet_id } = coffer.customer('customer-a')
    expect(answered(await topUpBy(card, 1_000, { bank_account_id }))).toEqual([400, 'invalid_request'])
    const neither = await coffer.service.post('/v1/top-ups', { wallet_id, amount: usd(1_000) })
    expect(answered(neither)).toEqual([400, 'invalid_request'])
    const others = await newCard(coffer, 'customer-b')
    for (const id of [others, `crd_${'0'.repeat(32)}`])
      expect(answered(await topUpBy(id, 1_000))).toEqual([404, 'not_found'])
    expect(answered(await topUpBy(card, 1_000, { amount: { amount: '1', currency: 'EUR' } }))).toEqual([
      400,
      'currency_mismatch'
    ])
    expect(answered(await topUpBy(card, 10_000_000))).toEqual([201, 'balance_limit_exceeded'])
    const turn = (on: boolean) =>
      coffer.admin.put('/v1/policies/kill-switches', { process: 'top-up', rail: 'acquirer', on })
    await turn(true)
    expect(answered(await topUpBy(card, 1_000))).toEqual([201, 'rail_suspended'])
    await turn(false)
  })

  it('keeps its card linked until it is over, and an unlinked card is asked for nothing', async () => {
    const own = await newCard(coffer)
    const customer = await coffer.asCustomer('customer-a')
    const id = idOf(await topUpBy(own, 1_003))
    await waiting(coffer, id)
    expect((await customer.post(`/v1/cards/${own}/unlink`)).body['code']).toBe('state_conflict')
    await coffer.advanceClock(MINUTE_MS)
    expectState(await ended(coffer, id), 'succeeded')
    expect(await journaled(coffer, id)).toEqual(['sale in 1003'])
    expect((await customer.post(`/v1/cards/${own}/unlink`)).status).toBe(200)
    expect(answered(await topUpBy(own, 1_000))).toEqual([201, 'account_closed'])
  })

  it('whose end nobody knows after a day is an operator’s: asked again, by letter, or given up and booked after all', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'sale', amount: '1300' }, outcome: 'error', booked: false })
    await coffer.sandbox.addRule({ match: { operation: 'sale' }, outcome: 'error', booked: true })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const [before, suspense] = [await available(), await owedTo(coffer, 'suspense', 'acquirer')]
    const { rows } = await coffer.pool.query<{ now: Date }>('select business_now() as now')
    const [from, to] = [0, 2 * DAY_MS].map((afterMs) => new Date(rows[0]!.now.getTime() + afterMs).toISOString())
    const made = await Promise.all([1_100, 1_200, 1_300].map((amount) => topUpBy(card, amount)))
    const [asked, givenUp, letter] = made.map(idOf) as [string, string, string]
    for (const id of [asked, givenUp, letter]) await waiting(coffer, id)
    await coffer.advanceClock(DAY_MS)
    for (const id of [asked, givenUp, letter]) await until(coffer, id, 'top_up.stuck')
    expect(await tasksOf(asked)).toMatchObject([{ kind: 'stuck_bank_instruction', data: { bank: 'acquirer' } }])
    const proof = { reason: 'the acquirer says so', proof: 'ticket 4711' }
    expectState(await coffer.finance.post(`/v1/top-ups/${givenUp}/write-off`, proof), 'failed', 'written_off')
    const resolved = await coffer.finance.post(`/v1/top-ups/${letter}/resolve`, { ...proof, outcome: 'booked' })
    expectState(resolved, 'succeeded')
    const filter = { kind: 'stuck_bank_instruction', bank: 'acquirer', process: 'top-up', from, to }
    const retry = { action: 'retry', filter, reason: 'the acquirer was away', dry_run: true }
    expect((await coffer.finance.post('/v1/tasks/bulk', retry)).body['matched']).toBe(1)
    await coffer.sandbox.clearRules()
    await coffer.finance.post(`/v1/top-ups/${asked}/retry`)
    expectState(await ended(coffer, asked), 'succeeded')
    for (const id of [givenUp, letter]) expect(await callBack(coffer, 'acquirer', id)).toBe(202)
    await until(coffer, givenUp, 'top_up.booked_late')
    await until(coffer, letter, 'top_up.contradicted')
    expect((await owedTo(coffer, 'suspense', 'acquirer')) - suspense).toBe(1_200 - 1_300)
    expect((await available()) - before).toBe(1_100 + 1_300)
    for (const id of [givenUp, letter]) {
      await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
      await expectSoon(async () => (await runOf(coffer, `chargeback-notice/${id}`)).status, 'COMPLETED')
    }
  })

  it('that its holder has taken back leaves the wallet, once', async () => {
    const id = idOf(await toppedUpBy(card, 3_000))
    const before = await available()
    await coffer.sandbox.admin('POST', '/chargebacks', { reference: id, amount: '700', reason: 'fraud' })
    await expectSoon(available, before - 700)
    await callBack(coffer, 'acquirer', id)
    await expectSoon(async () => (await runOf(coffer, `chargeback-notice/${id}`)).status, 'COMPLETED')
    const over = await coffer.service.get(`/v1/top-ups/${id}`)
    expect([over.body['state'], over.body['returned']]).toEqual(['succeeded', usd(700)])
    expect(historyOf(over).slice(-2)).toEqual(['top_up.chargeback_received', 'top_up.returned'])
    expect(await available()).toBe(before - 700)
  })

  it('may be spent at once and leaves for a bank after five business days while the card’s link is young', async () => {
    await toppedUpBy(card, 5_000)
    const money = await available()
    expect(answered(await withdraw(coffer, 'customer-a', money - 2_000))).toEqual([201, 'not_withdrawable_yet'])
    await coffer.advanceClock(8 * DAY_MS)
    expectState(await withdrawn(coffer, idOf(await confirmed(coffer, 'customer-a', money - 2_000))), 'succeeded')
  })

  it('by a card whose month is over is declined', async () => {
    const later = new Date(Date.now() + 40 * DAY_MS)
    const month = { month: later.getUTCMonth() + 1, year: later.getUTCFullYear() }
    const worn = await newCard(coffer, 'customer-a', newNumber(), month)
    await coffer.advanceClock(80 * DAY_MS)
    expect(answered(await topUpBy(worn, 1_000))).toEqual([201, 'card_expired'])
  })
})
