import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { eachAtMost } from '../support/insist.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { ended, expectState, idOf, impatient, usd, waiting } from '../support/top-ups.ts'
import { asking, confirmed, walletOf, withdraw, withdrawn } from '../support/withdrawals.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
  await fundFromCapital(coffer, 'customer-b', 20_000n)
  await paid(await confirmed(coffer, 'customer-b', 100))
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

/** Bank B takes a minute; then it has paid. */
async function paid(made: Parameters<typeof idOf>[0]): Promise<void> {
  await asking(coffer, idOf(made))
  await coffer.advanceClock(MINUTE_MS)
  expectState(await withdrawn(coffer, idOf(made)), 'succeeded')
}

/** By a top-up through bank B, to which customer-b's link is of today. */
async function pull(amount: number): Promise<void> {
  const { wallet_id, bank_account_id } = coffer.customer('customer-b')
  const { body } = await coffer.service.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(amount) })
  const id = String(body['id'])
  await waiting(coffer, id)
  await coffer.advanceClock(MINUTE_MS)
  expectState(await ended(coffer, id), 'succeeded')
}

describe('Money that a young link has pulled', () => {
  it('may be spent at once, and leaves for a bank only after five business days', async () => {
    await pull(10_000)
    expect((await walletOf(coffer, 'customer-b')).available).toBe(29_900)
    const kept = await withdraw(coffer, 'customer-b', 20_000)
    expectState(kept, 'declined', 'not_withdrawable_yet')
    const { created_at, withdrawable_from } = kept.body as Record<string, string>
    const days = (Date.parse(withdrawable_from!) - Date.parse(created_at!)) / DAY_MS
    // Five business days are five to seven calendar days, and an hour more or less when the clocks change.
    expect(days).toBeGreaterThan(4.9)
    expect(days).toBeLessThan(7.1)
    const { body } = await withdraw(coffer, 'customer-b', 20_000, { dry_run: true })
    expect(body).toMatchObject({ decline_code: 'not_withdrawable_yet', withdrawable_from })

    // What is not of the young link may go at the same moment, and a payment takes of any.
    await paid(await withdraw(coffer, 'customer-b', 14_900))
    const { merchant_id } = coffer.seeded.seed
    const { wallet_id } = coffer.customer('customer-b')
    const payment = { wallet_id, merchant_id, amount: usd(1_000) }
    expectState(await coffer.service.post('/v1/payments', payment), 'succeeded')
    expectState(await withdraw(coffer, 'customer-b', 5_000), 'declined', 'not_withdrawable_yet')

    await coffer.advanceClock(7 * DAY_MS)
    await paid(await withdraw(coffer, 'customer-b', 14_000))
    expect((await walletOf(coffer, 'customer-b')).available).toBe(0)
  })

  it('stays when ten withdrawals come at once: together they take no more than the rest', async () => {
    await fundFromCapital(coffer, 'customer-b', 2_500n)
    await pull(10_000)
    const made = await eachAtMost(10, Array.from({ length: 10 }), () => withdraw(coffer, 'customer-b', 1_000))
    const ends = made.map(({ body }) => body['decline_code'] ?? body['state']).sort()
    expect(ends).toEqual([...Array(8).fill('not_withdrawable_yet'), ...Array(2).fill('processing')])
    const going = made.filter(({ body }) => body['state'] === 'processing')
    await Promise.all(going.map((one) => asking(coffer, idOf(one))))
    await coffer.advanceClock(MINUTE_MS)
    for (const one of going) expectState(await withdrawn(coffer, idOf(one)), 'succeeded')
  })

  it('may leave at once when the link is a month old', async () => {
    await coffer.advanceClock(30 * DAY_MS)
    await pull(10_000)
    await paid(await withdraw(coffer, 'customer-b', 20_000))
  })
})
