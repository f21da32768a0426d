import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { balanceOf, sell, settleNow, untilDue } from '../support/settlements.ts'
import { bookedTimes, usd } from '../support/top-ups.ts'

const DAY_MS = 86_400_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: { settlement: { daily: true } } })
  await fundFromCapital(coffer, 'bench', 1_000_000n)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

interface Listed {
  readonly id: string
  readonly state: string
  readonly trigger: string
  readonly business_date: string
  readonly amount: { readonly amount: string }
  readonly totals: Readonly<Record<string, object>>
}
const list = async () => (await coffer.merchant.get('/v1/settlements?limit=100')).body['data'] as Listed[]
const isAllPaid = async (many: number) => {
  const all = await list()
  return all.length === many && all.every(({ state }) => state === 'paid')
}

describe('Every business day', () => {
  it('at the cut-off each merchant is settled, once a day, however often it is looked', async () => {
    await sell(coffer, 10_000)
    await untilDue(coffer)
    await coffer.sweepUntil(() => isAllPaid(1), 'settlement-day')
    const [first] = await list()
    expect(first).toMatchObject({ trigger: 'daily', amount: usd(9_434), totals: { gross: usd(10_000) } })
    expect(await bookedTimes(coffer, 'a', first!.id)).toBe(1)
    expect((await settleNow(coffer)).body['code']).toBe('nothing_to_settle')
    const { rows } = await coffer.pool.query<{ day: string }>('select max(day) as day from settlement_day')
    expect(rows).toEqual([{ day: first!.business_date }])
  })

  it('that was missed is made up for by the sweeper, all of it in one settlement', async () => {
    await sell(coffer, 1_000)
    await sell(coffer, 2_000)
    await coffer.advanceClock(7 * DAY_MS)
    await coffer.sweepUntil(() => isAllPaid(2))
    expect((await list())[0]).toMatchObject({ totals: { gross: usd(3_000) } })
    expect(await balanceOf(coffer)).toMatchObject({ payable: 0, reserve: 496 + 148 })
  })

  it('reserves whose 90 days are over are released, and paid with the same settlement; each once', async () => {
    await coffer.advanceClock(91 * DAY_MS)
    await coffer.sweepUntil(() => isAllPaid(3))
    const last = (await list())[0]!
    // Nothing is held back of it again, and the merchant is new no longer.
    expect(last).toMatchObject({ amount: usd(644), totals: { reserve_released: usd(644), reserve_taken: usd(0) } })
    expect(await balanceOf(coffer)).toMatchObject({ payable: 0, reserve: 0 })
    await sell(coffer, 10_000)
    await untilDue(coffer)
    await coffer.sweepUntil(() => isAllPaid(4))
    expect((await list())[0]).toMatchObject({ amount: usd(9_930) })
  })
})
