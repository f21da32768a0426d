import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { settlementCrashPoints } from '../../activities/crash-points.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { insist } from '../support/insist.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { balanceOf, book, csvOf, over, sell, settled, settleNow, untilDue } from '../support/settlements.ts'
import { bookedTimes, expectState, historyOf, idOf, usd } from '../support/top-ups.ts'

const POINT_MS_MAX = 120_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'bench', 1_000_000n)
})
afterEach(async () => {
  if (!coffer.worker.running) await coffer.worker.start()
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const code = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['code']]

describe('A merchant who asks for what they have earned', () => {
  it('gets what was captured before the cut-off of the business day before, less the reserve; once, whoever asks again', async () => {
    await sell(coffer, 10_000)
    expect(await balanceOf(coffer)).toMatchObject({ payable: 9_930, due: 0 })
    expect(code(await settleNow(coffer))).toEqual([409, 'nothing_to_settle'])
    await untilDue(coffer)
    await sell(coffer, 2_000)
    expect(await balanceOf(coffer)).toMatchObject({ payable: 11_908, due: 9_930 })

    const key = randomUUID()
    const asked = await settleNow(coffer, coffer.merchant, key)
    expect(asked.status).toBe(201)
    // 5 % of 99.30 stay with us for 90 days, since the merchant is new.
    expect(asked.body).toMatchObject({ state: 'processing', trigger: 'on_demand', amount: usd(9_434) })
    const paid = await over(coffer, idOf(asked))
    expectState(paid, 'paid')
    expect(paid.body['totals']).toMatchObject({ gross: usd(10_000), fees: usd(-70), reserve_taken: usd(-496) })
    expect(historyOf(paid)).toEqual([
      'settlement.collecting',
      'settlement.processing',
      'settlement.sent',
      'settlement.paid'
    ])
    expect(await bookedTimes(coffer, 'a', idOf(paid))).toBe(1)
    expect(await balanceOf(coffer)).toMatchObject({ payable: 1_978, due: 0, reserve: 496, in_settlement: 0 })

    const again = await settleNow(coffer, coffer.merchant, key)
    expect([again.status, idOf(again), again.headers.get('idempotent-replayed')]).toEqual([201, idOf(asked), 'true'])
    expect(code(await settleNow(coffer, coffer.finance))).toEqual([409, 'nothing_to_settle'])
  })

  it('finds every entry in one settlement, and a statement that adds up to the cent', async () => {
    await sell(coffer, 3_000)
    await untilDue(coffer)
    const paid = await over(coffer, idOf(await settleNow(coffer, coffer.finance)))
    const path = `/v1/settlements/${idOf(paid)}/entries`
    const first = await coffer.merchant.get(`${path}?limit=3`)
    const next = await coffer.merchant.get(`${path}?limit=3&cursor=${String(first.body['next_cursor'])}`)
    const entries = [first, next].flatMap(({ body }) => body['data'] as { code: string; amount: { amount: string } }[])
    expect(entries.map(({ code, amount }) => [code, amount.amount])).toEqual([
      ['payment.capture', '2000'],
      ['payment.fee', '-22'],
      ['payment.capture', '3000'],
      ['payment.fee', '-28']
    ])
    const [head, ...rows] = await csvOf(coffer, idOf(paid))
    expect(head).toEqual(['line', 'code', 'process', 'effective_at', 'posted_at', 'amount', 'currency'])
    expect(rows.map(([line]) => line)).toEqual([
      ...['carried_in', 'entry', 'entry', 'entry', 'entry', 'holdback', 'reserve', 'carried_out', 'payout']
    ])
    expect(rows.reduce((sum, cells) => sum + Number(cells[5]), 0)).toBe(0)
    const { totals, amount } = paid.body as { totals: Record<string, { amount: string }>; amount: { amount: string } }
    const sum = Object.values(totals).reduce((all, { amount }) => all + Number(amount), 0)
    expect(sum).toBe(Number(amount.amount))
    const listed = await coffer.finance.get(`/v1/settlements?merchant_id=${coffer.seeded.seed.merchant_id}&limit=1`)
    expect(listed.body).toMatchObject({ has_more: true, data: [{ id: idOf(paid), state: 'paid' }] })
  })

  it('is settled once when ten ask at the same time', async () => {
    await sell(coffer, 5_000)
    await untilDue(coffer)
    const asked = await Promise.all(Array.from({ length: 10 }, () => settleNow(coffer)))
    const made = asked.filter(({ status }) => status === 201)
    const ended = await Promise.all(made.map((each) => over(coffer, idOf(each))))
    expect(ended.filter(({ body }) => body['state'] === 'paid')).toHaveLength(1)
    for (const { body } of ended.filter(({ body }) => body['state'] === 'failed'))
      expect(body).toMatchObject({ decline_code: 'nothing_to_settle', amount: usd(0) })
    expect(await balanceOf(coffer)).toMatchObject({ payable: 0 })
  })

  it('gets less by what was refunded or disputed since, which waits for no cut-off', async () => {
    await sell(coffer, 10_000)
    await untilDue(coffer)
    await sell(coffer, 1_000)
    await book(coffer, 'refunded', 3_000n, 'refund.to_wallet')
    await book(coffer, 'refunded', 500n, 'something.new')
    const paid = await over(coffer, idOf(await settleNow(coffer)))
    expect(paid.body['totals']).toMatchObject({ gross: usd(10_000), refunds: usd(-3_000), other: usd(-500) })
    expect(paid.body['lines']).toContainEqual({ code: 'something.new', amount: usd(-500) })
    // 5 % of 64.30.
    expect(paid.body['amount']).toEqual(usd(6_430 - 321))
    expect(await balanceOf(coffer)).toMatchObject({ payable: 984, due: 0 })
  })

  it('pays what they owe us first, as far as it reaches', async () => {
    await book(coffer, 'owes', 3_000n)
    const all = await over(coffer, idOf(await settled(coffer, 1_000)))
    // 9.84 of the test before and 9.84 of this one.
    expectState(all, 'paid')
    expect(all.body).toMatchObject({ amount: usd(0), totals: { holdback: usd(-1_968) } })
    expect(historyOf(all)).toEqual(['settlement.collecting', 'settlement.paid'])
    expect(await bookedTimes(coffer, 'a', idOf(all))).toBe(0)
    expect(await balanceOf(coffer)).toMatchObject({ payable: 0, owed: 1_032 })
    const part = await over(coffer, idOf(await settled(coffer, 10_000)))
    expect(part.body).toMatchObject({
      amount: usd(9_930 - 1_032 - 444),
      totals: { holdback: usd(-1_032), reserve_taken: usd(-444) }
    })
    expect(await balanceOf(coffer)).toMatchObject({ payable: 0, owed: 0 })
  })

  it('gets nothing while they are suspended, and all of it when they are reinstated', async () => {
    const path = `/v1/merchants/${coffer.seeded.seed.merchant_id}`
    await sell(coffer, 1_000)
    await untilDue(coffer)
    await coffer.finance.post(`${path}/suspend`, { reason: 'looks odd' })
    expect(code(await settleNow(coffer, coffer.finance))).toEqual([409, 'settlement_held'])
    await coffer.finance.post(`${path}/reinstate`, { reason: 'is not' })
    const paid = await over(coffer, idOf(await settleNow(coffer, coffer.finance)))
    expect(paid.body).toMatchObject({ state: 'paid', amount: usd(984 - 49) })
  })

  it('is told about another currency and a kill switch; another merchant’s settlement is not there', async () => {
    const body = { merchant_id: coffer.seeded.seed.merchant_id, currency: 'EUR' }
    expect(code(await coffer.merchant.post('/v1/settlements', body))).toEqual([400, 'currency_mismatch'])
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'settlement', on: true })
    expect(code(await settleNow(coffer))).toEqual([409, 'rail_suspended'])
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'settlement', on: false })
    const other = { merchant_id: `mer_${'0'.repeat(32)}` }
    expect(code(await coffer.merchant.post('/v1/settlements', other))).toEqual([404, 'not_found'])
  })
})

describe('A settlement whose worker is killed (SIGKILL)', () => {
  it.each(pointsOfTheDay(settlementCrashPoints))(
    'at %s is paid once, as if nothing had happened',
    async (point) => {
      await sell(coffer, 5_000)
      await untilDue(coffer)
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const key = `crash-at-${point}`
      const asked = await insist(() => settleNow(coffer, coffer.merchant, key))
      await crashed
      await coffer.advanceClock(60_000)
      const paid = await over(coffer, idOf(asked))
      expectState(paid, 'paid')
      expect(await bookedTimes(coffer, 'a', idOf(paid))).toBe(1)
      expect(await balanceOf(coffer)).toMatchObject({ payable: 0, in_settlement: 0 })
    },
    POINT_MS_MAX
  )
})
