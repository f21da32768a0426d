import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { instantAt } from '../../domain/local-time.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { eachAtMost } from '../support/insist.ts'
import {
  advanceTo,
  businessNow,
  DAY_MS,
  made,
  paymentsOf,
  quiet,
  upcoming,
  type Upcoming
} from '../support/mandates.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectSoon, usd } from '../support/top-ups.ts'

/** A dozen in every run of the tests, `MANDATES=100` before `npx jest test/end-to-end/mandate-year` for the whole size. */
const MANDATES = Number(process.env['MANDATES'] ?? 12)
const LIMIT_MS = 30_000 + MANDATES * 10_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'bench', 100_000_000n)
}, 120_000)
afterEach(() => expectEverythingSettled(coffer), 60_000)
afterAll(() => coffer?.stop())

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'] as const

/** The two dates of the coming year on which a zone's clocks change, and the times that come not at all, or twice. */
function changes(zone: string, from: Date): { date: string; time: string }[] {
  const offset = (at: number) => {
    const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).format(at)
    return name.slice(name.indexOf('GMT'))
  }
  const found: { date: string; time: string }[] = []
  for (let at = from.getTime(); at < from.getTime() + 364 * DAY_MS; at += DAY_MS) {
    if (offset(at) === offset(at + DAY_MS)) continue
    const date = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at + DAY_MS)
    found.push({ date, time: zone === 'America/New_York' ? '01:30' : '02:15' })
  }
  return found
}

const yearly = (date: string) => ({ every: 'year', month: Number(date.slice(5, 7)), day: Number(date.slice(8)) })

function wanted(n: number, now: Date): Record<string, unknown> {
  const zone = zones[n % zones.length]!
  const clocks = zones.flatMap((of) => changes(of, now).map((change) => ({ zone: of, ...change })))
  const change = clocks[n - 3]
  if (change) return { zone: change.zone, rule: yearly(change.date), time: change.time }
  if (n === 9) return { zone, rule: { every: 'year', month: 2, day: 29 } }
  if (n === 10) return { zone: 'Europe/Berlin', rule: { every: 'year', month: 12, day: 25 }, holiday: 'after' }
  if (n === 11) return { zone: 'Europe/Berlin', rule: { every: 'quarter', month: 3, day: 31 }, holiday: 'before' }
  return { zone, rule: { every: 'month', day: 31 } }
}

/** Debits less than a day apart are waited for together. */
function clusters(dates: readonly Upcoming[]): string[] {
  const sorted = dates.map(({ debit_at }) => debit_at).sort()
  return sorted.filter((at, n) => n + 1 === sorted.length || Date.parse(sorted[n + 1]!) - Date.parse(at) > DAY_MS)
}

it(
  `A year of ${MANDATES} mandates by the business clock pays each period once, in its order, at its time and amount`,
  async () => {
    const now = await businessNow(coffer)
    const end = new Date(now.getTime() + 364 * DAY_MS).toISOString().slice(0, 10)
    const ids = await eachAtMost(8, [...Array(MANDATES).keys()], (n) =>
      made(coffer, 'bench', { end, ...wanted(n, now), amount: { fixed: usd(100 * (n + 1)) } })
    )
    const expected = await eachAtMost(8, ids, (id) => upcoming(coffer, id, 100))
    const stops = clusters(expected.flat())
    for (const [n, stop] of stops.entries()) {
      if (n === 1) await downFor(new Date(Date.parse(stop) + 2 * DAY_MS))
      await advanceTo(coffer, stop)
    }
    for (const [n, id] of ids.entries()) {
      const payments = await paymentsOf(coffer, id)
      expect(payments.map(({ period, state, amount }) => [period, state, amount])).toEqual(
        expected[n]!.map(({ period }) => [period, 'paid', BigInt(100 * (n + 1))])
      )
      // As the calendar said a year ago: skipped times of day moved on, repeated ones the first.
      expect(payments.map(({ debit_at }) => debit_at.toISOString())).toEqual(
        expected[n]!.map(({ debit_at }) => debit_at)
      )
      await expectSoon(async () => (await coffer.service.get(`/v1/mandates/${id}`)).body['state'], 'completed')
    }
    const { rows } = await coffer.pool.query<{ total: bigint; paid: bigint }>(
      `select (select sum(amount) from bill_payment) as total,
         (select credits_posted from ledger_account where kind = 'biller_payable' limit 1) as paid`
    )
    expect(String(rows[0]!.paid)).toBe(String(rows[0]!.total))
    expect(expected[9]!.map(({ date }) => date.slice(5))).toEqual(
      expected[9]!.map(({ period }) => (Number(period.slice(0, 4)) % 4 === 0 ? '02-29' : '02-28'))
    )
    for (const { date, debit_at } of expected[3]!)
      expect(debit_at).toBe(instantAt(date, changes(zones[0], now)[0]!.time, zones[0]).toISOString())
  },
  LIMIT_MS
)

/** Two days over a debit without a worker: nobody is there to announce it or to pay. */
async function downFor(until: Date): Promise<void> {
  await coffer.worker.kill9()
  const byMs = until.getTime() - (await businessNow(coffer)).getTime()
  await coffer.advanceClock(byMs)
  await coffer.worker.start()
  await quiet(coffer)
}
