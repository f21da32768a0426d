import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { askingForPayment, owedTo, paid, readPayment, requestFor, untilPayment } from '../support/bank-payments.ts'
import { owedBy, pay, returnOf, takeBack, toppedUp } from '../support/bank-returns.ts'
import { journaled, newCard, payByCard } from '../support/card-payments.ts'
import { linkCard, magicNumber, newNumber, tokenise } from '../support/cards.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { callBack, expectState, expectSoon, historyOf, idOf, impatient, runOf, usd } from '../support/top-ups.ts'
import { outgoingOf, walletOf } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

let coffer: Coffer
let card: string
beforeAll(async () => {
  // As many cards as the tests want, and as many payments without a PIN.
  const policy = { ...impatient, card_link: { per_day_max: 100, cards_max: 100 } }
  coffer = await startCoffer({ policy })
  card = await newCard(coffer)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const earned = () => owedTo(coffer, 'merchant_payable', coffer.seeded.seed.merchant_id)
const codeOf = ({ status, body }: Answered) => [status, body['code']]
const answered = (answer: Answered) => [answer.status, answer.body['decline_code'] ?? answer.body['state']]

/** The limits that something stands on. */
const counted = async () => (await outgoingOf(coffer, 'customer-a')).filter((used) => used > 0)

describe('A payment by card', () => {
  it('is paid through the wallet, whose balance stays as it was, and is owed to us by the acquirer', async () => {
    const [before, merchant] = [await walletOf(coffer, 'customer-a'), await earned()]
    const made = await payByCard(coffer, card, 2_000, {}, 'card-at-once')
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ state: 'processing', captured: usd(0), funding: { type: 'card', id: card } })
    const over = await paid(coffer, idOf(made))
    expectState(over, 'succeeded')
    expect(over.body).toMatchObject({ captured: usd(2_000), fee: usd(22) })
    expect(historyOf(over)).toEqual(['payment.processing', 'payment.sent', 'payment.succeeded'])
    expect(await walletOf(coffer, 'customer-a')).toEqual(before)
    expect((await earned()) - merchant).toBe(2_000 - 22)
    expect(await journaled(coffer, idOf(made))).toEqual(['sale in 2000'])
    const again = await payByCard(coffer, card, 2_000, {}, 'card-at-once')
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([made.body, 'true'])
    const { attributes } = await runOf(coffer, `payment/${idOf(made)}`)
    expect(attributes).toMatchObject({ Rail: 'acquirer', ProcessState: 'succeeded' })
    expect((await coffer.service.get(`/v1/receipts/${String(over.body['receipt_id'])}`)).status).toBe(200)
  })

  it('pays what a merchant has asked for, once', async () => {
    const payment_request_id = await requestFor(coffer, 700)
    const { wallet_id } = coffer.customer('customer-a')
    const order = { wallet_id, payment_request_id, funding: { type: 'card', id: card } }
    expectState(await paid(coffer, idOf(await coffer.service.post('/v1/payments', order))), 'succeeded')
    expect((await coffer.service.post('/v1/payments', order)).body['code']).toBe('payment_request_paid')
  })

  it.each([
    [1_001, 'insufficient_funds'],
    [1_002, 'card_declined'],
    [1_004, 'bank_not_received']
  ])('of %i that the acquirer does not book is declined, and gives the limits back', async (amount, code) => {
    const before = [await walletOf(coffer, 'customer-a'), await earned(), await counted()]
    const made = await payByCard(coffer, card, amount)
    if (amount === 1_004) {
      await askingForPayment(coffer, idOf(made))
      await coffer.advanceClock(MINUTE_MS)
    }
    expectState(await paid(coffer, idOf(made)), 'declined', code)
    expect([await walletOf(coffer, 'customer-a'), await earned(), await counted()]).toEqual(before)
    expect(await journaled(coffer, idOf(made))).toEqual([])
  })

  it.each([
    ['0341', 'card_declined'],
    ['9995', 'insufficient_funds']
  ])('that could be linked and ends in %s is declined with %s', async (last4, code) => {
    const made = await payByCard(coffer, await newCard(coffer, 'customer-a', magicNumber(last4)), 1_000)
    expectState(await paid(coffer, idOf(made)), 'declined', code)
  })

  it('is found out by inquiry where the answer was lost, and told five times is paid once', async () => {
    const lost = await payByCard(coffer, card, 1_003)
    await askingForPayment(coffer, idOf(lost))
    await coffer.advanceClock(MINUTE_MS)
    expectState(await paid(coffer, idOf(lost)), 'succeeded')
    const told = await payByCard(coffer, card, 1_006)
    expectState(await paid(coffer, idOf(told)), 'succeeded')
    for (const made of [lost, told]) expect(await journaled(coffer, idOf(made))).toHaveLength(1)
  })

  it('cannot be paid from what is unknown, verifying or somebody else’s, or where it is suspended', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'verify' }, outcome: 'accept', delay_ms: DAY_MS / 2, times: 1 })
    const customer = await coffer.asCustomer('customer-a')
    const verifying = idOf(await linkCard(customer, await tokenise(coffer.sandbox)))
    await customer.until(`/v1/cards/${verifying}`, ({ timeline }) => JSON.stringify(timeline).includes('sent'))
    const others = await newCard(coffer, 'customer-b')
    for (const id of [verifying, others, `crd_${'0'.repeat(32)}`, 'crd'])
      expect(codeOf(await payByCard(coffer, id, 1_000))).toEqual([404, 'not_found'])
    await customer.post(`/v1/cards/${verifying}/cancel`)
    const killSwitch = { process: 'payment', rail: 'acquirer' }
    await coffer.admin.put('/v1/policies/kill-switches', { ...killSwitch, on: true })
    expect(answered(await payByCard(coffer, card, 1_000))).toEqual([201, 'rail_suspended'])
    await coffer.admin.put('/v1/policies/kill-switches', { ...killSwitch, on: false })
  })

  it('keeps its card linked until it is over, and an unlinked card pays nothing', async () => {
    const own = await newCard(coffer)
    const customer = await coffer.asCustomer('customer-a')
    const made = await payByCard(coffer, own, 1_003)
    await askingForPayment(coffer, idOf(made))
    expect((await customer.post(`/v1/cards/${own}/unlink`)).body['code']).toBe('state_conflict')
    await coffer.advanceClock(MINUTE_MS)
    expectState(await paid(coffer, idOf(made)), 'succeeded')
    expect((await customer.post(`/v1/cards/${own}/unlink`)).status).toBe(200)
    expect(answered(await payByCard(coffer, own, 1_000))).toEqual([201, 'account_closed'])
  })

  it('whose end nobody knows after a day is an operator’s, who has the acquirer asked or gives it up', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'sale' }, outcome: 'error', booked: true })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const made = [await payByCard(coffer, card, 1_100), await payByCard(coffer, card, 1_200)]
    for (const one of made) await askingForPayment(coffer, idOf(one))
    await coffer.advanceClock(DAY_MS)
    const [asked, givenUp] = made.map(idOf) as [string, string]
    for (const id of [asked, givenUp]) await untilPayment(coffer, id, 'payment.stuck')
    const proof = { reason: 'the acquirer says no', proof: 'ticket 4711' }
    const off = await coffer.finance.post(`/v1/payments/${givenUp}/write-off`, proof)
    expect(off).toMatchObject({ status: 200, body: { state: 'failed' } })
    await coffer.sandbox.clearRules()
    await coffer.finance.post(`/v1/payments/${asked}/retry`)
    expectState(await paid(coffer, asked), 'succeeded')
    expect(await callBack(coffer, 'acquirer', givenUp)).toBe(202)
    await untilPayment(coffer, givenUp, 'payment.booked_late')
    expect(await owedTo(coffer, 'suspense', 'acquirer')).toBe(1_200)
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${givenUp}`)).status, 'COMPLETED')
  })

  it('that an operator has by letter is paid, and confirmed or contradicted by the acquirer; the others are asked about in bulk', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'sale', amount: '1300' }, outcome: 'error', booked: true })
    await coffer.sandbox.addRule({ match: { operation: 'sale' }, outcome: 'error', booked: false })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const { rows } = await coffer.pool.query<{ now: Date }>('select business_now() as now')
    const from = rows[0]!.now.toISOString()
    const [booked, not, asked] = [1_300, 1_400, 1_500].map((amount) => payByCard(coffer, card, amount))
    const ids = (await Promise.all([booked!, not!, asked!])).map(idOf) as [string, string, string]
    for (const id of ids) await askingForPayment(coffer, id)
    const [merchant, suspense] = [await earned(), await owedTo(coffer, 'suspense', 'acquirer')]
    await coffer.advanceClock(DAY_MS)
    for (const id of ids) await untilPayment(coffer, id, 'payment.stuck')
    const letter = { outcome: 'booked', reason: 'the acquirer rang back', proof: 'a letter' }
    for (const id of ids.slice(0, 2))
      expectState(await coffer.finance.post(`/v1/payments/${id}/resolve`, letter), 'succeeded')
    expect((await earned()) - merchant).toBe(1_300 - 18 + 1_400 - 18)
    await coffer.sandbox.addRule({ match: { operation: 'verify' }, outcome: 'accept', delay_ms: DAY_MS / 2, times: 1 })
    const customer = await coffer.asCustomer('customer-a')
    const verifying = idOf(await linkCard(customer, await tokenise(coffer.sandbox)))
    await customer.until(`/v1/cards/${verifying}`, ({ timeline }) => JSON.stringify(timeline).includes('sent'))

    const to = new Date(Date.parse(from) + 2 * DAY_MS).toISOString()
    const retryAll = (filter: object, dry_run = true) =>
      coffer.finance.post('/v1/tasks/bulk', {
        action: 'retry',
        filter: { kind: 'unknown_bank_instruction', bank: 'acquirer', from, to, ...filter },
        reason: 'the acquirer was away',
        dry_run
      })
    const matched = async (filter: object) => (await retryAll(filter)).body['matched']
    expect(await matched({})).toBe(2)
    expect(await matched({ kind: 'stuck_bank_instruction' })).toBe(1)
    expect(await matched({ process: 'card-link' })).toBe(1)
    expect(await matched({ bank: 'a' })).toBe(0)
    await coffer.sandbox.clearRules()
    const decided = idOf(await retryAll({}, false))
    expectState(await paid(coffer, ids[2]), 'declined', 'bank_not_received')
    const done = await coffer.finance.until(`/v1/bulk-decisions/${decided}`, ({ state }) => state === 'completed')
    expect(done.body).toMatchObject({ matched: 2, nudged: 2, failed: 0 })
    for (const id of ids.slice(0, 2)) await callBack(coffer, 'acquirer', id)
    await untilPayment(coffer, ids[0], 'payment.confirmed_by_bank')
    await untilPayment(coffer, ids[1], 'payment.contradicted')
    expect(await owedTo(coffer, 'suspense', 'acquirer')).toBe(suspense - 1_400)
    await customer.post(`/v1/cards/${verifying}/cancel`)
    for (const id of ids.slice(0, 2))
      await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
  })

  it('of a customer who owes for a return is declined; one on its way passes whole, and all of it is in their timeline', async () => {
    const onItsWay = idOf(await payByCard(coffer, card, 1_003))
    await askingForPayment(coffer, onItsWay)
    const topUp = await toppedUp(coffer, 'customer-a', 1_000)
    await pay(coffer, 'customer-a', (await walletOf(coffer, 'customer-a')).available)
    await takeBack(coffer, topUp)
    const returned = idOf(await returnOf(coffer, topUp))
    expect(answered(await payByCard(coffer, card, 1_000))).toEqual([201, 'wallet_frozen'])
    await coffer.advanceClock(MINUTE_MS)
    expect((await paid(coffer, onItsWay)).body).toMatchObject({ state: 'succeeded', captured: usd(1_003) })
    expect(await owedBy(coffer, 'customer-a')).toBe(1_000)
    await toppedUp(coffer, 'customer-a', 1_000)
    expect(await owedBy(coffer, 'customer-a')).toBe(0)
    const { id } = coffer.customer('customer-a')
    const entriesOf = async (type: string) =>
      (await coffer.support.get(`/v1/customers/${id}/timeline?type=${type}&limit=100`)).body['data'] as object[]
    for (const [type, entry] of [
      ['card_link.linked', { object: 'card', id: card, record: `/v1/cards/${card}` }],
      ['payment.succeeded', { object: 'payment', id: onItsWay, record: `/v1/payments/${onItsWay}` }],
      ['bank_return.received', { object: 'bank_return', id: returned, record: `/v1/bank-returns/${returned}` }],
      ['top_up.returned', { object: 'top_up', id: topUp, record: `/v1/top-ups/${topUp}` }]
    ] as const)
      expect(await entriesOf(type)).toContainEqual(expect.objectContaining(entry))
  })

  it('that card holders take back is disputed, each chargeback once, as soon as the acquirer says what it was', async () => {
    const id = idOf(await payByCard(coffer, card, 3_000))
    expectState(await paid(coffer, id), 'succeeded')
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error', times: 1 })
    for (const [amount, reason] of [
      ['500', 'not_received'],
      ['700', 'fraud']
    ])
      await coffer.sandbox.admin('POST', '/chargebacks', { reference: id, amount, reason })
    const disputes = async () => (await coffer.finance.get(`/v1/disputes?payment_id=${id}`)).body['data'] as object[]
    await expectSoon(async () => (await disputes()).length, 2)
    await callBack(coffer, 'acquirer', id)
    await expectSoon(async () => (await runOf(coffer, `chargeback-notice/${id}`)).status, 'COMPLETED')
    const found = (await disputes()) as { id: string; reason: string }[]
    expect(found.sort((one, other) => (one.reason < other.reason ? 1 : -1))).toMatchObject([
      { state: 'needs_response', reason: 'not_received', amount: usd(500) },
      { state: 'needs_response', reason: 'fraud', amount: usd(700) }
    ])
    for (const each of found) await coffer.merchant.post(`/v1/disputes/${each.id}/accept`)
    const over = await readPayment(coffer, id)
    expectState(over, 'succeeded')
    expect(historyOf(over).filter((type) => type === 'payment.chargeback_received')).toHaveLength(2)
    expect(await journaled(coffer, id)).toEqual(['sale in 3000', 'chargeback out 500', 'chargeback out 700'])
  })

  it('by a card whose month is over is declined', async () => {
    const later = new Date(Date.now() + 40 * DAY_MS)
    const month = { month: later.getUTCMonth() + 1, year: later.getUTCFullYear() }
    const worn = await newCard(coffer, 'customer-a', newNumber(), month)
    await coffer.advanceClock(80 * DAY_MS)
    expect(answered(await payByCard(coffer, worn, 1_000))).toEqual([201, 'card_expired'])
    const customer = await coffer.asCustomer('customer-a')
    const { good_until } = (await customer.get(`/v1/cards/${worn}`)).body
    expect(Date.parse(String(good_until))).toBe(Date.UTC(month.year, month.month, 1))
  })
})
