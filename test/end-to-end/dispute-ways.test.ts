import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { currency } from '../../domain/currencies.ts'
import { idOf as branded } from '../../domain/ids.ts'
import { disputeCrashPoints } from '../../activities/crash-points.ts'
import { insertMerchant } from '../../store/merchant.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import {
  beforeReviewer,
  booked,
  DAY_MS,
  decide,
  dispute,
  paid,
  readDispute,
  reviewers,
  since,
  standing,
  submit,
  untilEvent,
  untilState
} from '../support/disputes.ts'
import { insist } from '../support/insist.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { historyOf, idOf, usd } from '../support/top-ups.ts'

const POINT_MS_MAX = 120_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await coffer.fund('bench', 900_000)
  // What the merchant is owed anyway: nobody owes us anything unless a test is about that.
  await paid(coffer, 'bench', 100_000)
})
afterEach(async () => {
  if (!coffer.worker.running) await coffer.worker.start()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer.stop())

const opened = async (reason: string, amount = 10_000) =>
  idOf(await dispute(coffer, await paid(coffer, 'bench', amount), reason))

const verb = (by: 'merchant' | 'service', id: string, action: string) => coffer[by].post(`/v1/disputes/${id}/${action}`)

describe('An inquiry', () => {
  it('costs the merchant no fee when they give in, and the customer has the money', async () => {
    const before = await standing(coffer, 'bench')
    const id = await opened('not_received')
    expect((await readDispute(coffer, id)).body).toMatchObject({ state: 'inquiry', inquiry_until: expect.any(String) })
    expect(await verb('merchant', id, 'accept')).toMatchObject({
      status: 200,
      body: { state: 'accepted', outcome: 'customer' }
    })
    expect(historyOf(await readDispute(coffer, id))).toEqual([
      'dispute.inquiry',
      'dispute.needs_response',
      'dispute.accepted'
    ])
    expect(since(before, await standing(coffer, 'bench'))).toEqual({ wallet: 0, payable: -70, receivable: 0, fees: 0 })
  })

  it('is closed when the customer takes it back, and as a small one after the notice for what was credited', async () => {
    const before = await standing(coffer, 'bench')
    const [large, small] = [await opened('not_received'), await opened('wrong_amount', 4_000)]
    await untilEvent(coffer, small, 'dispute.credited')
    for (const id of [large, small]) expect(await verb('service', id, 'withdraw')).toMatchObject({ status: 200 })
    await untilState(coffer, large, 'closed')
    await untilEvent(coffer, small, 'dispute.reversal_announced')
    await coffer.advanceClock(10 * DAY_MS)
    await untilState(coffer, small, 'closed')
    expect(since(before, await standing(coffer, 'bench'))).toMatchObject({ wallet: -14_000, receivable: 0, fees: 0 })
  })

  it('is formal after three days, costs the fee then, and goes to a reviewer at once where the merchant has answered', async () => {
    const before = await standing(coffer, 'bench')
    const [silent, answered] = [await opened('duplicate'), await opened('duplicate')]
    await submit(coffer.merchant, answered, { text: 'Two orders, two deliveries.' })
    expect((await readDispute(coffer, answered)).body).toMatchObject({ state: 'inquiry' })
    expect((await standing(coffer, 'bench')).fees).toBe(before.fees)
    await coffer.advanceClock(3 * DAY_MS)
    await untilState(coffer, silent, 'needs_response')
    await untilState(coffer, answered, 'under_review')
    expect((await standing(coffer, 'bench')).fees).toBe(before.fees + 3_000)
    await verb('merchant', silent, 'accept')
    await verb('service', answered, 'withdraw')
    await untilState(coffer, answered, 'withdrawn')
    expect((await standing(coffer, 'bench')).fees).toBe(before.fees + 1_500)
  })
})

describe('A formal dispute', () => {
  it('reminds the merchant after 5 and after 9 days, and is the customer’s when they have said nothing after 10', async () => {
    const id = await opened('fraud')
    await coffer.advanceClock(5 * DAY_MS)
    await untilEvent(coffer, id, 'dispute.evidence_reminder')
    await coffer.advanceClock(4 * DAY_MS)
    await untilEvent(coffer, id, 'dispute.evidence_reminder', 2)
    await coffer.advanceClock(DAY_MS)
    const over = await untilState(coffer, id, 'expired')
    expect(over.body).toMatchObject({ outcome: 'customer', fee: usd(1_500) })
    expect(await submit(coffer.merchant, id, { text: 'Too late.' })).toMatchObject({ status: 409 })
  })

  it('that is opened many times at once reserves the money once', async () => {
    const payment = await paid(coffer, 'bench', 10_000)
    const answers = await Promise.all(Array.from({ length: 6 }, () => dispute(coffer, payment, 'fraud')))
    const taken = answers.filter(({ status, body }) => status === 201 && body['state'] === 'needs_response')
    expect(taken).toHaveLength(1)
    for (const answer of answers.filter((each) => each !== taken[0]))
      expect(answer.body['code'] ?? answer.body['decline_code']).toBe('amount_not_disputable')
    expect((await coffer.service.get(`/v1/payments/${payment}`)).body).toMatchObject({ disputed: usd(10_000) })
    await verb('merchant', idOf(taken[0]!), 'accept')
  })

  it('takes from a merchant who is owed too little what they owe us then, and pays that back first', async () => {
    const merchantId = branded('mer', `mer_${randomBytes(16).toString('hex')}`)
    const place = { name: 'Stall', city: 'Berlin', country: 'DE', mcc: '5814' }
    await insertMerchant(coffer.db, { id: merchantId, ...place, currency: currency('USD') })
    const { wallet_id } = coffer.customer('bench')
    const made = await coffer.service.post('/v1/payments', {
      wallet_id,
      merchant_id: merchantId,
      amount: usd(10_000),
      splits: [
        { merchant_id: merchantId, amount: usd(4_000) },
        { merchant_id: coffer.seeded.seed.merchant_id, amount: usd(6_000) }
      ]
    })
    // 60 bp and 10 cents.
    expect(await booked(coffer, 'merchant_payable', merchantId)).toBe(3_930)
    const id = idOf(await dispute(coffer, idOf(made), 'fraud'))
    expect(await booked(coffer, 'merchant_payable', merchantId)).toBe(0)
    expect(await booked(coffer, 'merchant_receivable', merchantId)).toBe(7_570)
    await verb('service', id, 'withdraw')
    await untilState(coffer, id, 'withdrawn')
    expect(await booked(coffer, 'merchant_payable', merchantId)).toBe(3_930)
    expect(await booked(coffer, 'merchant_receivable', merchantId)).toBe(0)
  })

  it('whose run and its history are lost goes on from its record, when the sweeper comes', async () => {
    const id = await opened('fraud')
    await coffer.forgetRun(`dispute/${id}`)
    await coffer.advanceClock(10 * DAY_MS)
    await coffer.sweepUntil(async () => (await readDispute(coffer, id)).body['state'] === 'expired')
  })
})

describe('A second stage', () => {
  it('follows what the merchant has won, once, within 10 days, and nothing else does', async () => {
    const id = await beforeReviewer(coffer, 'bench', 10_000)
    await decide(reviewers(coffer)[0], id, 'won')
    const { body } = await untilState(coffer, id, 'won')
    const payment = String(body['payment_id'])
    expect(await dispute(coffer, payment, 'fraud')).toMatchObject({ status: 409, body: { remaining: '0' } })
    const second = await dispute(coffer, payment, 'not_received', { previous_id: id })
    expect(second).toMatchObject({
      status: 201,
      body: { state: 'needs_response', previous_id: id, amount: usd(10_000) }
    })
    await submit(coffer.merchant, idOf(second), { text: 'As before.' })
    await coffer.advanceClock(10 * DAY_MS)
    await decide(reviewers(coffer)[0], idOf(second), 'won')
    await untilState(coffer, idOf(second), 'won')
    for (const previous_id of [id, idOf(second)])
      expect(await dispute(coffer, payment, 'fraud', { previous_id })).toMatchObject({ status: 409 })

    const late = await beforeReviewer(coffer, 'bench', 10_000)
    await decide(reviewers(coffer)[0], late, 'won')
    const over = await untilState(coffer, late, 'won')
    await coffer.advanceClock(10 * DAY_MS)
    const tooLate = await dispute(coffer, String(over.body['payment_id']), 'fraud', { previous_id: late })
    expect(tooLate).toMatchObject({ status: 409, body: { code: 'dispute_window_over' } })
  })
})

describe('A payment', () => {
  it('is disputed by its payer alone, in its currency, within 120 days, up to what is left of it', async () => {
    const payment = await paid(coffer, 'bench', 10_000)
    const other = await coffer.asCustomer('customer-a')
    const order = { payment_id: payment, reason: 'fraud', narrative: 'Not me.' }
    expect(await other.post('/v1/disputes', order)).toMatchObject({ status: 404 })
    const euros = { amount: { amount: '100', currency: 'EUR' } }
    expect(await dispute(coffer, payment, 'fraud', euros)).toMatchObject({ body: { code: 'currency_mismatch' } })
    const tooMuch = await dispute(coffer, payment, 'fraud', { amount: usd(10_001) })
    expect(tooMuch).toMatchObject({ status: 409, body: { code: 'amount_not_disputable', remaining: '10000' } })
    expect(
      await coffer.pool.query(`select from dispute_statement where dispute_id not in (select id from dispute)`)
    ).toMatchObject({
      rowCount: 0
    })
    await coffer.advanceClock(121 * DAY_MS)
    expect(await dispute(coffer, payment, 'fraud')).toMatchObject({ body: { code: 'dispute_window_over' } })
  })
})

describe('A worker killed (SIGKILL) with a dispute', () => {
  it.each(pointsOfTheDay(disputeCrashPoints))(
    'at %s is started again, and everything of it happens once',
    async (point) => {
      const payment = await paid(coffer, 'bench', 4_000)
      const before = await standing(coffer, 'bench')
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())

      const id = idOf(await insist(() => dispute(coffer, payment, 'unauthorized', {}, `open-${payment}`)))
      const wallet = `/v1/wallets/${coffer.customer('bench').wallet_id}`
      await coffer.service.until(wallet, ({ state }) => state === 'frozen')
      await untilEvent(coffer, id, 'dispute.credited')
      await insist(() => coffer.merchant.post(`/v1/disputes/${id}/submit-evidence`, { text: 'Signed.' }, `say-${id}`))
      await coffer.advanceClock(10 * DAY_MS)
      const [reviewer] = reviewers(coffer)
      const verdict = { outcome: 'won', reason: 'it was signed for' }
      const decided = await insist(() => reviewer.post(`/v1/disputes/${id}/decide`, verdict, `decide-${id}`))
      expect(decided).toMatchObject({ status: 200, body: { outcome: 'merchant' } })
      await untilEvent(coffer, id, 'dispute.reversal_announced')
      await coffer.advanceClock(10 * DAY_MS)
      const over = await untilState(coffer, id, 'won')
      await crashed

      expect(historyOf(over)).toEqual([
        'dispute.needs_response',
        'dispute.credited',
        'dispute.under_review',
        'dispute.decided',
        'dispute.reversal_announced',
        'dispute.won'
      ])
      expect(since(before, await standing(coffer, 'bench'))).toEqual({ wallet: 0, payable: 0, receivable: 0, fees: 0 })
      await reviewer.post(`${wallet}/thaw`, { reason: 'the customer was here' })
    },
    POINT_MS_MAX
  )
})
