import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { waitUntil } from '../../local/wait-until.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import {
  balanceOf,
  bookedTimes,
  callBack,
  ended,
  expectSoon,
  expectState,
  historyOf,
  idOf,
  impatient,
  runOf,
  suspenseOf,
  topUp,
  until,
  usesOf,
  waiting
} from '../support/top-ups.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

/** A top-up whose send got a 500, and whose bank answers no question until the rules are cleared. */
async function unanswered(amount: number, booked: boolean) {
  await coffer.sandbox.addRule({ match: { operation: 'pull', amount: String(amount) }, outcome: 'error', booked })
  const asked = await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const made = await topUp(coffer, 'customer-a', amount)
  await waiting(coffer, idOf(made))
  return { id: idOf(made), asked }
}

/** The same, a day later: an operator has a task. */
async function stuckWith(amount: number, booked: boolean) {
  const { id, asked } = await unanswered(amount, booked)
  await coffer.advanceClock(DAY_MS)
  await until(coffer, id, 'top_up.stuck')
  return { id, asked }
}
const stuck = async (amount: number, booked: boolean) => (await stuckWith(amount, booked)).id

const writeOff = (id: string, by = coffer.finance, key?: string) =>
  by.post(`/v1/top-ups/${id}/write-off`, { reason: 'the bank says no', proof: 'ticket 4711' }, key)
const taskOf = async (id: string) => (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as object[]
const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['code']]
const auditOf = async (object: string) => {
  const { body } = await coffer.admin.get(`/v1/audit-log?object=${object}`)
  return (body['data'] as { action: string }[]).map(({ action }) => action)
}

describe('A bank that does not say what became of a top-up', () => {
  it('is asked by the plan: after 5 s, 15 s, 1 min, 5 min, 15 min, then hourly', async () => {
    const { id, asked } = await unanswered(5_100, true)
    const { body } = await coffer.service.get(`/v1/top-ups/${id}`)
    const sent = (body['timeline'] as { at: string; type: string }[]).find(({ type }) => type === 'top_up.sent')!
    const planned = [5, 15, 60, 300, 900, 900 + 3_600, 900 + 7_200]
    // The run shows when it asks next, to the millisecond; the history's instant is a little later than the mark itself.
    const next = async () => {
      const { attributes } = await runOf(coffer, `top-up/${id}`)
      return Math.round((Date.parse(attributes['DeadlineAt']!) - Date.parse(sent.at)) / 1_000)
    }
    let elapsed = 0
    for (const [n, seconds] of planned.entries()) {
      await expectSoon(next, seconds)
      expect(await usesOf(coffer, asked)).toBe(n)
      await coffer.advanceClock((seconds - elapsed) * 1_000)
      elapsed = seconds
      await expectSoon(() => usesOf(coffer, asked), n + 1)
    }
    expectState(await coffer.service.get(`/v1/top-ups/${id}`), 'processing')
    expect((await balanceOf(coffer, 'customer-a')).onTheWay).toBe(5_100n)
    await coffer.sandbox.clearRules()
    await coffer.advanceClock(HOUR_MS)
    expectState(await ended(coffer, id), 'succeeded')
  })

  it('is asked at once when it calls back', async () => {
    const { id } = await unanswered(5_200, true)
    await coffer.sandbox.clearRules()
    expect(await callBack(coffer, 'a', id)).toBe(202)
    expectState(await ended(coffer, id), 'succeeded')
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
  })

  it('leaves an operator a task after 24 hours; money and limit stay held, and a late callback still ends it', async () => {
    const id = await stuck(5_300, true)
    const [task] = await taskOf(id)
    expect(task).toMatchObject({ kind: 'stuck_bank_instruction', state: 'open', process_id: id, done_at: null })
    expect(task).toMatchObject({ data: { bank: 'a', reference: id, amount: { amount: '5300', currency: 'USD' } } })
    expectState(await coffer.service.get(`/v1/top-ups/${id}`), 'processing')
    expect((await balanceOf(coffer, 'customer-a')).onTheWay).toBe(5_300n)
    const { attributes } = await runOf(coffer, `top-up/${id}`)
    expect(attributes['DeadlineAt']).toBeUndefined()
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    expectState(await ended(coffer, id), 'succeeded')
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
  })
})

describe('A stuck top-up', () => {
  it('is asked about when finance retries, as often as they like, and ends by what the bank says', async () => {
    const { id, asked } = await stuckWith(5_400, false)
    const before = await usesOf(coffer, asked)
    const during = await coffer.finance.post(`/v1/top-ups/${id}/retry`)
    expect(during.status).toBe(200)
    expectState(during, 'processing')
    await expectSoon(() => usesOf(coffer, asked), before + 1)
    await coffer.sandbox.clearRules()
    expect((await coffer.finance.post(`/v1/top-ups/${id}/retry`)).status).toBe(200)
    expectState(await ended(coffer, id), 'declined', 'bank_not_received')
    expect(historyOf(await coffer.service.get(`/v1/top-ups/${id}`))).toEqual([
      ...['top_up.processing', 'top_up.sent', 'top_up.stuck', 'top_up.retried', 'top_up.retried', 'top_up.declined']
    ])
    expect(codeOf(await coffer.finance.post(`/v1/top-ups/${id}/retry`))).toEqual([409, 'state_conflict'])
    expect(await auditOf(id)).toEqual(['top_up.retry', 'top_up.retry'])
  })

  it('is given up by one finance operator up to 1,000 USD, and nothing is posted', async () => {
    const id = await stuck(100_000, false)
    const before = await balanceOf(coffer, 'customer-a')
    const key = 'write-off-1000'
    const failed = await writeOff(id, coffer.finance, key)
    expect(failed.status).toBe(200)
    expectState(failed, 'failed', 'written_off')
    expect((failed.body['timeline'] as { by?: string }[]).at(-1)!.by).toMatch(/^opr_/)
    const after = await balanceOf(coffer, 'customer-a')
    expect(after).toEqual({ posted: before.posted, onTheWay: 0n })
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
    const again = await writeOff(id, coffer.finance, key)
    expect(again.body).toEqual(failed.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(codeOf(await writeOff(id, coffer.finance2))).toEqual([409, 'state_conflict'])
    expect(await auditOf(id)).toEqual(['top_up.write_off'])
  })

  it('above 1,000 USD is given up only when a second finance operator approves', async () => {
    const id = await stuck(100_100, false)
    const asked = await writeOff(id, coffer.finance, 'write-off-1001')
    expect(asked.status).toBe(202)
    const reviewId = idOf(asked)
    expect(asked.headers.get('location')).toBe(`/v1/reviews/${reviewId}`)
    expect((await writeOff(id, coffer.finance, 'write-off-1001')).body).toEqual(asked.body)
    expect(codeOf(await writeOff(id, coffer.finance2))).toEqual([409, 'state_conflict'])
    expectState(await coffer.service.get(`/v1/top-ups/${id}`), 'processing')

    const path = `/v1/reviews/${reviewId}`
    expect(codeOf(await coffer.finance.post(`${path}/approve`))).toEqual([403, 'four_eyes_required'])
    expect(codeOf(await coffer.finance.post(`${path}/reject`))).toEqual([403, 'four_eyes_required'])
    expect((await coffer.support.get(path)).body).toMatchObject({ state: 'open', action: 'write-off', process_id: id })
    const approved = await coffer.finance2.post(`${path}/approve`, {}, 'approve-1001')
    expect(approved.status).toBe(200)
    expect(approved.body).toMatchObject({ id: reviewId, state: 'approved', decided_by: expect.stringMatching(/^opr_/) })
    expectState(await coffer.service.get(`/v1/top-ups/${id}`), 'failed', 'written_off')
    expect((await coffer.finance2.post(`${path}/approve`, {}, 'approve-1001')).body).toEqual(approved.body)
    expect(codeOf(await coffer.finance2.post(`${path}/approve`))).toEqual([409, 'state_conflict'])
    expect(await auditOf(id)).toEqual(['top_up.write_off_requested'])
    expect(await auditOf(reviewId)).toEqual(['review.approved'])
  })

  it('whose write-off is rejected stays stuck, and may be asked for again', async () => {
    const id = await stuck(100_200, true)
    const reviewId = idOf(await writeOff(id))
    const rejected = await coffer.finance2.post(`/v1/reviews/${reviewId}/reject`)
    expect(rejected.body).toMatchObject({ state: 'rejected' })
    expectState(await coffer.service.get(`/v1/top-ups/${id}`), 'processing')
    const second = idOf(await writeOff(id))
    expect(second).not.toBe(reviewId)
    await coffer.sandbox.clearRules()
    await coffer.finance.post(`/v1/top-ups/${id}/retry`)
    expectState(await ended(coffer, id), 'succeeded')
    expect((await coffer.finance.get(`/v1/reviews/${second}`)).body).toMatchObject({ state: 'lapsed' })
    expect(codeOf(await coffer.finance2.post(`/v1/reviews/${second}/approve`))).toEqual([409, 'state_conflict'])
  })

  it('is not given up before it is stuck, by one operator or by two', async () => {
    const { id } = await unanswered(5_500, true)
    expect(codeOf(await writeOff(id))).toEqual([409, 'state_conflict'])
    const large = await unanswered(100_300, true)
    expect(codeOf(await writeOff(large.id))).toEqual([409, 'state_conflict'])
    await coffer.sandbox.clearRules()
    for (const one of [id, large.id]) {
      await callBack(coffer, 'a', one)
      expectState(await ended(coffer, one), 'succeeded')
    }
  })
})

describe('A top-up that was written off', () => {
  it('and that the bank has booked after all goes to the bank’s suspense account, once', async () => {
    const id = await stuck(5_600, true)
    const before = await suspenseOf(coffer, 'a')
    expectState(await writeOff(id), 'failed', 'written_off')
    await coffer.sandbox.clearRules()
    const wallet = await balanceOf(coffer, 'customer-a')
    for (let n = 0; n < 5; n++) expect(await callBack(coffer, 'a', id)).toBe(202)
    const late = await until(coffer, id, 'top_up.booked_late')
    expectState(late, 'failed', 'written_off')
    expect(await callBack(coffer, 'a', id)).toBe(202)
    expect(await suspenseOf(coffer, 'a')).toBe(before + 5_600n)
    expect(await balanceOf(coffer, 'customer-a')).toEqual(wallet)
    expect(historyOf(late).filter((type) => type === 'top_up.booked_late')).toHaveLength(1)
  })

  it('and whose news the bank would not explain is asked about again at the next ones', async () => {
    const id = await stuck(5_800, true)
    await writeOff(id)
    await callBack(coffer, 'a', id)
    const run = () => runOf(coffer, `late-bank-news/${id}`)
    await expectSoon(async () => (await run()).attributes['ProcessState'], 'failed')
    await coffer.advanceClock(DAY_MS)
    // Nothing of it is open, so that no clock wakes it: it asks by its own.
    await waitUntil(async () => (await run()).status === 'COMPLETED', {
      limitMs: 30_000,
      otherwise: 'the bank is asked for ever'
    })
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    expectState(await until(coffer, id, 'top_up.booked_late'), 'failed', 'written_off')
  })

  it('and that the bank has not booked stays as it is, whatever callbacks say', async () => {
    const id = await stuck(5_700, false)
    const before = await suspenseOf(coffer, 'a')
    await writeOff(id)
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
    expect(await suspenseOf(coffer, 'a')).toBe(before)
  })
})
