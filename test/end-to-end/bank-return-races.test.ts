import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { bankReturnCrashPoints } from '../../activities/crash-points.ts'
import { recoverDebts } from '../../activities/recover-debts.ts'
import { account } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import { recordWriters } from '../../store/record-writers.ts'
import { owedBy, pay, returnOf, takeBack, toppedUp } from '../support/bank-returns.ts'
import { callBack } from '../support/call-back.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { insist } from '../support/insist.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import {
  ended,
  expectSoon,
  expectState,
  idOf,
  impatient,
  runOf,
  suspenseOf,
  topUp,
  until,
  usd,
  waiting
} from '../support/top-ups.ts'
import { walletOf } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000
const POINT_MS_MAX = 120_000
const USD = currency('USD')

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
})
afterEach(async () => {
  if (!coffer.worker.running) await coffer.worker.start()
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

/** A top-up of bench that was spent to the last cent. */
async function spent(amount: number): Promise<string> {
  const id = await toppedUp(coffer, 'bench', amount)
  await pay(coffer, 'bench', (await walletOf(coffer, 'bench')).available)
  return id
}
/** The same, taken back: answers the return's id. */
async function owing(amount: number): Promise<string> {
  const id = await spent(amount)
  await takeBack(coffer, id)
  return idOf(await returnOf(coffer, id))
}
async function paidOff(): Promise<void> {
  const owed = await owedBy(coffer, 'bench')
  if (owed > 0) await toppedUp(coffer, 'bench', owed)
}
const readReturn = (id: string) => coffer.service.get(`/v1/bank-returns/${id}`)
const wallet = async () => (await coffer.service.get(`/v1/wallets/${coffer.customer('bench').wallet_id}`)).body
const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['code']]
const giveUp = (id: string, more: object = {}, key?: string, by = coffer.finance) =>
  by.post(`/v1/bank-returns/${id}/write-off`, { reason: 'cannot be reached', ...more }, key)

describe('A return', () => {
  it('beside twenty payments of the same money is booked whole, and what they took is owed', async () => {
    const id = await toppedUp(coffer, 'bench', 10_000)
    const before = (await walletOf(coffer, 'bench')).available
    const [payments] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => pay(coffer, 'bench', 500))),
      takeBack(coffer, id)
    ])
    const paid = payments.filter(({ body }) => body['state'] === 'succeeded').length * 500
    await returnOf(coffer, id)
    const { available } = await walletOf(coffer, 'bench')
    expect(available - (await owedBy(coffer, 'bench'))).toBe(before - 10_000 - paid)
    await paidOff()
  })

  it('beside others of the same wallet and five top-ups is paid by these to the cent', async () => {
    const originals = [
      await toppedUp(coffer, 'bench', 4_000),
      await toppedUp(coffer, 'bench', 3_000),
      await spent(2_000)
    ]
    const before = (await walletOf(coffer, 'bench')).available
    const arrive = Array.from({ length: 5 }, async () => ended(coffer, idOf(await topUp(coffer, 'bench', 1_000))))
    await Promise.all([...arrive, ...originals.map((id) => takeBack(coffer, id))])
    await Promise.all(originals.map((id) => returnOf(coffer, id)))
    expect(before).toBe(0)
    expect(await owedBy(coffer, 'bench')).toBe(4_000)
    expect(await walletOf(coffer, 'bench')).toMatchObject({ available: 0 })
    await paidOff()
    const states = await Promise.all(originals.map(async (id) => (await returnOf(coffer, id)).body['state']))
    expect(states).toEqual(['recovered', 'recovered', 'recovered'])
    expect(await wallet()).toMatchObject({ state: 'active' })
  })

  it('is not paid by money that only passes through the wallet', async () => {
    await owing(800)
    const { db, pool, customer } = coffer
    const ledger = recoverDebts({
      db,
      ledger: new PostingQueue({ pool, writers: recordWriters }),
      runs: {
        isRunning: async () => true,
        listRunning: async () => new Set(),
        restart: async () => undefined,
        nudge: async () => undefined
      }
    })
    const of = account('wallet', customer('bench').wallet_id, USD)
    const step = (debit: typeof of, credit: typeof of, amount: bigint) => ({
      op: 'post' as const,
      debit,
      credit,
      amount,
      code: 'test'
    })
    const capital = account('capital', '', USD)
    const through = [step(capital, of, 500n), step(of, capital, 500n)]
    const post = (postings: ReturnType<typeof step>[]) =>
      ledger.post({ key: `test:${randomUUID()}`, fingerprint: 'through', postings })
    expect(await post(through)).toMatchObject({ status: 'posted' })
    expect(await owedBy(coffer, 'bench')).toBe(800)
    expect(await post([step(capital, of, 500n), step(of, capital, 200n)])).toMatchObject({ status: 'posted' })
    expect(await owedBy(coffer, 'bench')).toBe(500)
    await paidOff()
  })

  it('whose run was lost gets one again from its record, and takes what is decided then', async () => {
    const id = await owing(600)
    await coffer.forgetRun(`bank-return/${id}`)
    await coffer.advanceClock(60_000)
    const isRunning = () =>
      runOf(coffer, `bank-return/${id}`).then(
        ({ status }) => status === 'RUNNING',
        () => false
      )
    await coffer.sweepUntil(isRunning)
    const review = idOf(await giveUp(id, { thaw: true }))
    expect((await coffer.finance2.post(`/v1/reviews/${review}/approve`)).status).toBe(200)
    expect((await readReturn(id)).body).toMatchObject({ state: 'written_off' })
  })
})

describe('What is owed for a return', () => {
  it('is given up by two of finance alone, and the wallet is free where they say so', async () => {
    const id = await owing(1_500)
    const asked = await giveUp(id, { thaw: true }, 'give-up-1')
    expect([asked.status, asked.headers.get('location')]).toEqual([202, `/v1/reviews/${idOf(asked)}`])
    expect((await giveUp(id, { thaw: true }, 'give-up-1')).headers.get('idempotent-replayed')).toBe('true')
    expect(codeOf(await giveUp(id))).toEqual([409, 'state_conflict'])
    expect(codeOf(await giveUp(id, {}, undefined, coffer.service))).toEqual([403, 'forbidden'])
    const path = `/v1/reviews/${idOf(asked)}`
    expect(codeOf(await coffer.finance.post(`${path}/approve`))).toEqual([403, 'four_eyes_required'])
    expect((await readReturn(id)).body).toMatchObject({ state: 'receivable' })
    expect((await coffer.finance2.post(`${path}/approve`)).body).toMatchObject({ state: 'approved' })
    const over = await readReturn(id)
    expect(over.body).toMatchObject({ state: 'written_off', outstanding: usd(0), given_up: usd(1_500) })
    expect((over.body['timeline'] as { by?: string }[]).at(-1)!.by).toMatch(/^opr_/)
    expect(await owedBy(coffer, 'bench')).toBe(0)
    expect(await wallet()).toMatchObject({ state: 'active' })
    expect(codeOf(await giveUp(id))).toEqual([409, 'state_conflict'])
    await expectSoon(async () => (await runOf(coffer, `bank-return/${id}`)).status, 'COMPLETED')
  })

  it('and given up leaves the wallet to an operator to thaw where nobody said that it is free', async () => {
    const id = await owing(900)
    const review = idOf(await giveUp(id))
    await coffer.finance2.post(`/v1/reviews/${review}/approve`)
    expect(await wallet()).toMatchObject({ state: 'frozen', frozen_by: ['operator'] })
    const { wallet_id, password, pin } = coffer.customer('bench')
    const path = `/v1/wallets/${wallet_id}/thaw`
    expect(codeOf(await (await coffer.asCustomer('bench')).post(path, { password, pin }))).toEqual([403, 'forbidden'])
    expect((await coffer.finance.post(path, { reason: 'it was the bank’s mistake' })).body['state']).toBe('active')
  })

  it('and was paid before the second of them approved is not given up any more', async () => {
    const id = await owing(1_100)
    const review = idOf(await giveUp(id))
    await paidOff()
    expect((await readReturn(id)).body).toMatchObject({ state: 'recovered' })
    expect(codeOf(await coffer.finance2.post(`/v1/reviews/${review}/approve`))).toEqual([409, 'state_conflict'])
    expect((await coffer.finance.get(`/v1/reviews/${review}`)).body['state']).toBe('lapsed')
  })

  it('is paid by a top-up that an operator has booked by letter, and by one that was found out late', async () => {
    const unheard = async (amount: number) => {
      await coffer.sandbox.addRule({
        match: { operation: 'pull', amount: String(amount) },
        outcome: 'error',
        booked: true
      })
      await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
      const id = idOf(await topUp(coffer, 'bench', amount))
      await waiting(coffer, id)
      return id
    }
    await owing(1_500)
    const [byLetter, late] = [await unheard(400), await unheard(700)]
    await coffer.advanceClock(DAY_MS)
    await until(coffer, byLetter, 'top_up.stuck')
    const letter = { outcome: 'booked', reason: 'the bank rang back', proof: 'a letter' }
    expectState(await coffer.finance.post(`/v1/top-ups/${byLetter}/resolve`, letter), 'succeeded')
    expect(await owedBy(coffer, 'bench')).toBe(1_100)
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', late)
    await until(coffer, late, 'top_up.succeeded')
    expect(await owedBy(coffer, 'bench')).toBe(400)
    await callBack(coffer, 'a', byLetter)
    await until(coffer, byLetter, 'top_up.confirmed_by_bank')
    expect(await owedBy(coffer, 'bench')).toBe(400)
    await paidOff()
  })
})

describe('A top-up that was written off', () => {
  const suspended = async (amount: number) => {
    await coffer.sandbox.addRule({ match: { operation: 'pull' }, outcome: 'error', booked: true })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const id = idOf(await topUp(coffer, 'customer-a', amount))
    await waiting(coffer, id)
    await coffer.advanceClock(DAY_MS)
    await until(coffer, id, 'top_up.stuck')
    await coffer.finance.post(`/v1/top-ups/${id}/write-off`, { reason: 'the bank says no', proof: 'ticket 4711' })
    await coffer.sandbox.clearRules()
    return id
  }

  it('booked after all, and then taken back, leaves the suspense account as it was', async () => {
    const before = await suspenseOf(coffer, 'a')
    const id = await suspended(2_100)
    await callBack(coffer, 'a', id)
    await until(coffer, id, 'top_up.booked_late')
    await takeBack(coffer, id)
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered', owed: usd(0) })
    expect(await suspenseOf(coffer, 'a')).toBe(before)
  })

  it('and taken back before anybody heard that it was booked is found out in that order', async () => {
    const before = await suspenseOf(coffer, 'a')
    const id = await suspended(2_200)
    await takeBack(coffer, id)
    await until(coffer, id, 'top_up.booked_late')
    await coffer.advanceClock(60_000)
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered' })
    expect(await suspenseOf(coffer, 'a')).toBe(before)
  })
})

describe('A worker killed (SIGKILL)', () => {
  it.each(pointsOfTheDay(bankReturnCrashPoints))(
    'at %s books the return once, and its end once',
    async (point) => {
      const original = await spent(1_300)
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      await takeBack(coffer, original)
      if (!point.includes('write-off')) await crashed
      await coffer.service.until('/v1/bank-returns', ({ data }) => JSON.stringify(data).includes(original))
      const id = idOf(await returnOf(coffer, original))
      const review = idOf(await giveUp(id, { thaw: true }))
      const approve = () => coffer.finance2.post(`/v1/reviews/${review}/approve`, {}, `approve-${id}`)
      expect((await insist(approve)).body).toMatchObject({ state: 'approved' })
      await crashed
      expect((await readReturn(id)).body).toMatchObject({ state: 'written_off', given_up: usd(1_300) })
      expect(await owedBy(coffer, 'bench')).toBe(0)
    },
    POINT_MS_MAX
  )

  it('when a top-up has paid what was owed leaves a run that nobody tells; the sweeper does', async () => {
    const id = await owing(1_400)
    await coffer.worker.stop()
    await coffer.worker.start({ CRASH_AT: 'top-up.book/after' })
    const crashed = coffer.worker.ended().then(() => coffer.worker.start())
    const payment = idOf(await insist(() => topUp(coffer, 'bench', 1_400, {}, `pays-${id}`)))
    await crashed
    expect((await ended(coffer, payment)).body['state']).toBe('succeeded')
    expect((await readReturn(id)).body).toMatchObject({ state: 'recovered' })
    await coffer.sweepUntil(async () => (await runOf(coffer, `bank-return/${id}`)).status === 'COMPLETED')
  })
})
