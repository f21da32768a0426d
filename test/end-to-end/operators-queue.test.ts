import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import {
  bookedTimes,
  callBack,
  expectSoon,
  expectState,
  historyOf,
  idOf,
  impatient,
  runOf,
  suspenseOf,
  topUp,
  until,
  waiting
} from '../support/top-ups.ts'
import {
  asking,
  nextNoon,
  untilWithdrawal,
  walletOf,
  withdraw,
  confirm,
  readWithdrawal
} from '../support/withdrawals.ts'

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

type Body = Record<string, unknown>
const codeOf = ({ status, body }: Answered) => [status, body['code']]
const dataOf = ({ body }: Answered) => body['data'] as Body[]

/** A day after it was sent, and the bank has not said a word. */
async function stuck(amount: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'pull', amount: String(amount) }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = idOf(await topUp(coffer, 'customer-a', amount))
  await waiting(coffer, id)
  await coffer.advanceClock(DAY_MS)
  await until(coffer, id, 'top_up.stuck')
  return id
}

async function stuckWithdrawal(amount: number, booked: boolean): Promise<string> {
  await nextNoon(coffer)
  await coffer.sandbox.addRule({ match: { operation: 'push', amount: String(amount) }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const made = await withdraw(coffer, 'customer-a', amount)
  if (made.body['state'] === 'requires_action') await confirm(coffer, 'customer-a', idOf(made))
  await asking(coffer, idOf(made))
  await coffer.advanceClock(DAY_MS)
  await untilWithdrawal(coffer, idOf(made), 'withdrawal.stuck')
  return idOf(made)
}

const taskOf = async (id: string) => dataOf(await coffer.support.get(`/v1/tasks?process_id=${id}`))[0]!
const resolve = (path: string, outcome: 'booked' | 'not_booked', by = coffer.finance, key?: string) =>
  by.post(`${path}/resolve`, { outcome, reason: 'the bank rang back', proof: 'letter of 22 November' }, key)
const typesOf = async (path: string) => historyOf(await coffer.support.get(path))
const finishUp = async (id: string) => {
  await coffer.sandbox.clearRules()
  await callBack(coffer, 'a', id)
  await coffer.service.until(`/v1/top-ups/${id}`, ({ state }) => state !== 'processing')
}

describe('The queue', () => {
  it('says by when a task is due, whom it is about and where to read it, and counts what waits', async () => {
    const id = await stuck(6_100, true)
    const task = await taskOf(id)
    const created = Date.parse(String(task['created_at']))
    expect(task).toMatchObject({
      process_kind: 'top-up',
      overdue: false,
      assigned_to: null,
      reminded_at: null,
      escalated_at: null,
      escalated_to: null,
      record: `/v1/top-ups/${id}`,
      run: { workflow_id: `top-up/${id}` }
    })
    expect(Date.parse(String(task['due_at'])) - created).toBe(DAY_MS)
    const { body: before } = await coffer.support.get('/v1/reviews/summary')
    expect(before).toMatchObject({ open: 1, due_soon: 0, overdue: 0, unassigned: 1 })
    await coffer.advanceClock(13 * HOUR_MS)
    expect((await coffer.support.get('/v1/reviews/summary')).body).toMatchObject({ open: 1, due_soon: 1, overdue: 0 })
    await finishUp(id)
    expect((await coffer.support.get('/v1/reviews/summary')).body).toMatchObject({ open: 0, by_kind: [] })
  })

  it('reminds at half of the time and escalates at its end, tasks and reviews, once each', async () => {
    const id = await stuck(110_000, true)
    const path = `/v1/top-ups/${id}`
    const review = idOf(await resolve(path, 'booked'))
    const late = async () => (await typesOf(path)).filter((type) => /_(due|escalated)$/.test(type)).sort()
    await coffer.advanceClock(12.5 * HOUR_MS)
    await coffer.sweepUntil(async () => (await late()).length === 2)
    expect(await late()).toEqual(['top_up.review_due', 'top_up.task_due'])
    expect(await taskOf(id)).toMatchObject({ reminded_at: expect.any(String), escalated_at: null, overdue: false })
    await coffer.advanceClock(12.5 * HOUR_MS)
    await coffer.sweepUntil(async () => (await late()).length === 4)
    const all = ['top_up.review_due', 'top_up.review_escalated', 'top_up.task_due', 'top_up.task_escalated']
    expect(await late()).toEqual(all)
    const escalated = { escalated_at: expect.any(String), escalated_to: 'admin', overdue: true }
    expect(await taskOf(id)).toMatchObject(escalated)
    expect(dataOf(await coffer.admin.get('/v1/reviews?overdue=true&process_kind=top-up'))).toMatchObject([
      { id: review, ...escalated }
    ])
    expect(dataOf(await coffer.admin.get('/v1/tasks?overdue=true&kind=stuck_bank_instruction'))).toHaveLength(1)
    expect(dataOf(await coffer.admin.get('/v1/tasks?overdue=false&state=open'))).toEqual([])
    expect((await coffer.finance2.post(`/v1/reviews/${review}/approve`)).body).toMatchObject({ state: 'approved' })
    expect(await late()).toEqual(all)
  })

  it('gives a task to one operator at a time, and takes nobody’s right to decide', async () => {
    const id = await stuck(6_200, true)
    const task = String((await taskOf(id))['id'])
    const path = `/v1/tasks/${task}`
    const claimed = await coffer.finance.post(`${path}/claim`)
    expect(claimed.body).toMatchObject({ id: task, assigned_to: expect.stringMatching(/^opr_/) })
    expect((await coffer.finance.post(`${path}/claim`)).status).toBe(200)
    expect(codeOf(await coffer.finance2.post(`${path}/claim`))).toEqual([409, 'claimed_by_another'])
    expect(codeOf(await coffer.finance2.post(`${path}/release`))).toEqual([409, 'claimed_by_another'])
    expect(dataOf(await coffer.finance.get('/v1/tasks?assigned_to=me'))).toMatchObject([{ id: task }])
    expect(dataOf(await coffer.finance.get('/v1/tasks?assigned_to=nobody&state=open'))).toEqual([])
    expect((await coffer.admin.post(`${path}/release`)).body).toMatchObject({ assigned_to: null })
    expect(codeOf(await coffer.finance.post(`${path}/release`))).toEqual([409, 'state_conflict'])
    await coffer.finance2.post(`${path}/claim`)
    expectState(await resolve(`/v1/top-ups/${id}`, 'booked'), 'succeeded')
    expect(codeOf(await coffer.finance.post(`${path}/claim`))).toEqual([409, 'state_conflict'])
  })

  it('lets nobody claim the review that they asked for themselves', async () => {
    const id = await stuck(110_100, true)
    const review = idOf(await resolve(`/v1/top-ups/${id}`, 'booked'))
    expect(codeOf(await coffer.finance.post(`/v1/reviews/${review}/claim`))).toEqual([403, 'four_eyes_required'])
    expect((await coffer.finance2.post(`/v1/reviews/${review}/claim`)).status).toBe(200)
    expect((await coffer.finance2.post(`/v1/reviews/${review}/approve`)).status).toBe(200)
    expectState(await coffer.service.get(`/v1/top-ups/${id}`), 'succeeded')
  })
})

describe('A stuck top-up that the bank has spoken of by letter', () => {
  it('is booked on that word, and the bank’s own confirms it without another posting', async () => {
    const id = await stuck(6_300, true)
    const path = `/v1/top-ups/${id}`
    const before = await walletOf(coffer, 'customer-a')
    const resolved = await resolve(path, 'booked', coffer.finance, 'resolve-6300')
    expectState(resolved, 'succeeded')
    expect((resolved.body['timeline'] as { by?: string }[]).at(-1)!.by).toMatch(/^opr_/)
    expect((await resolve(path, 'booked', coffer.finance, 'resolve-6300')).body).toEqual(resolved.body)
    expect((await walletOf(coffer, 'customer-a')).posted).toBe(before.posted + 6_300)
    expect(codeOf(await resolve(path, 'not_booked'))).toEqual([409, 'state_conflict'])
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    const confirmed = await until(coffer, id, 'top_up.confirmed_by_bank')
    expect(confirmed.body['bank_reference']).toEqual(expect.any(String))
    expect((await walletOf(coffer, 'customer-a')).posted).toBe(before.posted + 6_300)
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
  })

  it('and contradicts that later leaves the wallet alone, and a debt on its suspense account', async () => {
    const id = await stuck(6_400, false)
    const before = await walletOf(coffer, 'customer-a')
    const suspense = await suspenseOf(coffer, 'a')
    expectState(await resolve(`/v1/top-ups/${id}`, 'booked'), 'succeeded')
    await coffer.sandbox.clearRules()
    for (let n = 0; n < 3; n++) await callBack(coffer, 'a', id)
    await until(coffer, id, 'top_up.contradicted')
    expect((await walletOf(coffer, 'customer-a')).posted).toBe(before.posted + 6_400)
    expect(await suspenseOf(coffer, 'a')).toBe(suspense - 6_400n)
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
    expect((await typesOf(`/v1/top-ups/${id}`)).filter((type) => type.endsWith('contradicted'))).toHaveLength(1)
  })

  it('fails on the word that it was not booked; above 1,000 USD two operators have to agree', async () => {
    const id = await stuck(120_000, false)
    const path = `/v1/top-ups/${id}`
    const asked = await resolve(path, 'not_booked')
    expect(asked.status).toBe(202)
    const review = `/v1/reviews/${idOf(asked)}`
    expect((await coffer.support.get(review)).body).toMatchObject({
      action: 'resolve',
      data: { outcome: 'not_booked' }
    })
    expect(codeOf(await coffer.finance.post(`${review}/approve`))).toEqual([403, 'four_eyes_required'])
    expect((await coffer.finance2.post(`${review}/approve`)).status).toBe(200)
    expectState(await coffer.service.get(path), 'failed', 'written_off')
  })
})

describe('A stuck withdrawal that the bank has spoken of by letter', () => {
  it('has left the wallet on that word; when the bank contradicts it, the money is in suspense', async () => {
    const before = await walletOf(coffer, 'customer-a')
    const suspense = await suspenseOf(coffer, 'a')
    const id = await stuckWithdrawal(6_500, false)
    const path = `/v1/withdrawals/${id}`
    expectState(await resolve(path, 'booked'), 'succeeded')
    expect(await walletOf(coffer, 'customer-a')).toEqual({
      posted: before.posted - 6_500,
      pending: 0,
      available: before.available - 6_500
    })
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    await untilWithdrawal(coffer, id, 'withdrawal.contradicted')
    expect(await suspenseOf(coffer, 'a')).toBe(suspense + 6_500n)
  })

  it('is the customer’s again when it was not booked', async () => {
    const before = await walletOf(coffer, 'customer-a')
    const id = await stuckWithdrawal(6_600, false)
    expectState(await resolve(`/v1/withdrawals/${id}`, 'not_booked'), 'failed', 'written_off')
    expect(await walletOf(coffer, 'customer-a')).toEqual(before)
    expectState(await readWithdrawal(coffer, id), 'failed', 'written_off')
  })
})
