import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { availableOf } from '../support/bank-returns.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { goodwill, giveUp, lostByCustomer, secondFinance } from '../support/concessions.ts'
import { booked, dispute, paid, reviewers, standing, untilState } from '../support/disputes.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { over, settleNow, untilDue } from '../support/settlements.ts'
import { historyOf, idOf, usd } from '../support/top-ups.ts'

/** Nobody has to confirm anything here, and nothing is kept of what merchants sell. */
const policy = {
  step_up: { single_usd: '10000000', cumulative_usd: '10000000', payments_since: 1_000, median_factor: 1_000 },
  settlement: { daily: false, reserve: { new_bps: 0 } }
}

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy })
  await coffer.fund('bench', 400_000)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

const losses = () => booked(coffer, 'dispute_loss_expense', '')
const has = () => availableOf(coffer, 'bench')
const read = (id: string) => coffer.finance.get(`/v1/concessions/${id}`)

describe('Goodwill for a dispute that the merchant has won', () => {
  it('is the customer’s at once, of our own money, once, and the merchant hears nothing of it', async () => {
    const lost = await lostByCustomer(coffer, 8_000)
    const before = { has: await has(), losses: await losses(), merchant: await standing(coffer, 'bench') }
    const key = randomUUID()
    const asked = await goodwill(reviewers(coffer)[0], lost, 5_000, key)
    expect([asked.status, asked.body['state']]).toEqual([201, 'granted'])
    expect((await goodwill(reviewers(coffer)[0], lost, 5_000, key)).body).toEqual(asked.body)
    expect([(await has()) - before.has, (await losses()) - before.losses]).toEqual([5_000, 5_000])
    expect((await standing(coffer, 'bench')).payable).toBe(before.merchant.payable)
    expect((await goodwill(coffer.finance, lost, 1_000)).body).toMatchObject({ code: 'state_conflict' })
    const seen = await coffer.service.get(`/v1/disputes/${lost}`)
    expect(seen.body).toMatchObject({ state: 'won', goodwill: usd(5_000) })
    const merchants = await coffer.merchant.get(`/v1/disputes/${lost}`)
    expect(merchants.body).not.toHaveProperty('goodwill')
    expect(historyOf(merchants)).not.toContain('dispute.goodwill')
    // What was given out of goodwill is not disputed once more.
    const payment = String(seen.body['payment_id'])
    expect((await dispute(coffer, payment, 'fraud', { previous_id: lost })).status).toBe(409)
  })

  it('above 1,000 USD takes another finance operator, and who asked is not another one', async () => {
    const lost = await lostByCustomer(coffer, 120_000)
    const before = await has()
    const [first, second] = [
      await goodwill(coffer.finance, lost, 110_000),
      await goodwill(coffer.finance, lost, 105_000)
    ]
    expect([first.body['state'], second.body['state']]).toEqual(['in_review', 'in_review'])
    const reviewOf = (asked: typeof first) => `/v1/reviews/rev_${idOf(asked).slice(4)}`
    expect((await coffer.finance.post(`${reviewOf(first)}/approve`)).body).toMatchObject({ code: 'four_eyes_required' })
    expect(await has()).toBe(before)
    const other = secondFinance(coffer)
    expect((await other.post(`${reviewOf(first)}/approve`)).status).toBe(200)
    expect((await read(idOf(first))).body).toMatchObject({ state: 'granted' })
    // Asked for twice and approved twice, it is given once.
    expect((await other.post(`${reviewOf(second)}/approve`)).status).toBe(200)
    expect((await read(idOf(second))).body).toMatchObject({ state: 'declined', decline_code: 'state_conflict' })
    expect((await has()) - before).toBe(110_000)
  })

  it('is refused above what was disputed, in another currency, and where the customer was right', async () => {
    const lost = await lostByCustomer(coffer, 3_000)
    expect((await goodwill(coffer.finance, lost, 3_001)).body).toMatchObject({ code: 'amount_not_disputable' })
    const won = idOf(await dispute(coffer, await paid(coffer, 'bench', 2_000), 'fraud'))
    await coffer.merchant.post(`/v1/disputes/${won}/accept`)
    await untilState(coffer, won, 'accepted')
    expect((await goodwill(coffer.finance, won, 1_000)).body).toMatchObject({ code: 'state_conflict' })
  })
})

describe('What a merchant owes and will not pay', () => {
  it('is given up by two finance operators, once the merchant has nothing with us', async () => {
    const { merchant_id } = coffer.seeded.seed
    const before = await standing(coffer, 'bench')
    expect(before.payable).toBeGreaterThan(0)
    expect((await giveUp(coffer, 100)).body).toMatchObject({ code: 'state_conflict' })
    // Paid out, and then all of it is disputed.
    const payment = await paid(coffer, 'bench', 30_000)
    await settledAll()
    const id = idOf(await dispute(coffer, payment, 'fraud'))
    await coffer.merchant.post(`/v1/disputes/${id}/accept`)
    await untilState(coffer, id, 'accepted')
    const { receivable: owed } = await standing(coffer, 'bench')
    expect(owed).toBeGreaterThan(0)
    expect((await giveUp(coffer, owed + 1)).body).toMatchObject({ code: 'amount_not_disputable' })
    const lossesBefore = await losses()
    const [rejected, granted] = [await giveUp(coffer, owed), await giveUp(coffer, owed)]
    const other = secondFinance(coffer)
    expect((await other.post(`/v1/reviews/rev_${idOf(rejected).slice(4)}/reject`)).status).toBe(200)
    await coffer.finance.until(`/v1/concessions/${idOf(rejected)}`, ({ state }) => state === 'rejected')
    expect((await other.post(`/v1/reviews/rev_${idOf(granted).slice(4)}/approve`)).status).toBe(200)
    expect((await read(idOf(granted))).body).toMatchObject({ state: 'granted', merchant_id, kind: 'merchant_debt' })
    expect(await standing(coffer, 'bench')).toMatchObject({ receivable: 0, payable: 0 })
    expect((await losses()) - lossesBefore).toBe(owed)
  })
})

/** All that the merchant is owed is on its way to their bank account. */
async function settledAll(): Promise<void> {
  await untilDue(coffer)
  await over(coffer, idOf(await settleNow(coffer)))
}
