import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { mandateCrashPoints } from '../../activities/crash-points.ts'
import { approveBill, untilBill } from '../support/bills.ts'
import { fundFromCapital } from '../support/fund.ts'
import { insist } from '../support/insist.ts'
import {
  advanceTo,
  businessNow,
  DAY_MS,
  decide,
  inDays,
  made,
  mandate,
  monthlyFrom,
  paymentsOf,
  quiet,
  told,
  upcoming
} from '../support/mandates.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { usd } from '../support/top-ups.ts'

const RACE_MS_MAX = 90_000
let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ apis: 2 })
  await fundFromCapital(coffer, 'customer-a', 10_000_000n)
}, 120_000)
afterEach(() => expectEverythingSettled(coffer), 60_000)
afterAll(() => coffer?.stop())

const weekly = async () => ({ rule: { every: 'week', weekday: 4 }, start: await inDays(coffer, 4) })
const won = ({ status }: Answered) => status === 200

/** By a caller that does not give up, each under one key. */
const insistOn = (id: string, verb: string, body: object = {}): Promise<Answered> => {
  const key = randomUUID()
  return insist(() => decide(coffer, id, verb, body, key))
}

/** With its payment announced, of three. */
async function announced() {
  const id = await made(coffer, 'customer-a', { ...(await weekly()), count: 3 })
  const [next] = await upcoming(coffer, id)
  await advanceTo(coffer, next!.announce_at)
  return { id, next: next! }
}

/** Decides twenty times at once; tells how often each verb was accepted. */
async function twentyAtOnce(id: string, period: string): Promise<(verb: string) => number> {
  const kinds = [
    { verb: 'skip-next', body: { period } },
    { verb: 'change-next', body: { period, amount: usd(501) } },
    { verb: 'pause', body: {} },
    { verb: 'resume', body: {} },
    { verb: 'change', body: { amount: { fixed: usd(907) } } }
  ]
  const asked = Array.from({ length: 20 }, (_, n) => kinds[n % kinds.length]!)
  const answers = await Promise.all(asked.map(({ verb, body }) => insistOn(id, verb, body)))
  expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
  return (verb) => answers.filter((answered, n) => asked[n]!.verb === verb && won(answered)).length
}

/** Each that was accepted, and nothing else, stands in the record's own history. */
async function expectHistory(id: string, accepted: (verb: string) => number): Promise<void> {
  const { body } = await coffer.service.get(`/v1/mandates/${id}`)
  const types = (body['timeline'] as { type: string }[]).map(({ type }) => type)
  const count = (type: string) => types.filter((each) => each === type).length
  expect(count('mandate.next_changed')).toBe(accepted('change-next'))
  expect(count('mandate.changed')).toBe(accepted('change'))
  expect(count('mandate.paused')).toBe(accepted('pause'))
}

describe('Twenty decisions at once about a mandate', () => {
  it(
    'with its payment announced: what was accepted is what becomes of it, and nothing else is',
    async () => {
      const { id, next } = await announced()
      const accepted = await twentyAtOnce(id, next.period)
      expect(accepted('skip-next')).toBeLessThanOrEqual(1)
      await expectHistory(id, accepted)
      if ((await coffer.service.get(`/v1/mandates/${id}`)).body['state'] === 'paused') await insistOn(id, 'resume')
      const [before] = await paymentsOf(coffer, id)
      await advanceTo(coffer, next.debit_at)
      const [paid] = await paymentsOf(coffer, id)
      expect(paid!.state).toBe(accepted('skip-next') === 1 ? 'skipped' : 'paid')
      expect(paid!.amount).toBe(before!.amount)
      expect(await paymentsOf(coffer, id)).toHaveLength(1)
      await insistOn(id, 'cancel')
    },
    RACE_MS_MAX
  )

  it(
    'that nobody takes until the killed worker is back are taken once each, and a second kill later its run goes on',
    async () => {
      const { id, next } = await announced()
      await coffer.worker.kill9()
      const [accepted] = await Promise.all([twentyAtOnce(id, next.period), coffer.worker.start()])
      await expectHistory(id, accepted)
      await coffer.worker.kill9()
      await coffer.worker.start()
      // Not as in the cache of a worker, but from its history.
      expect(await insistOn(id, 'cancel')).toMatchObject({ status: 200, body: { state: 'canceled' } })
    },
    RACE_MS_MAX
  )

  it(
    'while the clock passes the debit: it is paid as accepted, or not at all, and once',
    async () => {
      for (let round = 0; round < 4; round += 1) {
        const ids = await Promise.all(
          Array.from({ length: 5 }, async () => made(coffer, 'customer-a', { ...(await weekly()), count: 2 }))
        )
        const [next] = await upcoming(coffer, ids[0]!)
        await advanceTo(coffer, next!.changeable_until)
        const { period } = next!
        const decisions = [
          // Without its period they would be about the one after it, as soon as this one has begun.
          { verb: 'skip-next', body: { period } },
          { verb: 'change-next', body: { period, amount: usd(333) } },
          { verb: 'pause', body: {} },
          { verb: 'cancel', body: {} },
          { verb: 'change', body: { amount: { fixed: usd(444) } } }
        ]
        const byMs = Date.parse(next!.debit_at) - (await businessNow(coffer)).getTime()
        const [answers] = await Promise.all([
          Promise.all(decisions.map(({ verb, body }, n) => insistOn(ids[n]!, verb, body))),
          coffer.advanceClock(byMs)
        ])
        await quiet(coffer)
        const ends = await Promise.all(ids.map(async (id) => (await paymentsOf(coffer, id))[0]!))
        const untouched = { state: 'paid', amount: 1_200n }
        const decided = [
          { state: 'skipped' },
          { state: 'paid', amount: 333n },
          { state: 'skipped', decline_code: 'mandate_paused' },
          { state: 'canceled' },
          { state: 'paid', amount: 444n }
        ]
        // A pause, a cancellation or another rule after the payment has begun is about those after it.
        ends.forEach((end, n) => {
          const laterOnly = n >= 2 && won(answers[n]!) && end.state === 'paid' && end.amount === 1_200n
          expect(end).toMatchObject(won(answers[n]!) && !laterOnly ? decided[n]! : untouched)
        })
        for (const id of ids) await insistOn(id, 'cancel')
      }
    },
    RACE_MS_MAX
  )

  it(
    'that all order the same mandate under one key make one',
    async () => {
      const wanted = { ...(await weekly()), account_number: '1000000008' }
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => insist(() => mandate(coffer, 'customer-a', wanted, 'one-key')))
      )
      expect(new Set(answers.map(({ status, body }) => `${status} ${String(body['id'])}`)).size).toBe(1)
      await decide(coffer, String(answers[0]!.body['id']), 'cancel')
    },
    RACE_MS_MAX
  )
})

describe('A mandate whose worker is killed (SIGKILL)', () => {
  it('over its dates pays them late, skips them or asks, as its customer wants; what is older than three days is over', async () => {
    const dates = [await inDays(coffer, 6), await inDays(coffer, 7), await inDays(coffer, 8)] as const
    const once = (date: string, late_policy: string) =>
      made(coffer, 'customer-a', { ...monthlyFrom(date), holiday: 'on', count: 1, late_policy })
    const gone = await once(dates[0], 'pay_late')
    const announced = [await once(dates[1], 'pay_late'), await once(dates[1], 'skip'), await once(dates[1], 'ask')]
    const unknown = [await once(dates[2], 'pay_late'), await once(dates[2], 'skip'), await once(dates[2], 'ask')]
    await advanceTo(coffer, (await upcoming(coffer, announced[0]!))[0]!.announce_at)
    const stateOfPayment = async (id: string) => told(await paymentsOf(coffer, id)).join()
    for (const id of [gone, ...announced]) expect(await stateOfPayment(id)).toMatch(/ announced$/)
    for (const id of unknown) expect(await stateOfPayment(id)).toBe('')
    const [last] = await upcoming(coffer, unknown[0]!)

    await coffer.worker.kill9()
    await coffer.advanceClock(Date.parse(last!.debit_at) + 1.5 * DAY_MS - (await businessNow(coffer)).getTime())
    await coffer.worker.start()
    await quiet(coffer)
    expect(await stateOfPayment(gone)).toBe(`${dates[0]} skipped mandate_missed`)
    for (const [date, [paid, skipped, asked]] of [[dates[1], announced] as const, [dates[2], unknown] as const]) {
      expect(await stateOfPayment(paid!)).toBe(`${date} paid`)
      expect(await stateOfPayment(skipped!)).toBe(`${date} skipped mandate_missed`)
      expect(await stateOfPayment(asked!)).toBe(`${date} awaiting_approval`)
      const [bill] = await upcoming(coffer, asked!)
      expect((await approveBill(coffer, 'customer-a', bill!.bill_payment_id!)).status).toBe(200)
      await untilBill(coffer, bill!.bill_payment_id!, 'paid')
    }
    for (const id of [gone, ...announced, ...unknown])
      await coffer.service.until(`/v1/mandates/${id}`, ({ state }) => state === 'completed')
  }, 90_000)

  it.each(pointsOfTheDay(mandateCrashPoints))(
    'at %s ends as if nothing had happened',
    async (point) => {
      const start = await inDays(coffer, 1)
      const wanted = { rule: { every: 'month', day: Number(start.slice(8)) }, start, count: 1 }
      const step = point.slice('mandate.'.length)
      const before = step.startsWith('pause')
        ? await made(coffer, 'customer-a', { ...wanted, start: await inDays(coffer, 5) })
        : undefined
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const key = `crash-at-${point}`
      const { body } = await insist(() =>
        before
          ? coffer.service.post(`/v1/mandates/${before}/pause`, {}, key)
          : mandate(coffer, 'customer-a', wanted, key)
      )
      await crashed
      const id = String(body['id'])
      if (before) await decide(coffer, id, 'resume')
      const [next] = await upcoming(coffer, id)
      // A run that nobody has started is the sweeper's.
      await coffer.advanceClock(Math.max(0, Date.parse(next!.debit_at) - (await businessNow(coffer)).getTime()))
      await coffer.sweepUntil(async () => (await paymentsOf(coffer, id))[0]?.state === 'paid')
      expect((await paymentsOf(coffer, id)).map(({ state }) => state)).toEqual(['paid'])
      await coffer.service.until(`/v1/mandates/${id}`, ({ state }) => state === 'completed')
    },
    RACE_MS_MAX
  )
})
