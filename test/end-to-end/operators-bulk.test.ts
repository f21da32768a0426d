import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { operatorCrashPoints } from '../../activities/crash-points.ts'
import { waitUntil } from '../../local/wait-until.ts'
import { askingForPayment, paid, payByBank, readPayment } from '../support/bank-payments.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import {
  bookedTimes,
  ended,
  expectSoon,
  expectState,
  historyOf,
  idOf,
  impatient,
  topUp,
  until,
  usesOf,
  waiting
} from '../support/top-ups.ts'
import { asking, confirm, withdraw, withdrawn } from '../support/withdrawals.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const codeOf = ({ status, body }: Answered) => [status, body['code']]
const dataOf = ({ body }: Answered) => body['data'] as Record<string, unknown>[]

const businessNow = async () => {
  const { rows } = await coffer.pool.query<{ now: Date }>('select business_now() as now')
  return rows[0]!.now.toISOString()
}

/** Sent between now and the answer, and the bank does not say what became of them. */
async function unanswered(amounts: readonly number[], booked: boolean) {
  const from = await businessNow()
  const asked = await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const ids: string[] = []
  for (const amount of amounts) {
    await coffer.sandbox.addRule({ match: { operation: 'pull', amount: String(amount) }, outcome: 'error', booked })
    const id = idOf(await topUp(coffer, 'customer-a', amount))
    await waiting(coffer, id)
    ids.push(id)
  }
  return { ids, from, asked }
}

const retryAll = (from: string, to: string, more: object = {}, by = coffer.finance, key?: string) =>
  by.post(
    '/v1/tasks/bulk',
    {
      action: 'retry',
      filter: { kind: 'unknown_bank_instruction', bank: 'a', from, to },
      reason: 'bank A was away',
      ...more
    },
    key
  )
const carriedOut = (id: string) =>
  coffer.finance.until(`/v1/bulk-decisions/${id}`, ({ state }) => state === 'completed')

describe('All unknowns of a bank between two times', () => {
  it('are asked about again by one audited decision, with a report of what became of each', async () => {
    const { ids, from, asked } = await unanswered([7_100, 7_200], true)
    await coffer.sandbox.addRule({ match: { operation: 'push', amount: '7300' }, outcome: 'error', booked: true })
    const made = await withdraw(coffer, 'customer-a', 7_300)
    if (made.body['state'] === 'requires_action') await confirm(coffer, 'customer-a', idOf(made))
    await asking(coffer, idOf(made))
    await coffer.sandbox.addRule({ match: { operation: 'pull', amount: '7900' }, outcome: 'error', booked: true })
    const payment = idOf(await payByBank(coffer, 'customer-a', 7_900))
    await askingForPayment(coffer, payment)
    const to = new Date(Date.parse(await businessNow()) + 1).toISOString()
    const before = await usesOf(coffer, asked)

    const dry = await retryAll(from, to, { dry_run: true })
    expect(dry.status).toBe(200)
    expect(dry.body).toMatchObject({ id: null, state: null, matched: 4 })
    expect(await usesOf(coffer, asked)).toBe(before)

    await coffer.sandbox.clearRules()
    const decided = await retryAll(from, to, {}, coffer.finance, 'bulk-1')
    expect(decided.status).toBe(201)
    const id = idOf(decided)
    expect(decided.headers.get('location')).toBe(`/v1/bulk-decisions/${id}`)
    expect(decided.body).toMatchObject({ matched: 4, requested_by: expect.stringMatching(/^opr_/) })
    const again = await retryAll(from, to, {}, coffer.finance, 'bulk-1')
    expect(again.body).toEqual(decided.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(codeOf(await retryAll(from, to, { reason: 'other' }, coffer.finance, 'bulk-1'))).toEqual([
      422,
      'idempotency_key_reused'
    ])
    for (const one of ids) {
      const over = await ended(coffer, one)
      expectState(over, 'succeeded')
      expect(historyOf(over).filter((type) => type === 'top_up.retried')).toHaveLength(1)
      expect(await bookedTimes(coffer, 'a', one)).toBe(1)
    }
    expectState(await withdrawn(coffer, idOf(made)), 'succeeded')
    expectState(await paid(coffer, payment), 'succeeded')
    expect(historyOf(await readPayment(coffer, payment))).toContain('payment.retried')
    expect((await carriedOut(id)).body).toMatchObject({
      matched: 4,
      nudged: 4,
      waiting: 0,
      already_over: 0,
      failed: 0,
      failed_items: [],
      run: { workflow_id: `bulk-decision/${id}` }
    })
    const log = dataOf(await coffer.admin.get(`/v1/audit-log?object=${id}`))
    expect(log).toMatchObject([{ action: 'task.bulk_retry', data: { bank: 'a', matched: 4 } }])
    expect((await retryAll(from, to, { dry_run: true })).body).toMatchObject({ matched: 0 })
  })

  it('are those that were sent in that time, of that bank and process, and only the stuck ones when that is asked', async () => {
    const { ids, from } = await unanswered([7_400], true)
    const middle = new Date(Date.parse(await businessNow()) + 1).toISOString()
    await coffer.advanceClock(1_000)
    const later = await unanswered([7_500], true)
    const to = new Date(Date.parse(await businessNow()) + 1).toISOString()
    const matched = async (filter: object) => {
      const whole = { kind: 'unknown_bank_instruction', bank: 'a', from, to, ...filter }
      return (await retryAll(from, to, { filter: whole, dry_run: true })).body['matched']
    }
    expect(await matched({})).toBe(2)
    expect(await matched({ to: middle })).toBe(1)
    expect(await matched({ from: middle })).toBe(1)
    expect(await matched({ bank: 'b' })).toBe(0)
    expect(await matched({ process: 'top-up' })).toBe(2)
    expect(await matched({ bank: 'acquirer' })).toBe(0)
    for (const process of ['withdrawal', 'payment', 'bank-link', 'deposit-recovery', 'card-link'])
      expect(await matched({ process })).toBe(0)
    expect(await matched({ kind: 'stuck_bank_instruction' })).toBe(0)
    await coffer.advanceClock(DAY_MS)
    for (const id of [...ids, ...later.ids]) await until(coffer, id, 'top_up.stuck')
    expect(await matched({ kind: 'stuck_bank_instruction' })).toBe(2)
    await coffer.sandbox.clearRules()
    const id = idOf(await retryAll(from, to))
    for (const one of [...ids, ...later.ids]) expectState(await ended(coffer, one), 'succeeded')
    await carriedOut(id)
  })

  it('are finance’s to ask about, between two times in order', async () => {
    const now = await businessNow()
    expect(codeOf(await retryAll(now, now))).toEqual([400, 'invalid_request'])
    expect(codeOf(await retryAll('2026-01-01T00:00:00Z', now, {}, coffer.admin))).toEqual([403, 'forbidden'])
    expect(codeOf(await retryAll('2026-01-01T00:00:00Z', now, {}, coffer.support))).toEqual([403, 'forbidden'])
    expect(codeOf(await retryAll('2026-01-01T00:00:00Z', now, { action: 'write-off' }))).toEqual([
      400,
      'invalid_request'
    ])
  })

  it.each(pointsOfTheDay(operatorCrashPoints))(
    'are all asked about, each on one decision, when the worker dies (SIGKILL) at %s',
    async (point) => {
      const { ids, from } = await unanswered([7_600, 7_700, 7_800], true)
      const to = new Date(Date.parse(await businessNow()) + 1).toISOString()
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      await coffer.sandbox.clearRules()
      const id = idOf(await retryAll(from, to))
      await waitUntil(() => !coffer.worker.running, { limitMs: 40_000, otherwise: `${point}: nothing came by` })
      await coffer.worker.start({ CRASH_AT: '' })
      for (const one of ids) {
        const over = await ended(coffer, one)
        expectState(over, 'succeeded')
        expect(historyOf(over).filter((type) => type === 'top_up.retried').length).toBeLessThanOrEqual(1)
        expect(await bookedTimes(coffer, 'a', one)).toBe(1)
      }
      const { matched, nudged, already_over, failed } = (await carriedOut(id)).body
      expect({ matched, failed, done: Number(nudged) + Number(already_over) }).toEqual({
        matched: 3,
        failed: 0,
        done: 3
      })
    },
    90_000
  )

  it('are carried out although the run was never started: the sweeper sees to it', async () => {
    const from = await businessNow()
    const { rows } = await coffer.pool.query<{ id: string }>(
      `insert into bulk_decision (id, action, filter, requested_by, role, fingerprint, request_id)
         values ('blk_' || replace(gen_random_uuid()::text, '-', ''), 'retry', $1, 'opr_test', 'finance', 'f', 'r') returning id`,
      [JSON.stringify({ kind: 'unknown_bank_instruction', bank: 'a', from, to: from })]
    )
    await coffer.advanceClock(10_000)
    const path = `/v1/bulk-decisions/${rows[0]!.id}`
    await coffer.sweepUntil(async () => (await coffer.support.get(path)).body['state'] === 'completed')
  })
})

describe('Tasks in bulk', () => {
  it('are given to one operator, who has the role for them', async () => {
    const { ids } = await unanswered([7_910, 7_920], true)
    await coffer.advanceClock(DAY_MS)
    for (const id of ids) await until(coffer, id, 'top_up.stuck')
    const me = String(dataOf(await coffer.finance.get('/v1/tasks?state=open'))[0]!['id'])
    const claimed = await coffer.finance.post(`/v1/tasks/${me}/claim`)
    const assign_to = String(claimed.body['assigned_to'])
    const assign = (kind: string, by = coffer.finance) =>
      by.post('/v1/tasks/bulk', { action: 'assign', filter: { kind }, assign_to, reason: 'the night shift' })
    expect(codeOf(await assign('kyc_review', coffer.admin))).toEqual([400, 'invalid_request'])
    expect(codeOf(await assign('kyc_review'))).toEqual([403, 'forbidden'])
    const id = idOf(await assign('stuck_bank_instruction', coffer.admin))
    expect((await carriedOut(id)).body).toMatchObject({ matched: 2, assigned: 2, nudged: 0 })
    expect(dataOf(await coffer.finance.get('/v1/tasks?assigned_to=me&state=open'))).toHaveLength(2)
    await coffer.sandbox.clearRules()
    for (const one of ids) await coffer.finance.post(`/v1/top-ups/${one}/retry`)
    for (const one of ids) expectState(await ended(coffer, one), 'succeeded')
    await expectSoon(async () => dataOf(await coffer.finance.get('/v1/tasks?state=open')).length, 0)
  })
})
