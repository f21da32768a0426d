import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
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
import { expectEverythingSettled } from '../support/settled.ts'
import { historyOf, idOf, usd } from '../support/top-ups.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await coffer.fund('bench', 500_000)
  // Accounts that are a month old.
  await coffer.advanceClock(31 * DAY_MS)
})
afterAll(() => coffer.stop())

describe('A dispute', () => {
  it('reserves what is disputed at once, keeps it from being refunded, and is told once for one key', async () => {
    const payment = await paid(coffer, 'bench', 10_000)
    const before = await standing(coffer, 'bench')
    const key = randomUUID()
    const opened = await dispute(coffer, payment, 'fraud', { amount: usd(8_000) }, key)
    expect(opened).toMatchObject({
      status: 201,
      body: { state: 'needs_response', amount: usd(8_000), fee: usd(1_500) }
    })
    expect(since(before, await standing(coffer, 'bench'))).toEqual({
      wallet: 0,
      payable: -9_500,
      receivable: 0,
      fees: 1_500
    })
    expect(await booked(coffer, 'dispute_reserve', idOf(opened))).toBe(8_000)
    expect((await coffer.service.get(`/v1/payments/${payment}`)).body).toMatchObject({ disputed: usd(8_000) })

    const again = await dispute(coffer, payment, 'fraud', { amount: usd(8_000) }, key)
    expect(again).toMatchObject({ status: 201, body: { id: idOf(opened) } })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await dispute(coffer, payment, 'duplicate', {}, key)).toMatchObject({ status: 422 })
    expect(await dispute(coffer, payment, 'fraud', { amount: usd(8_000) })).toMatchObject({
      status: 409,
      body: { code: 'amount_not_disputable', remaining: '2000' }
    })
    expect(await coffer.service.post(`/v1/disputes/${idOf(opened)}/withdraw`)).toMatchObject({ status: 200 })
    await untilState(coffer, idOf(opened), 'withdrawn')
    expect((await coffer.service.get(`/v1/payments/${payment}`)).body).not.toHaveProperty('disputed')
    expect(since(before, await standing(coffer, 'bench'))).toEqual({ wallet: 0, payable: 0, receivable: 0, fees: 0 })
  })

  it('that the merchant wins gives them money and fee back, and the customer keeps the credit for 5 business days', async () => {
    const before = await standing(coffer, 'bench')
    const id = idOf(await dispute(coffer, await paid(coffer, 'bench', 10_000), 'fraud'))
    const { wallet } = await standing(coffer, 'bench')
    await submit(coffer.merchant, id, { text: 'It was signed for.' })
    // Business day 10 is behind every weekend and holiday by then.
    await coffer.advanceClock(18 * DAY_MS)
    await untilEvent(coffer, id, 'dispute.credited')
    expect((await standing(coffer, 'bench')).wallet).toBe(wallet + 10_000)

    const [reviewer] = reviewers(coffer)
    expect((await decide(reviewer, id, 'won')).body).toMatchObject({ state: 'under_review', outcome: 'merchant' })
    const told = await untilEvent(coffer, id, 'dispute.reversal_announced')
    expect(told.body).toMatchObject({ state: 'under_review', provisional_credit: { state: 'reversing' } })
    expect(since(before, await standing(coffer, 'bench'))).toMatchObject({ receivable: 0, fees: 0, payable: 9_930 })
    expect(await decide(reviewers(coffer)[1], id, 'lost')).toMatchObject({
      status: 409,
      body: { code: 'state_conflict' }
    })
    expect((await coffer.merchant.get(`/v1/disputes/${id}`)).body).not.toHaveProperty('provisional_credit')

    await coffer.advanceClock(10 * DAY_MS)
    const over = await untilState(coffer, id, 'won')
    expect(over.body).toMatchObject({ outcome: 'merchant', provisional_credit: { state: 'reversed' } })
    expect((await standing(coffer, 'bench')).wallet).toBe(wallet)
    expect(historyOf(over)).toEqual([
      'dispute.needs_response',
      'dispute.under_review',
      'dispute.credited',
      'dispute.decided',
      'dispute.reversal_announced',
      'dispute.won'
    ])
    const seen = historyOf(await coffer.merchant.get(`/v1/disputes/${id}`))
    expect(seen).toEqual(['dispute.needs_response', 'dispute.under_review', 'dispute.decided', 'dispute.won'])
  })

  it('that the merchant loses is paid out of the reserve, once, whether the customer was credited before or not', async () => {
    const [reviewer] = reviewers(coffer)
    const before = await standing(coffer, 'bench')
    const credited = idOf(await dispute(coffer, await paid(coffer, 'bench', 4_000), 'fraud'))
    const opened = await untilEvent(coffer, credited, 'dispute.credited')
    expect(opened.body).toMatchObject({ provisional_credit: { state: 'given' } })
    await submit(coffer.merchant, credited, { text: 'It was signed for.' })
    const uncredited = await beforeReviewer(coffer, 'bench', 6_000)
    for (const id of [credited, uncredited]) {
      const lost = await decide(reviewer, id, 'lost')
      expect(lost).toMatchObject({ status: 200, body: { state: 'lost', outcome: 'customer' } })
    }
    // 60 bp and 10 cents of each are not the customer's to get back, nor is the fee for the dispute the merchant's.
    expect(since(before, await standing(coffer, 'bench'))).toEqual({
      wallet: 0,
      payable: -34 - 46 - 3_000,
      receivable: 0,
      fees: 3_000
    })
  })

  it('waits for its reviewers until both parties have had their time, and above 1,000 USD for two who agree', async () => {
    const [reviewer, second] = reviewers(coffer)
    const id = idOf(await dispute(coffer, await paid(coffer, 'bench', 150_000), 'fraud'))
    expect(await decide(reviewer, id, 'lost')).toMatchObject({ status: 409, body: { state: 'needs_response' } })
    await submit(coffer.merchant, id, { text: 'It was signed for.' })
    const early = await decide(reviewer, id, 'lost')
    expect(early).toMatchObject({ status: 409, body: { code: 'state_conflict', until: expect.any(String) } })
    await coffer.advanceClock(10 * DAY_MS)

    expect((await decide(reviewer, id, 'won')).body).toMatchObject({ state: 'under_review' })
    expect(await decide(reviewer, id, 'won')).toMatchObject({ status: 403, body: { code: 'four_eyes_required' } })
    const { body } = await reviewer.get(`/v1/disputes/${id}`)
    expect(body).toMatchObject({ reviews: [{ outcome: 'won' }] })
    expect((await readDispute(coffer, id)).body).not.toHaveProperty('reviews')
    await decide(second, id, 'won')
    await untilState(coffer, id, 'won')
  })

  it('opens a reviewer’s task, which is escalated when nobody decides, and nothing is decided by that', async () => {
    const id = await beforeReviewer(coffer, 'bench', 6_000)
    const { body } = await coffer.as(coffer.seeded.keys.reviewer).get(`/v1/tasks?kind=dispute_review&process_id=${id}`)
    expect(body['data']).toMatchObject([{ state: 'open', process_id: id }])
    await coffer.advanceClock(46 * DAY_MS)
    await coffer.sweepUntil(async () => historyOf(await readDispute(coffer, id)).includes('dispute.task_escalated'))
    expect((await readDispute(coffer, id)).body).toMatchObject({ state: 'under_review' })
    await decide(reviewers(coffer)[0], id, 'lost')
    await untilState(coffer, id, 'lost')
  })

  it('whose credit is gone when it is taken back leaves a debt, which the next money that comes in pays', async () => {
    const payment = await paid(coffer, 'bench', 4_500)
    const id = idOf(await dispute(coffer, payment, 'fraud'))
    await untilEvent(coffer, id, 'dispute.credited')
    await coffer.service.post(`/v1/disputes/${id}/withdraw`)
    await untilEvent(coffer, id, 'dispute.reversal_announced')
    await paid(coffer, 'bench', (await standing(coffer, 'bench')).wallet - 500)
    const left = (await standing(coffer, 'bench')).wallet
    expect(left).toBeLessThan(4_500)

    await coffer.advanceClock(10 * DAY_MS)
    const over = await untilState(coffer, id, 'withdrawn')
    const owed = usd(4_500 - left)
    expect(over.body).toMatchObject({ provisional_credit: { state: 'reversed', owed, outstanding: owed } })
    const path = `/v1/tasks?kind=customer_receivable&process_id=${id}`
    expect((await coffer.finance.get(path)).body['data']).toMatchObject([{ state: 'open' }])
    const wallet = await coffer.service.get(`/v1/wallets/${coffer.customer('bench').wallet_id}`)
    expect(wallet.body).toMatchObject({ state: 'frozen', frozen_by: ['dispute'] })
    await expectEverythingSettled(coffer)

    await coffer.fund('bench', 100_000)
    const paidOff = await readDispute(coffer, id)
    expect(paidOff.body).toMatchObject({ provisional_credit: { outstanding: usd(0) } })
    expect((await standing(coffer, 'bench')).wallet).toBe(100_000 + left - 4_500)
    expect((await coffer.finance.get(path)).body['data']).toMatchObject([{ state: 'done' }])
  })

  it('leaves everything settled', async () => {
    await expectEverythingSettled(coffer)
  })
})
