import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { cardCaptureCrashPoints } from '../../activities/crash-points.ts'
import { currency } from '../../domain/currencies.ts'
import { idOf as branded } from '../../domain/ids.ts'
import { insertMerchant } from '../../store/merchant.ts'
import {
  askingForCapture,
  askingForPayment,
  owedTo,
  paid,
  readPayment,
  untilPayment
} from '../support/bank-payments.ts'
import { acquirerAt } from '../support/card-orders.ts'
import { capture, holdByCard, journaled, newCard, payByCard, untilCaptured } from '../support/card-payments.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectState, historyOf, idOf, impatient, usd } from '../support/top-ups.ts'
import { outgoingOf, walletOf } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000
const proof = { reason: 'the acquirer says no', proof: 'ticket 4711' }
const MINUTE_MS = 60_000

let coffer: Coffer
let card: string
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
  card = await newCard(coffer)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const earned = () => owedTo(coffer, 'merchant_payable', coffer.seeded.seed.merchant_id)
const codeOf = ({ status, body }: Answered) => [status, body['code']]
const voided = (id: string) => coffer.merchant.post(`/v1/payments/${id}/void`)
const lastOf = ({ body }: Answered) => body['last_capture']

/** What stands on the limits: whatever does stands on a day's and on a month's. */
const counted = async () => (await outgoingOf(coffer, 'customer-a')).reduce((total, used) => total + used, 0) / 2

/** What the acquirer says of an instruction of ours. */
const known = async (reference: string) => (await acquirerAt(coffer.sandbox).inquire(reference)).kind

describe('A payment by card that is captured later', () => {
  it('is held by the acquirer for seven days, and moves nothing until a part is captured, each passing through the wallet', async () => {
    const [wallet, merchant] = [await walletOf(coffer, 'customer-a'), await earned()]
    const made = await payByCard(coffer, card, 2_000, { capture: 'manual' })
    expect([made.status, made.body['state']]).toEqual([201, 'processing'])
    const id = idOf(made)
    const held = await paid(coffer, id)
    expect(held.body).toMatchObject({
      state: 'requires_capture',
      captured: usd(0),
      funding: { type: 'card', id: card }
    })
    const sent = (held.body['timeline'] as { type: string; at: string }[]).find(({ type }) => type === 'payment.sent')!
    const week = Date.parse(String(held.body['capture_before'])) - Date.parse(sent.at)
    expect(Math.round(week / MINUTE_MS)).toBe((7 * DAY_MS) / MINUTE_MS)
    expect([await walletOf(coffer, 'customer-a'), await earned(), await journaled(coffer, id)]).toEqual([
      wallet,
      merchant,
      []
    ])
    const asked = await capture(coffer, id, 1_500)
    expect(asked).toMatchObject({ status: 200, body: { state: 'requires_capture', captured: usd(0) } })
    expect(lastOf(asked)).toEqual({ amount: usd(1_500), final: false, state: 'pending' })
    const part = await untilCaptured(coffer, id)
    expect(part.body).toMatchObject({ state: 'requires_capture', captured: usd(1_500), fee: usd(19) })
    expect((await earned()) - merchant).toBe(1_500 - 19)
    expect(lastOf(await capture(coffer, id))).toEqual({ amount: usd(500), final: true, state: 'pending' })
    const over = await untilCaptured(coffer, id)
    expect(over.body).toMatchObject({ state: 'succeeded', captured: usd(2_000), fee: usd(22) })
    expect(historyOf(over)).toEqual([
      ...['payment.processing', 'payment.sent', 'payment.requires_capture'],
      ...['payment.capture_requested', 'payment.capture_sent', 'payment.captured'],
      ...['payment.capture_requested', 'payment.capture_sent', 'payment.succeeded']
    ])
    expect((await earned()) - merchant).toBe(2_000 - 22)
    expect(await walletOf(coffer, 'customer-a')).toEqual(wallet)
    expect(await journaled(coffer, id)).toEqual(['capture in 1500', 'capture in 500'])
    const receipt = await coffer.service.get(`/v1/receipts/${String(over.body['receipt_id'])}`)
    expect(JSON.stringify(receipt.body)).toContain('1500')
  })

  it('gives the limits back for what the final capture leaves, and takes no more than is held', async () => {
    const before = await counted()
    const id = await holdByCard(coffer, card, 2_000)
    expect(codeOf(await capture(coffer, id, 2_100))).toEqual([409, 'amount_exceeds_hold'])
    await capture(coffer, id, 1_200, { final: true })
    expectState(await untilCaptured(coffer, id), 'succeeded')
    expect((await counted()) - before).toBe(1_200)
    expect(codeOf(await capture(coffer, id, 100))).toEqual([409, 'state_conflict'])
    expect(await journaled(coffer, id)).toEqual(['capture in 1200'])
  })

  it('that is given up is canceled at once, with its limits given back, and the acquirer is told until it knows', async () => {
    const before = await counted()
    const id = await holdByCard(coffer, card, 1_000)
    for (const booked of [false, true])
      await coffer.sandbox.addRule({ match: { operation: 'void' }, outcome: 'error', booked, times: 1 })
    expectState(await voided(id), 'canceled')
    expect(await counted()).toBe(before)
    const released = await untilPayment(coffer, id, 'payment.hold_released')
    expectState(released, 'canceled')
    expect(await known(`${id}-0`)).toBe('booked')
    const part = await holdByCard(coffer, card, 1_000)
    await capture(coffer, part, 400)
    await untilCaptured(coffer, part)
    expectState(await voided(part), 'succeeded')
    await untilPayment(coffer, part, 'payment.hold_released')
  })

  it('is told the acquirer also where Temporal has forgotten the run meanwhile', async () => {
    const id = await holdByCard(coffer, card, 1_000)
    await coffer.sandbox.addRule({ match: { operation: 'void' }, outcome: 'error', booked: false })
    expectState(await voided(id), 'canceled')
    await coffer.forgetRun(`payment/${id}`)
    await coffer.sandbox.clearRules()
    await coffer.sweepUntil(async () => historyOf(await readPayment(coffer, id)).includes('payment.hold_released'))
    expect(await known(`${id}-0`)).toBe('booked')
  })

  it('that the acquirer does not authorize is declined, and gives the limits back', async () => {
    const before = await counted()
    const made = await payByCard(coffer, card, 1_001, { capture: 'manual' })
    expectState(await paid(coffer, idOf(made)), 'declined', 'insufficient_funds')
    expect(await counted()).toBe(before)
  })

  it('whose authorization nobody knows of is found out by inquiry', async () => {
    const made = await payByCard(coffer, card, 1_003, { capture: 'manual' })
    await askingForPayment(coffer, idOf(made))
    await coffer.advanceClock(MINUTE_MS)
    expectState(await paid(coffer, idOf(made)), 'requires_capture')
    await capture(coffer, idOf(made), 1_000, { final: true })
    expectState(await untilCaptured(coffer, idOf(made)), 'succeeded')
  })

  it('whose authorization nobody knows of after a day is an operator’s: asked again it is held, given up it is released', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'authorize' }, outcome: 'error', booked: true })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const made = [1_100, 1_200].map((amount) => payByCard(coffer, card, amount, { capture: 'manual' }))
    const [asked, givenUp] = (await Promise.all(made)).map(idOf) as [string, string]
    for (const id of [asked, givenUp]) await askingForPayment(coffer, id)
    await coffer.advanceClock(DAY_MS)
    for (const id of [asked, givenUp]) await untilPayment(coffer, id, 'payment.stuck')
    expectState(await coffer.finance.post(`/v1/payments/${givenUp}/write-off`, proof), 'failed', 'written_off')
    await coffer.sandbox.clearRules()
    await coffer.finance.post(`/v1/payments/${asked}/retry`)
    expectState(await paid(coffer, asked), 'requires_capture')
    expect(await tasksOf(asked)).toEqual(['done'])
    await untilPayment(coffer, givenUp, 'payment.hold_released')
    expect(await known(`${givenUp}-0`)).toBe('booked')
    await voided(asked)
    await untilPayment(coffer, asked, 'payment.hold_released')
  })
})

const tasksOf = async (id: string): Promise<string[]> => {
  const listed = async (state: string) =>
    (await coffer.finance.get(`/v1/tasks?process_id=${id}&state=${state}`)).body['data'] as object[]
  const [open, done] = [await listed('open'), await listed('done')]
  return [...open.map(() => 'open'), ...done.map(() => 'done')]
}

describe('A capture by card', () => {
  it('that the acquirer declines leaves the payment held, to be captured again', async () => {
    const merchant = await earned()
    const id = await holdByCard(coffer, card, 2_000)
    await capture(coffer, id, 1_001)
    const declined = await untilCaptured(coffer, id)
    expectState(declined, 'requires_capture')
    expect(lastOf(declined)).toEqual({
      amount: usd(1_001),
      final: false,
      state: 'declined',
      decline_code: 'insufficient_funds'
    })
    expect(historyOf(declined).at(-1)).toBe('payment.capture_declined')
    expect(await earned()).toBe(merchant)
    await capture(coffer, id)
    expectState(await untilCaptured(coffer, id), 'succeeded')
    expect(await journaled(coffer, id)).toEqual(['capture in 2000'])
  })

  it.each([
    [1_003, 'captured', ['capture in 1003']],
    [1_004, 'declined', []]
  ])(
    'of %i whose answer was lost is asked about, and found out to be %s; nothing else is done meanwhile',
    async (amount, state, lines) => {
      const id = await holdByCard(coffer, card, 2_000)
      await capture(coffer, id, amount)
      await askingForCapture(coffer, id)
      expect(codeOf(await capture(coffer, id, 100))).toEqual([409, 'capture_pending'])
      expect(codeOf(await voided(id))).toEqual([409, 'capture_pending'])
      await coffer.advanceClock(MINUTE_MS)
      expect(lastOf(await untilCaptured(coffer, id))).toMatchObject({ state })
      expect(await journaled(coffer, id)).toEqual(lines)
      expectState(await voided(id), state === 'captured' ? 'succeeded' : 'canceled')
      await untilPayment(coffer, id, 'payment.hold_released')
    }
  )

  it('whose end nobody knows after a day is an operator’s, and the payment does not run out before it is known', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'capture' }, outcome: 'error', booked: true })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const before = await counted()
    const id = await holdByCard(coffer, card, 2_000)
    await capture(coffer, id, 1_100)
    await askingForCapture(coffer, id)
    await coffer.advanceClock(DAY_MS)
    await untilPayment(coffer, id, 'payment.stuck')
    const [task] = (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as Record<string, string>[]
    expect(Date.parse(task!['due_at']!) - Date.parse(task!['created_at']!)).toBe(DAY_MS)
    await coffer.advanceClock(7 * DAY_MS)
    expect(await tasksOf(id)).toEqual(['open'])
    expect(codeOf(await coffer.finance.post(`/v1/payments/${id}/write-off`, proof))).toEqual([409, 'state_conflict'])
    await coffer.sandbox.clearRules()
    expect((await coffer.finance.post(`/v1/payments/${id}/retry`)).status).toBe(200)
    const over = await untilPayment(coffer, id, 'payment.hold_released')
    expect(over.body).toMatchObject({ state: 'succeeded', captured: usd(1_100) })
    expect(historyOf(over)).toEqual(expect.arrayContaining(['payment.retried', 'payment.captured']))
    expect(await tasksOf(id)).toEqual(['done'])
    expect((await counted()) - before).toBe(1_100)
  })

  it('is shared like any other, and refused before the acquirer hears of it where the payee’s part would not pay the fee', async () => {
    const payee = coffer.seeded.seed.merchant_id
    const seller = branded('mer', `mer_${randomBytes(16).toString('hex')}`)
    const place = { name: 'Stall', city: 'Berlin', country: 'DE', mcc: '5814' }
    await insertMerchant(coffer.db, { id: seller, ...place, currency: currency('USD') })
    const splits = [
      { merchant_id: payee, amount: usd(100) },
      { merchant_id: seller, amount: usd(1_900) }
    ]
    const id = await holdByCard(coffer, card, 2_000, { splits })
    expect(codeOf(await capture(coffer, id, 100))).toEqual([409, 'share_below_fee'])
    await capture(coffer, id, 1_000)
    await untilCaptured(coffer, id)
    expect(await owedTo(coffer, 'merchant_payable', seller)).toBe(950)
    await capture(coffer, id)
    expectState(await untilCaptured(coffer, id), 'succeeded')
    expect(await owedTo(coffer, 'merchant_payable', seller)).toBe(1_900)
    expect(await journaled(coffer, id)).toEqual(['capture in 1000', 'capture in 1000'])
  })

  it('beside another one, or beside giving up: the acquirer is told of one, and never takes more than it holds', async () => {
    for (let round = 0; round < 3; round++) {
      const [both, either] = [await holdByCard(coffer, card, 2_000), await holdByCard(coffer, card, 2_000)]
      const two = await Promise.all([capture(coffer, both, 1_500), capture(coffer, both, 1_500)])
      expect(two.map(({ status }) => status).sort()).not.toEqual([200, 200])
      expect((await untilCaptured(coffer, both)).body).toMatchObject({ captured: usd(1_500) })
      const [captured, givenUp] = await Promise.all([capture(coffer, either, 1_500), voided(either)])
      expect([captured.status, givenUp.status].filter((status) => status === 200).length).toBeGreaterThan(0)
      await untilCaptured(coffer, either)
      for (const id of [both, either]) {
        await voided(id)
        await untilPayment(coffer, id, 'payment.hold_released')
        expect((await journaled(coffer, id)).length).toBeLessThan(2)
      }
    }
  })

  it.each(cardCaptureCrashPoints)('whose worker is killed (SIGKILL) at %s is booked once', async (point) => {
    const merchant = await earned()
    const id = await holdByCard(coffer, card, 2_000)
    await coffer.worker.stop()
    await coffer.worker.start({ CRASH_AT: point })
    const crashed = coffer.worker.ended().then(() => coffer.worker.start())
    await capture(coffer, id)
    await crashed
    expect((await untilCaptured(coffer, id)).body).toMatchObject({ state: 'succeeded', captured: usd(2_000) })
    expect((await earned()) - merchant).toBe(2_000 - 22)
    expect(await journaled(coffer, id)).toEqual(['capture in 2000'])
  })
})

describe('A card’s hold whose week is over', () => {
  it('expires, or has succeeded with what was captured of it, and the acquirer is told', async () => {
    const [untouched, part] = [await holdByCard(coffer, card, 1_000), await holdByCard(coffer, card, 1_000)]
    await capture(coffer, part, 300)
    await untilCaptured(coffer, part)
    await coffer.advanceClock(8 * DAY_MS)
    for (const [id, state] of [
      [untouched, 'expired'],
      [part, 'succeeded']
    ] as const) {
      expectState(await untilPayment(coffer, id, 'payment.hold_released'), state)
      expect(await known(`${id}-0`)).toBe('booked')
    }
    expect(codeOf(await capture(coffer, untouched))).toEqual([409, 'state_conflict'])
  })
})
