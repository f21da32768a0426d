import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { chargebackCrashPoints } from '../../activities/crash-points.ts'
import { availableOf } from '../support/bank-returns.ts'
import { callBack } from '../support/call-back.ts'
import { journaled, newCard } from '../support/card-payments.ts'
import { chargeBack, decideNow, disputeOf, issuerDecides, paidByCard, unasked } from '../support/chargebacks.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import {
  booked,
  DAY_MS,
  decide,
  dispute,
  file,
  paid,
  reviewers,
  standing,
  submit,
  untilEvent,
  untilState
} from '../support/disputes.ts'
import { insist } from '../support/insist.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectSoon, historyOf, idOf, usd } from '../support/top-ups.ts'

let coffer: Coffer
let card: string
beforeAll(async () => {
  coffer = await startCoffer({ policy })
  card = await newCard(coffer)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

/** After four days without the issuer's word a person asks. */
const policy = { ...unasked, dispute: { representment: { inquiry: { until_ms: 4 * DAY_MS } } } }
const FEE = 1_500
/** What the merchant is owed less what they owe, which of both depends on what they sold before. */
const stand = async () => {
  const { payable, receivable, ...rest } = await standing(coffer, 'customer-a')
  return { ...rest, merchant: payable - receivable, acquirer: await atAcquirer() }
}
async function sinceThen(before: Awaited<ReturnType<typeof stand>>) {
  const now = await stand()
  return {
    wallet: now.wallet - before.wallet,
    merchant: now.merchant - before.merchant,
    fees: now.fees - before.fees,
    acquirer: now.acquirer - before.acquirer
  }
}
/** What the customer answers for of a chargeback. */
async function returnsOf(chargeback: string): Promise<Record<string, unknown>[]> {
  const { body } = await coffer.finance.get('/v1/bank-returns?limit=100')
  return (body['data'] as Record<string, unknown>[]).filter(({ reference }) => reference === chargeback)
}
const atAcquirer = () => booked(coffer, 'bank_in_transit', 'acquirer')

/** A payment, charged back, with its dispute. */
async function charged(amount: number, more: { amount?: string; reason?: string } = {}) {
  const payment = await paidByCard(coffer, card, amount)
  const before = await stand()
  const chargeback = await chargeBack(coffer, payment, more)
  const dispute = idOf(await disputeOf(coffer, payment, chargeback))
  const changed = () => sinceThen(before)
  return { payment, chargeback, dispute, changed }
}

/** The merchant has shown something, and the acquirer has it. */
async function contested(amount: number, more: { amount?: string; reason?: string } = {}) {
  const story = await charged(amount, more)
  expect((await submit(coffer.merchant, story.dispute, { text: 'It was signed for.' })).status).toBe(200)
  await coffer.advanceClock(10 * DAY_MS)
  await untilEvent(coffer, story.dispute, 'dispute.represented')
  return story
}

describe('A payment by card that its holder has taken back', () => {
  it('is a formal dispute at once: the merchant answers for it, pays the fee, and the wallet gets nothing', async () => {
    const { payment, dispute, chargeback, changed } = await charged(5_000, { amount: '3000', reason: '13.1' })
    const { body } = await coffer.merchant.get(`/v1/disputes/${dispute}`)
    expect(body).toMatchObject({
      state: 'needs_response',
      reason: 'not_received',
      amount: usd(3_000),
      fee: usd(FEE),
      chargeback_id: chargeback
    })
    expect(body).not.toHaveProperty('provisional_credit')
    expect(await changed()).toEqual({ wallet: 0, merchant: -4_500, fees: FEE, acquirer: -3_000 })
    expect((await coffer.service.get(`/v1/payments/${payment}`)).body).toMatchObject({ disputed: usd(3_000) })
    expect(await booked(coffer, 'dispute_reserve', dispute)).toBe(0)
    expect((await coffer.merchant.post(`/v1/disputes/${dispute}/accept`)).body).toMatchObject({ state: 'accepted' })
    expect(await changed()).toMatchObject({ wallet: 0, merchant: -4_500, acquirer: -3_000 })
  })

  it('stays where it is when the merchant says nothing', async () => {
    const { dispute, changed } = await charged(2_000)
    for (const days of [5, 4, 1]) await coffer.advanceClock(days * DAY_MS)
    const { body } = await untilState(coffer, dispute, 'expired')
    expect(body).toMatchObject({ outcome: 'customer' })
    expect(await changed()).toMatchObject({ wallet: 0, acquirer: -2_000, fees: FEE })
  })

  it('goes with what the merchant shows to the issuer, and comes back with the fee when the issuer agrees', async () => {
    const story = await charged(4_000)
    const { payment, dispute, chargeback, changed } = story
    const note = file('delivered')
    await coffer.merchant.post(`/v1/disputes/${dispute}/evidence-files`, note)
    await submit(coffer.merchant, dispute, { text: 'It was signed for.', files: [note.sha256] })
    await submit(coffer.merchant, dispute, { text: 'By the holder.' })
    expect(await decideNow(coffer.sandbox, chargeback, 'won')).toBe(409)
    await coffer.advanceClock(10 * DAY_MS)
    const told = await untilEvent(coffer, dispute, 'dispute.represented')
    expect(told.body).toMatchObject({ state: 'under_review', represented_at: expect.any(String) })
    expect((await submit(coffer.merchant, dispute, { text: 'And more.' })).status).toBe(409)
    await issuerDecides(coffer, chargeback, 'won')
    const won = await untilState(coffer, dispute, 'won')
    expect(won.body).toMatchObject({ outcome: 'merchant' })
    expect(won.body).not.toHaveProperty('fee')
    expect(await changed()).toEqual({ wallet: 0, merchant: 0, fees: 0, acquirer: 0 })
    expect(await journaled(coffer, payment)).toEqual(['sale in 4000', 'chargeback out 4000', 'representment in 4000'])
    // A callback that comes twice, or of the payment once more, changes nothing.
    await callBack(coffer, 'acquirer', `${dispute}-1`)
    await callBack(coffer, 'acquirer', payment)
    expect(await changed()).toMatchObject({ merchant: 0, acquirer: 0 })
    // The issuer takes it back a second time: a second dispute, which follows the first.
    const second = await chargeBack(coffer, payment, { previous: chargeback })
    const { body } = await disputeOf(coffer, payment, second)
    expect(body).toMatchObject({ previous_id: dispute, state: 'needs_response', amount: usd(4_000) })
    await coffer.merchant.post(`/v1/disputes/${String(body['id'])}/accept`)
    expect(await changed()).toMatchObject({ merchant: -5_500, fees: FEE, acquirer: -4_000 })
  })

  it('stays with its holder when the issuer upholds it', async () => {
    const { dispute, chargeback, changed } = await contested(2_500)
    await issuerDecides(coffer, chargeback, 'lost')
    expect((await untilState(coffer, dispute, 'lost')).body).toMatchObject({ outcome: 'customer', fee: usd(FEE) })
    expect(await changed()).toMatchObject({ wallet: 0, acquirer: -2_500, fees: FEE })
  })

  it('is decided by the issuer alone: neither reviewer nor customer has a say', async () => {
    const { dispute, chargeback } = await contested(1_000)
    const said = [
      await reviewers(coffer)[0].post(`/v1/disputes/${dispute}/decide`, { outcome: 'won', reason: 'seems so' }),
      await coffer.service.post(`/v1/disputes/${dispute}/withdraw`),
      await submit(coffer.service, dispute, { text: 'It never came.' })
    ]
    expect(said.map(({ status, body }) => [status, body['code']])).toEqual(said.map(() => [409, 'state_conflict']))
    await issuerDecides(coffer, chargeback, 'lost')
    await untilState(coffer, dispute, 'lost')
  })

  it('is asked about when the acquirer does not answer, and told again under another reference when it never had it', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'represent' }, outcome: 'error', booked: false, times: 1 })
    const lost = await contested(1_200)
    await coffer.advanceClock(60_000)
    expect((await untilEvent(coffer, lost.dispute, 'dispute.represented', 2)).body['state']).toBe('under_review')
    await coffer.sandbox.addRule({ match: { operation: 'represent' }, outcome: 'book_then_close', times: 1 })
    const taken = await contested(1_300)
    for (const { chargeback, dispute } of [lost, taken]) {
      await issuerDecides(coffer, chargeback, 'won')
      await untilState(coffer, dispute, 'won')
    }
    expect(historyOf(await coffer.service.get(`/v1/disputes/${taken.dispute}`))).not.toContain('dispute.not_received')
  })

  it('that nobody decides in all that time is a task, and finance has the acquirer asked', async () => {
    const { dispute, chargeback } = await contested(1_400)
    await coffer.advanceClock(5 * DAY_MS)
    await untilEvent(coffer, dispute, 'dispute.stuck')
    const { body: tasks } = await coffer.finance.get('/v1/tasks?kind=stuck_bank_instruction&state=open')
    expect(tasks['data']).toEqual([expect.objectContaining({ process_id: dispute })])
    const retry = () => coffer.finance.post(`/v1/disputes/${dispute}/retry`)
    expect(await retry()).toMatchObject({ status: 200, body: { state: 'under_review' } })
    await untilEvent(coffer, dispute, 'dispute.retried')
    // The acquirer's word gets lost. A question that was on its way may have heard it before finance asks once more.
    await coffer.sandbox.setCallbackUrl('http://127.0.0.1:9')
    try {
      await issuerDecides(coffer, chargeback, 'won')
      await retry()
      await untilState(coffer, dispute, 'won')
    } finally {
      await coffer.sandbox.setCallbackUrl(coffer.api.url)
    }
    expect((await retry()).body['code']).toBe('state_conflict')
  })
})

describe('A payment by card that was given back before', () => {
  it('is owed by the customer as far as they have it twice, and by the merchant for the rest', async () => {
    const payment = await paidByCard(coffer, card, 6_000)
    const lost = idOf(await dispute(coffer, payment, 'fraud', { amount: usd(4_000) }))
    await coffer.merchant.post(`/v1/disputes/${lost}/accept`)
    await untilState(coffer, lost, 'accepted')
    const before = await stand()
    const chargeback = await chargeBack(coffer, payment)
    const { body } = await disputeOf(coffer, payment, chargeback)
    expect(body).toMatchObject({ amount: usd(2_000), state: 'needs_response' })
    await coffer.sweepUntil(async () => (await returnsOf(chargeback)).length === 1)
    await expectSoon(async () => (await returnsOf(chargeback))[0]?.['state'], 'recovered')
    expect((await returnsOf(chargeback))[0]).toMatchObject({
      bank: 'acquirer',
      original_id: payment,
      amount: usd(4_000)
    })
    expect(await sinceThen(before)).toEqual({ wallet: -4_000, merchant: -3_500, fees: FEE, acquirer: -6_000 })
    await coffer.merchant.post(`/v1/disputes/${String(body['id'])}/accept`)
  })

  it('ends what the customer disputes with us: a credit goes back after its notice, and the money goes back once', async () => {
    const payment = await paidByCard(coffer, card, 4_000)
    const before = await stand()
    const own = idOf(await dispute(coffer, payment, 'fraud'))
    await untilEvent(coffer, own, 'dispute.credited')
    const chargeback = await chargeBack(coffer, payment)
    const { body } = await disputeOf(coffer, payment, chargeback)
    expect(body).toMatchObject({ amount: usd(4_000), state: 'needs_response' })
    await untilEvent(coffer, own, 'dispute.reversal_announced')
    expect((await decide(reviewers(coffer)[0], own, 'lost')).status).toBe(409)
    expect((await dispute(coffer, payment, 'fraud')).body).toMatchObject({ code: 'state_conflict' })
    await coffer.merchant.post(`/v1/disputes/${String(body['id'])}/accept`)
    await coffer.advanceClock(10 * DAY_MS)
    await untilState(coffer, own, 'withdrawn')
    expect(await sinceThen(before)).toEqual({ wallet: 0, merchant: -5_500, fees: FEE, acquirer: -4_000 })
  })
})

describe('A top-up by card that its holder has taken back', () => {
  it('leaves the wallet as far as it goes; what it has not is owed, and nothing leaves the wallet until it is paid', async () => {
    const { wallet_id } = coffer.customer('customer-a')
    const has = await availableOf(coffer, 'customer-a')
    const made = await coffer.service.post('/v1/top-ups', { wallet_id, card_id: card, amount: usd(5_000) })
    await coffer.service.until(`/v1/top-ups/${idOf(made)}`, ({ state }) => state === 'succeeded')
    await paid(coffer, 'customer-a', has + 3_000)
    const top = idOf(made)
    const chargebacks = [await chargeBack(coffer, top, { amount: '1500' })]
    const states = async () => (await Promise.all(chargebacks.map(returnsOf))).flat().map(({ state }) => state)
    await expectSoon(async () => (await states()).join(), 'recovered')
    chargebacks.push(await chargeBack(coffer, top, { amount: '3500' }))
    await expectSoon(async () => (await states()).join(), 'recovered,receivable')
    const owed = (await Promise.all(chargebacks.map(returnsOf))).flat()
    expect(owed.map(({ owed }) => Number((owed as { amount: string }).amount)).reduce((sum, each) => sum + each)).toBe(
      3_000
    )
    const refused = await coffer.service.post('/v1/payments', {
      wallet_id,
      merchant_id: coffer.seeded.seed.merchant_id,
      amount: usd(100)
    })
    expect(refused.body).toMatchObject({ state: 'declined', decline_code: 'wallet_frozen' })
    await coffer.fund('customer-a', 4_000)
    await expectSoon(async () => (await states()).join(), 'recovered,recovered')
    expect(await availableOf(coffer, 'customer-a')).toBe(1_000)
    expect((await coffer.service.get(`/v1/top-ups/${idOf(made)}`)).body).toMatchObject({ returned: usd(5_000) })
  })
})

describe('A worker killed (SIGKILL) with a chargeback', () => {
  it.each(pointsOfTheDay(chargebackCrashPoints))(
    'at %s is started again, and everything of it happens once',
    async (point) => {
      const payment = await paidByCard(coffer, card, 7_000)
      const before = await stand()
      const own = idOf(await dispute(coffer, payment, 'fraud'))
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())

      const chargeback = await chargeBack(coffer, payment)
      await coffer.sweepUntil(async () =>
        (await disputesOf(payment)).some(({ chargeback_id: id }) => id === chargeback)
      )
      const id = idOf(await disputeOf(coffer, payment, chargeback))
      await untilState(coffer, own, 'withdrawn')
      await insist(() => coffer.merchant.post(`/v1/disputes/${id}/submit-evidence`, { text: 'Signed.' }, `say-${id}`))
      await coffer.advanceClock(10 * DAY_MS)
      await issuerDecides(coffer, chargeback, 'won')
      const over = await untilState(coffer, id, 'won')
      await crashed

      expect(historyOf(over)).toEqual([
        'dispute.needs_response',
        'dispute.under_review',
        'dispute.represented',
        'dispute.decided',
        'dispute.won'
      ])
      expect(await journaled(coffer, payment)).toEqual(['sale in 7000', 'chargeback out 7000', 'representment in 7000'])
      expect(await sinceThen(before)).toEqual({ wallet: 0, merchant: 0, fees: 0, acquirer: 0 })
    },
    120_000
  )
})

async function disputesOf(payment: string): Promise<Record<string, unknown>[]> {
  const { body } = await coffer.service.get(`/v1/disputes?payment_id=${payment}`)
  return body['data'] as Record<string, unknown>[]
}
