import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ibanAt } from '../../domain/iban.ts'
import { returnOf, takeBack } from '../support/bank-returns.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { balanceOf, businessNow, changeAccount, over, settled, settleNow } from '../support/settlements.ts'
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
  usd
} from '../support/top-ups.ts'

const DAY_MS = 86_400_000
const ownAccount = ibanAt('a', '000000', '44444444')

let coffer: Coffer
beforeAll(async () => {
  // Without a reserve, so that amounts are what was sold less the fee.
  coffer = await startCoffer({
    policy: { ...impatient, settlement: { daily: false, reserve: { new_bps: 0 } } },
    bankBDelayMs: 500
  })
  await fundFromCapital(coffer, 'bench', 5_000_000n)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const tasksOf = async (id: string) => (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as object[]
const read = (id: string) => coffer.merchant.get(`/v1/settlements/${id}`)
const accountNow = async () =>
  (await coffer.merchant.get(`/v1/merchants/${coffer.seeded.seed.merchant_id}/settlement-account`)).body
const untilHistory = (id: string, type: string) =>
  coffer.merchant.until(`/v1/settlements/${id}`, ({ timeline }) =>
    (timeline as { type: string }[]).some((row) => row.type === type)
  )
const writeOff = (id: string, by = coffer.finance) =>
  by.post(`/v1/settlements/${id}/write-off`, { reason: 'the bank says no', proof: 'ticket 4711' })
const approve = async (asked: { body: Record<string, unknown> }) =>
  coffer.finance2.post(`/v1/reviews/${String(asked.body['id'])}/approve`, {})

/** One whose send got a 500, and whose bank answers no question until the rules are cleared. */
async function unanswered(sold: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'push' }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = idOf(await settled(coffer, sold))
  await expectSoon(async () => (await runOf(coffer, `settlement/${id}`)).attributes['DeadlineAt'] !== undefined, true)
  return id
}

/** The same a day later: an operator has a task. */
async function stuck(sold: number, booked: boolean): Promise<string> {
  const id = await unanswered(sold, booked)
  await coffer.advanceClock(DAY_MS)
  await untilHistory(id, 'settlement.stuck')
  return id
}

describe('A settlement that the bank declines', () => {
  it('gives the merchant the money back and asks for another account; until there is one nothing more is sent', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'push' }, outcome: 'decline', code: 'account_closed' })
    const failed = await over(coffer, idOf(await settled(coffer, 10_000)))
    expectState(failed, 'failed', 'account_closed')
    await coffer.sandbox.clearRules()
    expect(await balanceOf(coffer)).toMatchObject({ payable: 9_930, due: 9_930, in_settlement: 0 })
    expect(await accountNow()).toMatchObject({ state: 'refused', reason: 'account_closed', iban: '***4444' })
    const open = { kind: 'settlement_account_refused', state: 'open', data: { reason: 'account_closed' } }
    expect(await tasksOf(idOf(failed))).toMatchObject([open])
    expect((await settleNow(coffer)).body['code']).toBe('settlement_account_required')

    const changed = await changeAccount(coffer, ibanAt('b', '000000', '00000045'))
    expect(changed.body).toMatchObject({ state: 'unconfirmed', bank: 'b', iban: '***0045' })
    expect(await tasksOf(idOf(failed))).toMatchObject([{ state: 'done' }])
    const paid = await over(coffer, idOf(await settleNow(coffer)))
    expect(paid.body).toMatchObject({ state: 'paid', amount: usd(9_930), totals: { payouts_returned: usd(9_930) } })
    expect(await bookedTimes(coffer, 'b', idOf(paid))).toBe(1)
    expect(await accountNow()).toMatchObject({ state: 'confirmed', reason: null })
  })

  it('is not even asked about an account that somebody else holds', async () => {
    await changeAccount(coffer, ibanAt('a', '000000', '00000092'))
    const failed = await over(coffer, idOf(await settled(coffer, 10_000)))
    expectState(failed, 'failed', 'holder_mismatch')
    expect(historyOf(failed)).not.toContain('settlement.sent')
    expect(await accountNow()).toMatchObject({ state: 'refused', reason: 'holder_mismatch' })
    await changeAccount(coffer, ownAccount)
    expectState(await over(coffer, idOf(await settleNow(coffer))), 'paid')
    expect(await balanceOf(coffer)).toMatchObject({ payable: 0 })
  })

  it('for another reason than the account may be tried again at once', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'push' }, outcome: 'decline', code: 'insufficient_funds' })
    expectState(await over(coffer, idOf(await settled(coffer, 10_000))), 'failed', 'insufficient_funds')
    await coffer.sandbox.clearRules()
    expect(await accountNow()).toMatchObject({ state: 'confirmed' })
    expectState(await over(coffer, idOf(await settleNow(coffer))), 'paid')
  })

  it('says what is no account that can be paid', async () => {
    expect((await changeAccount(coffer, 'GB00COFA00000012345678')).body['code']).toBe('iban_invalid')
    expect((await changeAccount(coffer, 'DE89370400440532013000')).body['code']).toBe('bank_not_supported')
  })
})

describe('A bank that does not say what became of a settlement', () => {
  it('is asked again by a run that the sweeper brings back when Temporal has lost it, and is sent nothing twice', async () => {
    const id = await unanswered(5_000, true)
    await coffer.forgetRun(`settlement/${id}`)
    await coffer.sandbox.clearRules()
    await coffer.advanceClock(60_000)
    await coffer.sweepUntil(async () => (await read(id)).body['state'] === 'paid')
    expect(historyOf(await read(id)).filter((type) => type === 'settlement.sent')).toHaveLength(1)
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
  }, 90_000)

  it('leaves an operator a task after 24 hours; a retry has it asked, alone or with all others of the bank', async () => {
    const id = await stuck(6_000, true)
    expect(await tasksOf(id)).toMatchObject([{ kind: 'stuck_bank_instruction', state: 'open' }])
    expect(await balanceOf(coffer)).toMatchObject({ payable: 0, in_settlement: 5_954 })
    const to = new Date((await businessNow(coffer)).getTime() + 1).toISOString()
    const filter = {
      kind: 'stuck_bank_instruction',
      process: 'settlement',
      bank: 'a',
      from: '2020-01-01T00:00:00Z',
      to
    }
    const all = { action: 'retry', filter, reason: 'the bank is back', dry_run: true }
    expect((await coffer.finance.post('/v1/tasks/bulk', all)).body).toMatchObject({ matched: 1 })
    await coffer.sandbox.clearRules()
    expect((await coffer.finance.post(`/v1/settlements/${id}/retry`)).status).toBe(200)
    expectState(await over(coffer, id), 'paid')
    expect(await tasksOf(id)).toMatchObject([{ state: 'done' }])
  })

  it('and has not booked gives the merchant the money back, when two of finance give it up', async () => {
    const id = await stuck(200_000, false)
    const asked = await writeOff(id)
    expect(asked.status).toBe(202)
    await approve(asked)
    expectState(await over(coffer, id), 'failed', 'written_off')
    expect(await balanceOf(coffer)).toMatchObject({ due: 198_790, in_settlement: 0 })
    await coffer.sandbox.clearRules()
    expectState(await over(coffer, idOf(await settleNow(coffer))), 'paid')
  })

  it('and has booked what was given up, or not booked what it was said to have: its suspense account has it', async () => {
    const before = await suspenseOf(coffer, 'a')
    const id = await stuck(7_000, true)
    expect((await writeOff(id)).status).toBe(200)
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    await untilHistory(id, 'settlement.booked_late')
    expect((await suspenseOf(coffer, 'a')) - before).toBe(-6_948n)
    expectState(await over(coffer, idOf(await settleNow(coffer))), 'paid')

    const other = await stuck(8_000, false)
    const letter = { outcome: 'booked', reason: 'the bank wrote', proof: 'letter of today' }
    await coffer.finance.post(`/v1/settlements/${other}/resolve`, letter)
    expectState(await over(coffer, other), 'paid')
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', other)
    await untilHistory(other, 'settlement.contradicted')
    expect((await suspenseOf(coffer, 'a')) - before).toBe(-6_948n + 7_942n)
  })
})

describe('A settlement that the bank sends back later', () => {
  it('is the merchant’s again and due at once, to another account', async () => {
    const id = idOf(await settled(coffer, 10_000))
    await over(coffer, id)
    await takeBack(coffer, id)
    const returned = await returnOf(coffer, id)
    const merchant_id = coffer.seeded.seed.merchant_id
    expect(returned.body).toMatchObject({ state: 'recovered', operation: 'push', merchant_id, amount: usd(9_930) })
    expect(returned.body).not.toHaveProperty('wallet_id')
    expect((await read(id)).body).toMatchObject({ state: 'paid', returned: usd(9_930) })
    expect(await balanceOf(coffer)).toMatchObject({ due: 9_930 })
    expect((await settleNow(coffer)).body['code']).toBe('settlement_account_required')
    await changeAccount(coffer, ownAccount)
    expectState(await over(coffer, idOf(await settleNow(coffer))), 'paid')
  })
})
