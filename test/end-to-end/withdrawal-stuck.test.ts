import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import type { Answered } from '../support/client.ts'
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
  usesOf
} from '../support/top-ups.ts'
import {
  asking,
  confirm,
  nextNoon,
  outgoingOf,
  readWithdrawal,
  untilWithdrawal,
  walletOf,
  withdraw,
  withdrawn
} from '../support/withdrawals.ts'

const DAY_MS = 86_400_000

let coffer: Coffer
beforeAll(async () => {
  // With a fee, which is held, kept and given back beside the money.
  coffer = await startCoffer({ policy: { ...impatient, withdrawal: { fee_usd: '30' } } })
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
})
beforeEach(() => nextNoon(coffer))
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const feesOf = async () => {
  const row = await coffer.db
    .selectFrom('ledger_account')
    .select(['credits_posted', 'debits_posted'])
    .where('kind', '=', 'fee_income')
    .where('owner', '=', 'withdrawal')
    .executeTakeFirst()
  return row ? Number(row.credits_posted - row.debits_posted) : 0
}

/** One whose send got a 500, and whose bank answers no question until the rules are cleared. */
async function unanswered(amount: number, booked: boolean) {
  await coffer.sandbox.addRule({ match: { operation: 'push', amount: String(amount) }, outcome: 'error', booked })
  const asked = await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const made = await withdraw(coffer, 'customer-a', amount)
  if (made.body['state'] === 'requires_action') await confirm(coffer, 'customer-a', idOf(made))
  await asking(coffer, idOf(made))
  return { id: idOf(made), asked }
}

/** The same, a day later: an operator has a task. */
async function stuck(amount: number, booked: boolean) {
  const { id, asked } = await unanswered(amount, booked)
  await coffer.advanceClock(DAY_MS)
  await untilWithdrawal(coffer, id, 'withdrawal.stuck')
  return { id, asked }
}

const writeOff = (id: string, by = coffer.finance, key?: string) =>
  by.post(`/v1/withdrawals/${id}/write-off`, { reason: 'the bank says no', proof: 'ticket 4711' }, key)
const taskOf = async (id: string) => (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as object[]
const codeOf = ({ status, body }: Answered) => [status, body['code']]
const auditOf = async (object: string) => {
  const { body } = await coffer.admin.get(`/v1/audit-log?object=${object}`)
  return (body['data'] as { action: string }[]).map(({ action }) => action)
}

describe('A bank that does not say what became of a withdrawal', () => {
  it('is asked by the plan and at once when it calls back; money and fee stay held until it has said', async () => {
    const before = await walletOf(coffer, 'customer-a')
    const fees = await feesOf()
    const { id, asked } = await unanswered(5_100, true)
    expect(await walletOf(coffer, 'customer-a')).toMatchObject({ pending: 5_130, available: before.available - 5_130 })
    for (const [n, ms] of [5_000, 10_000, 45_000].entries()) {
      await coffer.advanceClock(ms)
      await expectSoon(() => usesOf(coffer, asked), n + 1)
    }
    await coffer.sandbox.clearRules()
    expect(await callBack(coffer, 'a', id)).toBe(202)
    const over = await withdrawn(coffer, id)
    expectState(over, 'succeeded')
    expect(over.body['fee']).toEqual({ amount: '30', currency: 'USD' })
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
    expect(await walletOf(coffer, 'customer-a')).toMatchObject({ posted: before.posted - 5_130, pending: 0 })
    expect((await feesOf()) - fees).toBe(30)
  })

  it('is asked again by a run that the sweeper brings back when Temporal has lost it, and is sent nothing twice', async () => {
    const { id } = await unanswered(5_200, true)
    await coffer.forgetRun(`withdrawal/${id}`)
    await coffer.sandbox.clearRules()
    await coffer.advanceClock(60_000)
    await coffer.sweepUntil(async () => (await readWithdrawal(coffer, id)).body['state'] === 'succeeded')
    const over = await readWithdrawal(coffer, id)
    expect(historyOf(over).filter((type) => type === 'withdrawal.sent')).toHaveLength(1)
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
  }, 90_000)

  it('leaves an operator a task after 24 hours, and a late callback still ends it', async () => {
    const { id } = await stuck(5_300, true)
    const [task] = await taskOf(id)
    expect(task).toMatchObject({ kind: 'stuck_bank_instruction', state: 'open', process_id: id, done_at: null })
    expect(task).toMatchObject({ data: { bank: 'a', reference: id, amount: { amount: '5300', currency: 'USD' } } })
    expectState(await readWithdrawal(coffer, id), 'processing')
    expect((await walletOf(coffer, 'customer-a')).pending).toBe(5_330)
    const { attributes } = await runOf(coffer, `withdrawal/${id}`)
    expect(attributes['DeadlineAt']).toBeUndefined()
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    expectState(await withdrawn(coffer, id), 'succeeded')
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
  })
})

describe('A stuck withdrawal', () => {
  it.each([
    [5_400, true, 'succeeded'],
    [5_500, false, 'declined']
  ])('of %i that the bank has booked (%s) ends %s once finance has it asked', async (amount, booked, state) => {
    const before = await walletOf(coffer, 'customer-a')
    const { id, asked } = await stuck(amount, booked)
    const uses = await usesOf(coffer, asked)
    const during = await coffer.finance.post(`/v1/withdrawals/${id}/retry`)
    expect(during.status).toBe(200)
    expectState(during, 'processing')
    await expectSoon(() => usesOf(coffer, asked), uses + 1)
    await coffer.sandbox.clearRules()
    expect((await coffer.finance.post(`/v1/withdrawals/${id}/retry`)).status).toBe(200)
    expect((await withdrawn(coffer, id)).body['state']).toBe(state)
    expect(historyOf(await readWithdrawal(coffer, id)).slice(-4)).toEqual([
      ...['withdrawal.stuck', 'withdrawal.retried', 'withdrawal.retried', `withdrawal.${state}`]
    ])
    expect(codeOf(await coffer.finance.post(`/v1/withdrawals/${id}/retry`))).toEqual([409, 'state_conflict'])
    expect(await auditOf(id)).toEqual(['withdrawal.retry', 'withdrawal.retry'])
    const paid = before.posted - (await walletOf(coffer, 'customer-a')).posted
    expect(paid).toBe(booked ? amount + 30 : 0)
  })

  it('is given up by one finance operator up to 1,000 USD: money, fee and limit are the customer’s again', async () => {
    const before = await walletOf(coffer, 'customer-a')
    const counted = await outgoingOf(coffer, 'customer-a')
    const { id } = await stuck(100_000, false)
    const key = 'write-off-1000'
    const failed = await writeOff(id, coffer.finance, key)
    expect(failed.status).toBe(200)
    expectState(failed, 'failed', 'written_off')
    expect((failed.body['timeline'] as { by?: string }[]).at(-1)!.by).toMatch(/^opr_/)
    expect(await walletOf(coffer, 'customer-a')).toEqual(before)
    expect((await outgoingOf(coffer, 'customer-a')).at(0)).toBe(counted.at(0))
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
    const again = await writeOff(id, coffer.finance, key)
    expect(again.body).toEqual(failed.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(codeOf(await writeOff(id, coffer.finance2))).toEqual([409, 'state_conflict'])
    expect(await auditOf(id)).toEqual(['withdrawal.write_off'])
  })

  it('above 1,000 USD is given up only when a second finance operator approves', async () => {
    const before = await walletOf(coffer, 'customer-a')
    const { id } = await stuck(100_100, false)
    const asked = await writeOff(id)
    expect(asked.status).toBe(202)
    const path = `/v1/reviews/${idOf(asked)}`
    expectState(await readWithdrawal(coffer, id), 'processing')
    expect(codeOf(await coffer.finance.post(`${path}/approve`))).toEqual([403, 'four_eyes_required'])
    expect((await coffer.finance2.post(`${path}/approve`)).body).toMatchObject({ state: 'approved' })
    expectState(await readWithdrawal(coffer, id), 'failed', 'written_off')
    expect(await walletOf(coffer, 'customer-a')).toEqual(before)
    expect(await auditOf(id)).toEqual(['withdrawal.write_off_requested'])
  })

  it('is not given up before it is stuck, and nobody but finance may', async () => {
    const { id } = await unanswered(5_600, true)
    expect(codeOf(await writeOff(id))).toEqual([409, 'state_conflict'])
    expect(codeOf(await writeOff(id, coffer.service))).toEqual([403, 'forbidden'])
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    expectState(await withdrawn(coffer, id), 'succeeded')
  })
})

describe('A withdrawal that was written off', () => {
  it('and that the bank has booked after all is owed to the bank’s suspense account, once', async () => {
    const { id } = await stuck(5_700, true)
    const suspense = await suspenseOf(coffer, 'a')
    expectState(await writeOff(id), 'failed', 'written_off')
    await coffer.sandbox.clearRules()
    const wallet = await walletOf(coffer, 'customer-a')
    for (let n = 0; n < 5; n++) expect(await callBack(coffer, 'a', id)).toBe(202)
    const late = await untilWithdrawal(coffer, id, 'withdrawal.booked_late')
    expectState(late, 'failed', 'written_off')
    expect(await callBack(coffer, 'a', id)).toBe(202)
    expect(await suspenseOf(coffer, 'a')).toBe(suspense - 5_700n)
    expect(await walletOf(coffer, 'customer-a')).toEqual(wallet)
    expect(historyOf(late).filter((type) => type === 'withdrawal.booked_late')).toHaveLength(1)
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
  })

  it('and that the bank has not booked stays as it is, whatever callbacks say', async () => {
    const { id } = await stuck(5_800, false)
    const suspense = await suspenseOf(coffer, 'a')
    await writeOff(id)
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
    expect(await suspenseOf(coffer, 'a')).toBe(suspense)
  })
})
