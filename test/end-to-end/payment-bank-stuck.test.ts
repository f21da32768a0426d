import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  askingForPayment,
  owedTo,
  paid,
  payByBank,
  readPayment,
  requestFor,
  untilPayment
} from '../support/bank-payments.ts'
import { returnOf, takeBack } from '../support/bank-returns.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
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
  usd,
  usesOf
} from '../support/top-ups.ts'
import { nextNoon, outgoingOf, walletOf } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
})
beforeEach(() => nextNoon(coffer))
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const confirm = async (id: string) =>
  (await coffer.asCustomer('customer-a')).post(`/v1/payments/${id}/confirm`, { pin: coffer.customer('customer-a').pin })

/** One whose send got a 500, and whose bank answers no question until the rules are cleared. */
async function unanswered(amount: number, booked: boolean, more: object = {}) {
  await coffer.sandbox.addRule({ match: { operation: 'pull', amount: String(amount) }, outcome: 'error', booked })
  const asked = await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const made = await payByBank(coffer, 'customer-a', amount, more)
  if (made.body['state'] === 'requires_action') await confirm(idOf(made))
  await askingForPayment(coffer, idOf(made))
  return { id: idOf(made), asked }
}

/** The same, a day later: an operator has a task. */
async function stuck(amount: number, booked: boolean, more: object = {}) {
  const { id, asked } = await unanswered(amount, booked, more)
  await coffer.advanceClock(DAY_MS)
  await untilPayment(coffer, id, 'payment.stuck')
  return { id, asked }
}

const earned = () => owedTo(coffer, 'merchant_payable', coffer.seeded.seed.merchant_id)
const writeOff = (id: string, by = coffer.finance, key?: string) =>
  by.post(`/v1/payments/${id}/write-off`, { reason: 'the bank says no', proof: 'ticket 4711' }, key)
const taskOf = async (id: string) => (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as object[]
const codeOf = ({ status, body }: Answered) => [status, body['code']]
const auditOf = async (object: string) => {
  const { body } = await coffer.admin.get(`/v1/audit-log?object=${object}`)
  return (body['data'] as { action: string }[]).map(({ action }) => action)
}
const limitsUsed = async () => (await outgoingOf(coffer, 'customer-a')).filter((used) => used > 0)

describe('A bank that does not say what became of a payment', () => {
  it('is asked by the plan, and at once when it calls back; the books excuse what only it knows', async () => {
    const { id, asked } = await unanswered(2_000, true)
    for (const [n, ms] of [5_000, 10_000, 45_000].entries()) {
      await coffer.advanceClock(ms)
      await expectSoon(() => usesOf(coffer, asked), n + 1)
    }
    // The bank has booked, we do not know: every oracle holds all the same, the journal's with an exception.
    await expectEverythingSettled(coffer)
    await coffer.sandbox.clearRules()
    for (let n = 0; n < 3; n++) expect(await callBack(coffer, 'a', id)).toBe(202)
    expectState(await paid(coffer, id), 'succeeded')
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
  })

  it('is asked again by a run that the sweeper brings back when Temporal has lost it, and is sent nothing twice', async () => {
    const { id } = await unanswered(2_100, true)
    await coffer.forgetRun(`payment/${id}`)
    await coffer.sandbox.clearRules()
    await coffer.advanceClock(60_000)
    await coffer.sweepUntil(async () => (await readPayment(coffer, id)).body['state'] === 'succeeded')
    const over = await readPayment(coffer, id)
    expect(historyOf(over)).toEqual(['payment.processing', 'payment.sent', 'payment.succeeded'])
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
  }, 90_000)

  it('and that books after the wallet was frozen is booked all the same, through it', async () => {
    const { id } = await unanswered(2_200, true)
    const { wallet_id } = coffer.customer('customer-a')
    const before = [await walletOf(coffer, 'customer-a'), await earned()] as const
    await coffer.support.post(`/v1/wallets/${wallet_id}/freeze`)
    expectState(await payByBank(coffer, 'customer-a', 2_300), 'declined', 'wallet_frozen')
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    expectState(await paid(coffer, id), 'succeeded')
    expect(await walletOf(coffer, 'customer-a')).toEqual(before[0])
    expect((await earned()) - before[1]).toBe(2_200 - 23)
    const thawed = await coffer.finance.post(`/v1/wallets/${wallet_id}/thaw`, { reason: 'seen' })
    expect(thawed.status).toBe(200)
  })

  it('leaves an operator a task after 24 hours, and a late callback still ends it', async () => {
    const { id } = await stuck(2_400, true)
    const [task] = await taskOf(id)
    expect(task).toMatchObject({ kind: 'stuck_bank_instruction', state: 'open', process_id: id })
    expect(task).toMatchObject({ data: { bank: 'a', reference: id, amount: usd(2_400) } })
    expectState(await readPayment(coffer, id), 'processing')
    expect((await runOf(coffer, `payment/${id}`)).attributes['DeadlineAt']).toBeUndefined()
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    expectState(await paid(coffer, id), 'succeeded')
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
  })
})

describe('A stuck payment', () => {
  it.each([
    [2_500, true, 'succeeded'],
    [2_600, false, 'declined']
  ])('of %i that the bank has booked (%s) ends %s once finance has it asked', async (amount, booked, state) => {
    const before = await earned()
    const { id, asked } = await stuck(amount, booked)
    const uses = await usesOf(coffer, asked)
    const during = await coffer.finance.post(`/v1/payments/${id}/retry`)
    expect(during.status).toBe(200)
    expectState(during, 'processing')
    await expectSoon(() => usesOf(coffer, asked), uses + 1)
    await coffer.sandbox.clearRules()
    expect((await coffer.finance.post(`/v1/payments/${id}/retry`)).status).toBe(200)
    expect((await paid(coffer, id)).body['state']).toBe(state)
    expect(historyOf(await readPayment(coffer, id)).slice(-4)).toEqual([
      ...['payment.stuck', 'payment.retried', 'payment.retried', `payment.${state}`]
    ])
    expect(codeOf(await coffer.finance.post(`/v1/payments/${id}/retry`))).toEqual([409, 'state_conflict'])
    expect(await auditOf(id)).toEqual(['payment.retry', 'payment.retry'])
    expect((await earned()) > before).toBe(booked)
  })

  it('is given up by one finance operator up to 1,000 USD: nothing is posted, the limits are given back', async () => {
    const before = await Promise.all([walletOf(coffer, 'customer-a'), earned(), limitsUsed()])
    const { id } = await stuck(100_000, false)
    const failed = await writeOff(id, coffer.finance, 'payment-write-off')
    expect(failed.status).toBe(200)
    expectState(failed, 'failed', 'written_off')
    expect((failed.body['timeline'] as { by?: string }[]).at(-1)!.by).toMatch(/^opr_/)
    expect(await Promise.all([walletOf(coffer, 'customer-a'), earned(), limitsUsed()])).toEqual(before)
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
    const again = await writeOff(id, coffer.finance, 'payment-write-off')
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([failed.body, 'true'])
    expect(codeOf(await writeOff(id, coffer.finance2))).toEqual([409, 'state_conflict'])
  })

  it('above 1,000 USD is given up only when a second finance operator approves', async () => {
    const { id } = await stuck(100_100, false)
    const asked = await writeOff(id)
    expect(asked.status).toBe(202)
    const path = `/v1/reviews/${idOf(asked)}/approve`
    expectState(await readPayment(coffer, id), 'processing')
    expect(codeOf(await coffer.finance.post(path))).toEqual([403, 'four_eyes_required'])
    expect((await coffer.finance2.post(path)).body).toMatchObject({ state: 'approved' })
    expectState(await readPayment(coffer, id), 'failed', 'written_off')
    expect(await auditOf(id)).toEqual(['payment.write_off_requested'])
  })

  it('is not given up before it is stuck, nor is one that no bank was told of, and nobody but finance may', async () => {
    const { id } = await unanswered(2_700, true)
    expect(codeOf(await writeOff(id))).toEqual([409, 'state_conflict'])
    expect(codeOf(await writeOff(id, coffer.service))).toEqual([403, 'forbidden'])
    const byBalance = idOf(await payByBank(coffer, 'customer-a', 100, { funding: { type: 'balance' } }))
    expect(codeOf(await writeOff(byBalance))).toEqual([409, 'state_conflict'])
    expect(codeOf(await coffer.finance.post(`/v1/payments/${byBalance}/retry`))).toEqual([409, 'state_conflict'])
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    expectState(await paid(coffer, id), 'succeeded')
  })

  it('that was written off and that the bank has booked after all goes to its suspense account, once', async () => {
    const { id } = await stuck(2_800, true)
    const before = [await suspenseOf(coffer, 'a'), await earned()] as const
    expectState(await writeOff(id), 'failed', 'written_off')
    await coffer.sandbox.clearRules()
    for (let n = 0; n < 5; n++) expect(await callBack(coffer, 'a', id)).toBe(202)
    const late = await untilPayment(coffer, id, 'payment.booked_late')
    expectState(late, 'failed', 'written_off')
    expect(await callBack(coffer, 'a', id)).toBe(202)
    expect([await suspenseOf(coffer, 'a'), await earned()]).toEqual([before[0] + 2_800n, before[1]])
    expect(historyOf(late).filter((type) => type === 'payment.booked_late')).toHaveLength(1)
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
  })
})

describe('A stuck payment that the bank has spoken of by letter', () => {
  const resolve = (id: string, outcome: 'booked' | 'not_booked', by = coffer.finance, key?: string) =>
    by.post(`/v1/payments/${id}/resolve`, { outcome, reason: 'the bank rang back', proof: 'a letter' }, key)

  it('pays the merchant, and the request, on that word; the bank’s own confirms it without another posting', async () => {
    const request = await requestFor(coffer, 3_100)
    const before = [await walletOf(coffer, 'customer-a'), await suspenseOf(coffer, 'a')] as const
    const [earnedBefore, { id }] = [
      await earned(),
      await stuck(3_100, true, { merchant_id: undefined, payment_request_id: request })
    ]
    const resolved = await resolve(id, 'booked', coffer.finance, 'payment-by-letter')
    expectState(resolved, 'succeeded')
    expect((resolved.body['timeline'] as { by?: string }[]).at(-1)!.by).toMatch(/^opr_/)
    expect((await resolve(id, 'booked', coffer.finance, 'payment-by-letter')).body).toEqual(resolved.body)
    expect((await earned()) - earnedBefore).toBe(3_100 - 29)
    expect((await coffer.merchant.get(`/v1/payment-requests/${request}`)).body).toMatchObject({ state: 'paid' })
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
    expect(codeOf(await resolve(id, 'not_booked'))).toEqual([409, 'state_conflict'])
    await coffer.sandbox.clearRules()
    for (let n = 0; n < 3; n++) await callBack(coffer, 'a', id)
    const confirmed = await untilPayment(coffer, id, 'payment.confirmed_by_bank')
    expect(confirmed.body['funding']).toMatchObject({ reference: expect.any(String) })
    expect([await walletOf(coffer, 'customer-a'), await suspenseOf(coffer, 'a')]).toEqual(before)
    expect((await earned()) - earnedBefore).toBe(3_100 - 29)
    expect(await auditOf(id)).toEqual(['payment.resolve'])
  })

  it('and contradicts that later leaves the merchant paid, and a debt on its suspense account', async () => {
    const [before, suspense, { id }] = [await earned(), await suspenseOf(coffer, 'a'), await stuck(3_200, false)]
    expectState(await resolve(id, 'booked'), 'succeeded')
    await coffer.sandbox.clearRules()
    for (let n = 0; n < 3; n++) await callBack(coffer, 'a', id)
    await untilPayment(coffer, id, 'payment.contradicted')
    expect((await earned()) - before).toBe(3_200 - 29)
    expect(await suspenseOf(coffer, 'a')).toBe(suspense - 3_200n)
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
  })

  it('fails on the word that it was not booked; above 1,000 USD two operators have to agree', async () => {
    const [before, { id }] = [await limitsUsed(), await stuck(120_000, false)]
    const asked = await resolve(id, 'not_booked')
    expect(asked.status).toBe(202)
    expect(codeOf(await coffer.finance.post(`/v1/reviews/${idOf(asked)}/approve`))).toEqual([403, 'four_eyes_required'])
    expect((await coffer.finance2.post(`/v1/reviews/${idOf(asked)}/approve`)).status).toBe(200)
    expectState(await readPayment(coffer, id), 'failed', 'written_off')
    expect(await limitsUsed()).toEqual(before)
    expect(codeOf(await resolve(id, 'booked', coffer.service))).toEqual([403, 'forbidden'])
  })

  it('and takes it back before it has confirmed it is asked about that first, and the return is booked after it', async () => {
    const { id } = await stuck(3_300, true)
    expectState(await resolve(id, 'booked'), 'succeeded')
    await takeBack(coffer, id)
    await coffer.sandbox.clearRules()
    await untilPayment(coffer, id, 'payment.confirmed_by_bank')
    await coffer.advanceClock(60_000)
    expect((await returnOf(coffer, id)).body).toMatchObject({ original_id: id, owed: usd(3_300) })
    expect(await readPayment(coffer, id)).toMatchObject({ body: { state: 'succeeded', returned: usd(3_300) } })
    const owed = idOf(await topUp(coffer, 'customer-a', 3_300))
    await until(coffer, owed, 'top_up.succeeded')
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered' })
  })
})
