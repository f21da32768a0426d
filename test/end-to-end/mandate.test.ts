import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { waitUntil } from '../../local/wait-until.ts'
import { setBusinessClock } from '../../store/business-clock.ts'
import { connectClient } from '../../temporal/connection.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { testContext } from '../support/context.ts'
import { billerOf, issue, newAccount, untilBill } from '../support/bills.ts'
import { fundFromCapital } from '../support/fund.ts'
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
  told,
  upcoming
} from '../support/mandates.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectSoon, usd } from '../support/top-ups.ts'

/** Far enough ahead for a Schedule to have counted it before, as the first one makes it. */
const SOON_MS = 25_000
let coffer: Coffer
let temporal: ReturnType<typeof connectClient>
/** Announced by a real Schedule, a moment from now. */
let first: string
let debit: Date
beforeAll(async () => {
  // The debit is at nine in the morning five days from now; the notice is as long as it takes for it to be given soon.
  debit = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS + 5 * DAY_MS + 9 * 3_600_000)
  const notice_ms = debit.getTime() - (Date.now() + SOON_MS)
  const masterKey = randomBytes(32)
  coffer = await startCoffer({ masterKey, policy: { mandate: { notice_ms, jitter_ms: 1, early_ms: 1 } } })
  temporal = connectClient({
    COFFER_MODE: 'test',
    COFFER_MASTER_KEY: masterKey,
    TEMPORAL_ADDRESS: testContext().temporalAddress,
    TEMPORAL_NAMESPACE: coffer.namespaceAndQueue.namespace,
    TEMPORAL_TLS: false
  })
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
}, 120_000)
afterEach(() => expectEverythingSettled(coffer), 60_000)
afterAll(async () => {
  await temporal?.close()
  await coffer?.stop()
})

/** So far it is ahead, without anybody having been told. */
async function clockOffsetMs(): Promise<number> {
  const { rows } = await coffer.pool.query<{ ms: string }>(
    `select round(extract(epoch from business_now() - clock_timestamp()) * 1000) as ms`
  )
  return Number(rows[0]!.ms)
}

/** Of a mandate, as operators have it before them. */
const scheduleOf = (id: string) => temporal.client.schedule.getHandle(`mandate/${id}`)
/** Undefined: there is none. */
const scheduleNow = (id: string) =>
  scheduleOf(id)
    .describe()
    .catch(() => undefined)
const read = async (id: string) => (await coffer.service.get(`/v1/mandates/${id}`)).body
const stateOf = async (id: string) => (await read(id))['state']
const stop = (id: string) => decide(coffer, id, 'cancel')

describe('The Schedule of a mandate', () => {
  it('announces by itself when its time comes; an operator’s trigger and backfill of it make no second payment', async () => {
    const date = debit.toISOString().slice(0, 10)
    first = await made(coffer, 'customer-a', { ...monthlyFrom(date), zone: 'UTC', time: '09:00' })
    await expectSoon(async () => (await scheduleNow(first))?.spec.calendars?.length, 12)
    // Nothing but the Schedule has it announced: the clock is not moved.
    await waitUntil(async () => told(await paymentsOf(coffer, first)).join() === `${date} announced`, {
      limitMs: 60_000,
      otherwise: 'the Schedule has announced nothing'
    })
    await scheduleOf(first).trigger()
    await scheduleOf(first).backfill({ start: new Date(Date.now() - DAY_MS), end: new Date(), overlap: 'ALLOW_ALL' })
    await scheduleOf(first).pause('an operator was curious')
    await advanceTo(coffer, debit)
    expect(told(await paymentsOf(coffer, first))).toEqual([`${date} paid`])
  }, 90_000)

  it('is as the record says again after each change, and away when the mandate is over', async () => {
    expect((await decide(coffer, first, 'pause')).body).toMatchObject({ state: 'paused', reason: 'customer' })
    await expectSoon(async () => (await scheduleNow(first))?.state.note, 'paused: customer')
    expect((await decide(coffer, first, 'resume')).body).toMatchObject({ state: 'active' })
    await expectSoon(async () => (await scheduleNow(first))?.state.paused, false)
    expect((await stop(first)).body).toMatchObject({ state: 'canceled' })
    await expectSoon(
      () =>
        scheduleOf(first)
          .describe()
          .then(
            () => 'there',
            () => 'away'
          ),
      'away'
    )
  }, 60_000)

  it('that Temporal has lost is made anew by the sweep, which announces what it missed', async () => {
    const date = await inDays(coffer, 20, 'UTC')
    const id = await made(coffer, 'customer-a', { ...monthlyFrom(date), zone: 'UTC' })
    await expectSoon(async () => (await scheduleNow(id))?.state.paused, false)
    const [next] = await upcoming(coffer, id)
    await scheduleOf(id).delete()
    // Nobody is told that the time has come: neither the mandate’s own run nor a Schedule’s.
    const byMs = Date.parse(next!.announce_at) - (await businessNow(coffer)).getTime() + 60_000
    await setBusinessClock(coffer.db, (await clockOffsetMs()) + byMs)
    expect(await paymentsOf(coffer, id)).toEqual([])
    await coffer.sweepUntil(async () => (await scheduleNow(id)) !== undefined, 'mandates')
    expect(told(await paymentsOf(coffer, id))).toEqual([`${date} announced`])
    await coffer.advanceClock(byMs)
    await stop(id)
  }, 60_000)
})

describe('A mandate', () => {
  it('is not woken by a clock that is moved before its time, and by one that is moved to it', async () => {
    const id = await made(coffer, 'customer-a', monthlyFrom(await inDays(coffer, 27)))
    const nudges = async () => {
      const { events = [] } = await temporal.client.workflow.getHandle(`mandate/${id}`).fetchHistory()
      return events!.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal).length
    }
    for (let hours = 0; hours < 3; hours += 1) await coffer.advanceClock(3_600_000)
    expect(await nudges()).toBe(0)
    await advanceTo(coffer, (await upcoming(coffer, id))[0]!.announce_at)
    expect(await nudges()).toBe(1)
    await stop(id)
  }, 60_000)

  it('of a bill asks its customer above the cap, and pays what they approve', async () => {
    const account = newAccount()
    const date = await inDays(coffer, 8)
    const cap = { amount: { bill_up_to: usd(5_000) }, account_number: account }
    const id = await made(coffer, 'customer-a', { ...monthlyFrom(date), ...cap, count: 2 })
    await issue(coffer, { account, reference: 'first', amount: 4_210 })
    await advanceTo(coffer, (await upcoming(coffer, id))[0]!.debit_at)
    await issue(coffer, { account, reference: 'second', amount: 5_010 })
    await advanceTo(coffer, (await upcoming(coffer, id))[0]!.debit_at)
    const [bill] = await upcoming(coffer, id)
    expect(bill).toMatchObject({ state: 'awaiting_approval', amount: usd(5_010) })
    const customer = await coffer.asCustomer('customer-a')
    const { pin } = coffer.customer('customer-a')
    await customer.post(`/v1/bill-payments/${bill!.bill_payment_id}/approve`, { pin })
    await untilBill(coffer, bill!.bill_payment_id!, 'paid')
    expect((await paymentsOf(coffer, id)).map(({ amount }) => amount)).toEqual([4_210n, 5_010n])
    await expectSoon(() => stateOf(id), 'completed')
  }, 60_000)

  it('skips and changes the next one alone, announced or not, until 23:59 of the day before', async () => {
    // Further ahead than the notice of these tests, whatever the weekday: the first one is not announced yet.
    const start = await inDays(coffer, 7)
    const id = await made(coffer, 'customer-a', { rule: { every: 'week', weekday: 3 }, start, count: 6 })
    const dates = await upcoming(coffer, id)
    expect(dates).toHaveLength(6)
    expect((await decide(coffer, id, 'skip-next', { period: dates[1]!.period })).status).toBe(409)
    await decide(coffer, id, 'skip-next', { period: dates[0]!.period })
    await decide(coffer, id, 'change-next', { amount: usd(777) })
    await advanceTo(coffer, dates[1]!.debit_at)
    await advanceTo(coffer, dates[2]!.changeable_until)
    expect((await decide(coffer, id, 'change-next', { amount: usd(888) })).body).toMatchObject({
      code: 'too_late_to_change'
    })
    await advanceTo(coffer, dates[2]!.debit_at)
    await advanceTo(coffer, dates[3]!.announce_at)
    expect((await decide(coffer, id, 'skip-next')).status).toBe(200)
    expect((await decide(coffer, id, 'change', { amount: { fixed: usd(999) } })).status).toBe(200)
    await advanceTo(coffer, dates[4]!.debit_at)
    await advanceTo(coffer, dates[5]!.debit_at)
    const payments = await paymentsOf(coffer, id)
    expect(told(payments)).toEqual([
      `${dates[1]!.period} paid`,
      `${dates[2]!.period} paid`,
      `${dates[3]!.period} skipped`,
      `${dates[4]!.period} paid`,
      `${dates[5]!.period} paid`
    ])
    expect(payments.map(({ amount }) => amount)).toEqual([777n, 1_200n, 1_200n, 999n, 999n])
    await expectSoon(() => stateOf(id), 'completed')
  }, 90_000)

  it('that is paused when a debit comes skips it, and resumed makes up for nothing', async () => {
    const start = await inDays(coffer, 3)
    const id = await made(coffer, 'customer-a', { rule: { every: 'week', weekday: 5 }, start, count: 4 })
    const dates = await upcoming(coffer, id)
    await advanceTo(coffer, dates[0]!.announce_at)
    await decide(coffer, id, 'pause')
    expect((await upcoming(coffer, id)).map(({ state }) => state)).toEqual(['announced'])
    await advanceTo(coffer, dates[1]!.debit_at)
    await decide(coffer, id, 'resume')
    await advanceTo(coffer, dates[2]!.debit_at)
    await advanceTo(coffer, dates[3]!.debit_at)
    expect(told(await paymentsOf(coffer, id))).toEqual([
      `${dates[0]!.period} skipped mandate_paused`,
      `${dates[2]!.period} paid`,
      `${dates[3]!.period} paid`
    ])
  }, 60_000)

  it('is paused by the third payment in a row that fails, in the same unit of work', async () => {
    const start = await inDays(coffer, 3)
    const id = await made(coffer, 'customer-b', { rule: { every: 'week', weekday: 2, interval: 2 }, start })
    for (const [index, { debit_at }] of (await upcoming(coffer, id)).slice(0, 3).entries()) {
      await advanceTo(coffer, debit_at)
      // On days 1, 3 and 5 the money is looked for again.
      for (const days of [1, 3, 5]) await advanceTo(coffer, new Date(Date.parse(debit_at) + days * DAY_MS + 60_000))
      const states = async () => (await paymentsOf(coffer, id)).map(({ state }) => state).join()
      await expectSoon(
        states,
        Array(index + 1)
          .fill('failed')
          .join()
      )
    }
    expect(await read(id)).toMatchObject({ state: 'paused', reason: 'payments_failed', failures_in_row: 3 })
    const { rows } = await coffer.pool.query(
      `select count(distinct unit_id) as units from event where (object_id = $1 and type = 'mandate.paused')
         or (type = 'bill_payment.failed' and object_id = (select id from bill_payment where mandate_id = $1 order by period desc limit 1))`,
      [id]
    )
    expect(Number(rows[0].units)).toBe(1)
    await stop(id)
  }, 90_000)

  it('whose biller closes has failed before it announces anything more', async () => {
    const admin = coffer.pool
    const biller = await billerOf(coffer, 'harbour-homes')
    const start = await inDays(coffer, 6)
    const id = await made(coffer, 'customer-a', {
      ...monthlyFrom(start),
      biller: 'harbour-homes',
      account_number: 'HH000017'
    })
    await admin.query(`update biller set state = 'closed' where id = $1`, [biller])
    await advanceTo(coffer, (await upcoming(coffer, id))[0]!.debit_at)
    expect(await read(id)).toMatchObject({ state: 'failed', reason: 'biller_closed' })
    expect(await paymentsOf(coffer, id)).toEqual([])
  }, 60_000)

  it('that its customer orders takes the PIN; one without a date to come, or in the past, is refused', async () => {
    const customer = await coffer.asCustomer('customer-a')
    const { pin, wallet_id } = coffer.customer('customer-a')
    const start = await inDays(coffer, 30)
    const body = {
      wallet_id,
      biller_id: await billerOf(coffer, 'city-power'),
      account_number: newAccount(),
      amount: { fixed: usd(100) },
      ...monthlyFrom(start)
    }
    expect((await customer.post('/v1/mandates', body)).body).toMatchObject({ code: 'confirmation_failed' })
    const { status, body: answered } = await customer.post('/v1/mandates', { ...body, pin })
    expect([status, answered['account_number']]).toEqual([201, body.account_number])
    await stop(String(answered['id']))
    const refused = async (more: object) =>
      (await mandate(coffer, 'customer-a', { ...monthlyFrom(start), ...more })).body['code']
    expect(await refused({ end: await inDays(coffer, 29) })).toBe('mandate_without_occurrences')
    expect(await refused({ start: '2020-01-01' })).toBe('invalid_request')
    expect(await refused({ account_number: '12' })).toBe('biller_account_invalid')
    expect(await refused({ amount: { fixed: { amount: '100', currency: 'EUR' } } })).toBe('currency_mismatch')
    expect(await refused({ end: start, count: 3 })).toBe('invalid_request')
  }, 60_000)
})
