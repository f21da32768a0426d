import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { billPaymentCrashPoints } from '../../activities/crash-points.ts'
import { askingNetwork } from '../support/bill-network.ts'
import {
  approveBill,
  billerOf,
  issue,
  newAccount,
  paidTimes,
  payBill,
  readBill,
  untilBill,
  untilTold
} from '../support/bills.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { insist } from '../support/insist.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectState, historyOf, idOf, impatient, usd } from '../support/top-ups.ts'
import { walletOf } from '../support/withdrawals.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const POINT_MS_MAX = 60_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
  await fundFromCapital(coffer, 'customer-a', 400_000n)
  await fundFromCapital(coffer, 'bench', 400_000n)
})
afterEach(() => coffer.sandbox.clearRules())
afterAll(() => coffer?.stop())

const code = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['code']]
const available = async (login: 'customer-a' | 'bench') => (await walletOf(coffer, login)).available

/** On account, by the customer whom no rule stops. */
const payOnAccount = (amount: number, more: object = {}, key?: string) =>
  payBill(coffer, 'bench', newAccount(), { amount: usd(amount), ...more }, key)

describe('A bill that is due now', () => {
  it('is asked for, held, brought to the biller once, and paid', async () => {
    const [account, before] = [newAccount(), await available('customer-a')]
    await issue(coffer, { account, reference: 'B-1', amount: 2_110, due: '2030-02-01' })
    const biller_id = await billerOf(coffer, 'city-power')
    const ask = async () =>
      (await coffer.service.post('/v1/bills/inquire', { biller_id, account_number: account }, null)).body
    expect(await ask()).toEqual({
      object: 'bill',
      biller_id,
      status: 'open',
      bill_reference: 'B-1',
      amount: usd(2_110),
      due_date: '2030-02-01'
    })
    const made = await payBill(coffer, 'customer-a', account, {}, 'one-key')
    expect(made.status).toBe(201)
    expectState(made, 'processing')
    const paid = await untilBill(coffer, idOf(made), 'paid', 'failed')
    expect(paid.body).toMatchObject({
      state: 'paid',
      bill_reference: 'B-1',
      amount: usd(2_110),
      account_number: account
    })
    expect(historyOf(paid)).toEqual(['announced', 'processing', 'sent', 'paid'].map((type) => `bill_payment.${type}`))
    expect(before - (await available('customer-a'))).toBe(2_110)
    expect(await paidTimes(coffer, idOf(made))).toBe(1)
    expect(await ask()).toMatchObject({ status: 'none' })
    // The same key gets the same answer, and operators see the end of the number.
    const again = await payBill(coffer, 'customer-a', account, {}, 'one-key')
    expect([again.status, again.body['state'], idOf(again)]).toEqual([201, 'processing', idOf(made)])
    const seen = await coffer.support.get(`/v1/bill-payments/${idOf(made)}`)
    expect(seen.body['account_number']).toBe(`***${account.slice(-4)}`)
    await expectEverythingSettled(coffer)
  })

  it('is paid once by fifty at the same time, and the others are told that it is', async () => {
    const account = newAccount()
    await issue(coffer, { account, reference: 'B-50', amount: 1_010 })
    const before = await available('bench')
    const all = await Promise.all(Array.from({ length: 50 }, () => payBill(coffer, 'bench', account)))
    const made = all.filter(({ status }) => status === 201)
    expect(made).toHaveLength(1)
    expect(all.filter(({ body }) => body['code'] === 'bill_already_paid').map(({ status }) => status)).toEqual(
      Array<number>(49).fill(409)
    )
    await untilBill(coffer, idOf(made[0]!), 'paid')
    expect(before - (await available('bench'))).toBe(1_010)
    await expectEverythingSettled(coffer)
  })

  it('of a biller that is slow is paid when it calls back', async () => {
    const made = await payBill(coffer, 'bench', 'LW00000017', { biller: 'slow-lakeside-water', amount: usd(1_000) })
    await askingNetwork(coffer, idOf(made))
    expectState(await readBill(coffer, idOf(made)), 'processing')
    await coffer.advanceClock(MINUTE_MS)
    await untilBill(coffer, idOf(made), 'paid')
    expect(await paidTimes(coffer, idOf(made))).toBe(1)
  })

  it('costs the biller’s fee beside the amount, and nothing when it is declined', async () => {
    const before = await available('bench')
    const rent = { biller: 'harbour-homes' }
    const paid = await payBill(coffer, 'bench', 'HH000017', { ...rent, amount: usd(1_000) })
    await untilBill(coffer, idOf(paid), 'paid')
    expect(before - (await available('bench'))).toBe(1_050)
    const declined = await payBill(coffer, 'bench', 'HH000017', { ...rent, amount: usd(1_001) })
    const over = await untilBill(coffer, idOf(declined), 'failed')
    expect(over.body['decline_code']).toBe('biller_declined')
    expect(before - (await available('bench'))).toBe(1_050)
    await expectEverythingSettled(coffer)
  })

  it('is looked for by inquiry where the answer is lost, and paid or not, never twice', async () => {
    for (const [amount, ends, times] of [
      [1_003, 'paid', 1],
      [1_004, 'failed', 0]
    ] as const) {
      const made = await payOnAccount(amount)
      await askingNetwork(coffer, idOf(made))
      await coffer.advanceClock(5_000)
      await untilBill(coffer, idOf(made), ends)
      expect(await paidTimes(coffer, idOf(made))).toBe(times)
    }
    await expectEverythingSettled(coffer)
  })

  it('is refused for a number that is none, a biller that is suspended, and another amount than the bill’s', async () => {
    const account = newAccount()
    const wrong = `${account.slice(0, -1)}${(Number(account.at(-1)) + 1) % 10}`
    expect(code(await payBill(coffer, 'bench', wrong))).toEqual([422, 'biller_account_invalid'])
    expect(code(await payBill(coffer, 'bench', 'nothing'))).toEqual([422, 'biller_account_invalid'])
    expect(code(await payBill(coffer, 'bench', account))).toEqual([409, 'bill_not_found'])
    await issue(coffer, { account, reference: 'B-9', amount: 1_000 })
    const other = await payBill(coffer, 'bench', account, { amount: usd(900), bill_reference: 'B-9' })
    expect((await untilBill(coffer, idOf(other), 'failed')).body['decline_code']).toBe('bill_amount_differs')
    const path = `/v1/billers/${await billerOf(coffer, 'city-power')}`
    await coffer.admin.post(`${path}/suspend`, { reason: 'does not answer its letters' })
    expect(code(await payBill(coffer, 'bench', account))).toEqual([409, 'biller_unavailable'])
    await coffer.admin.post(`${path}/resume`, { reason: 'does' })
    // What failed does not keep the bill from being paid.
    await untilBill(coffer, idOf(await payBill(coffer, 'bench', account)), 'paid')
    expect(code(await payBill(coffer, 'bench', account))).toEqual([409, 'bill_already_paid'])
  })

  it('of 500 USD and more is paid once the customer has approved it with the PIN, or not at all', async () => {
    const before = await available('customer-a')
    const made = await payBill(coffer, 'customer-a', newAccount(), { amount: usd(50_000) })
    expect(made.body).toMatchObject({ state: 'awaiting_approval', approval_required: true })
    expect(await available('customer-a')).toBe(before)
    expect(code(await approveBill(coffer, 'customer-a', idOf(made), '000000'))).toEqual([403, 'confirmation_failed'])
    expectState(await approveBill(coffer, 'customer-a', idOf(made)), 'processing')
    await untilBill(coffer, idOf(made), 'paid')
    expect(before - (await available('customer-a'))).toBe(50_000)

    const late = await payBill(coffer, 'customer-a', newAccount(), { amount: usd(60_000) })
    await coffer.advanceClock(6 * MINUTE_MS)
    const over = await untilBill(coffer, idOf(late), 'canceled')
    expect(over.body['decline_code']).toBe('confirmation_expired')
    await expectEverythingSettled(coffer)
  })

  it('is refused above the limit and from a frozen wallet; with dry_run nothing is stored', async () => {
    const dry = await payBill(coffer, 'customer-a', newAccount(), { amount: usd(600_000), dry_run: true })
    expect([dry.status, dry.body['state'], dry.body['decline_code']]).toEqual([
      200,
      'awaiting_approval',
      'limit_exceeded'
    ])
    const { wallet_id } = coffer.customer('customer-b')
    await coffer.service.post(`/v1/wallets/${wallet_id}/freeze`)
    const frozen = await payBill(coffer, 'customer-b', newAccount(), { amount: usd(1_000) })
    expect(frozen.body).toMatchObject({ state: 'failed', decline_code: 'wallet_frozen' })
  })
})

describe('A bill payment whose end nobody knows', () => {
  async function stuck(amount: number, booked: boolean): Promise<string> {
    await coffer.sandbox.addRule({ match: { operation: 'pay_bill', amount: String(amount) }, outcome: 'error', booked })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const made = idOf(await payOnAccount(amount))
    await untilTold(coffer, made, 'bill_payment.sent')
    await askingNetwork(coffer, made)
    await coffer.advanceClock(DAY_MS)
    await untilTold(coffer, made, 'bill_payment.stuck')
    await coffer.sandbox.clearRules()
    return made
  }
  const path = (id: string, verb: string) => `/v1/bill-payments/${id}/${verb}`

  it('stays held, is an operator’s task, and is paid when the network is asked again', async () => {
    const id = await stuck(1_700, true)
    expect((await walletOf(coffer, 'bench')).pending).toBe(1_700)
    expect((await coffer.finance.post(path(id, 'retry'))).status).toBe(200)
    await untilBill(coffer, id, 'paid')
  })

  it('is given up with proof; and booked after all it is the suspense account’s, and settled with the biller', async () => {
    const before = await available('bench')
    const id = await stuck(1_800, true)
    const given = { reason: 'the network says no', proof: 'ticket 17' }
    expectState(await coffer.finance.post(path(id, 'write-off'), given), 'failed', 'written_off')
    expect(await available('bench')).toBe(before)
    await coffer.sandbox.admin('POST', '/biller-settlements', {})
    await coffer.sweepUntil(async () => {
      const { rows } = await coffer.pool.query('select from biller_news where kind = $1', ['settled'])
      return rows.length > 0
    })
    await untilTold(coffer, id, 'bill_payment.booked_late')
    await expectEverythingSettled(coffer)
  })
})

describe('What the network settles', () => {
  it('is taken from our bank for the biller, and a biller gives back before and after that', async () => {
    const before = await available('bench')
    const pay = async () => idOf(await untilBill(coffer, idOf(await payOnAccount(2_500)), 'paid'))
    const [early, late] = [await pay(), await pay()]
    const reverse = (reference: string) =>
      coffer.sandbox.admin('POST', '/bill-reversals', { reference, reason: 'overpaid' })
    await reverse(early)
    await coffer.sweepUntil(async () => (await readBill(coffer, early)).body['reversed'] !== undefined)
    expect(before - (await available('bench'))).toBe(2_500)
    await expectEverythingSettled(coffer)

    await coffer.sandbox.admin('POST', '/biller-settlements', {})
    await reverse(late)
    await coffer.sweepUntil(async () => (await readBill(coffer, late)).body['reversed'] !== undefined)
    expect(await available('bench')).toBe(before)
    const moves = await coffer.finance.get(`/v1/billers/${await billerOf(coffer, 'city-power')}/settlements`)
    const listed = moves.body['data'] as Record<string, unknown>[]
    expect(listed[0]).toMatchObject({ kind: 'reversed', bank: 'a', bill_payment_id: late, amount: usd(2_500) })
    expect(listed[1]).toMatchObject({ kind: 'settled', bank: 'a', bill_payment_id: null })
    expect(listed.find((move) => move['bill_payment_id'] === early)).toMatchObject({ kind: 'reversed', bank: null })
    await expectEverythingSettled(coffer)
  })
})

describe('A bill payment whose worker is killed (SIGKILL)', () => {
  it.each(pointsOfTheDay(billPaymentCrashPoints))(
    'at %s ends as if nothing had happened',
    async (point) => {
      const step = point.slice('bill-payment.'.length)
      const [login, amount] = step.startsWith('approve')
        ? (['customer-a', 50_000] as const)
        : (['bench', 1_000] as const)
      const declines = step.startsWith('decline')
      const prepared =
        login === 'bench' ? undefined : idOf(await payBill(coffer, login, newAccount(), { amount: usd(amount) }))
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const account = newAccount()
      const more = { amount: usd(declines ? 1_001 : amount) }
      const asked = await insist(() =>
        prepared === undefined
          ? payBill(coffer, 'bench', account, more, `crash-at-${point}`)
          : approveBill(coffer, login, prepared, undefined, `crash-at-${point}`)
      )
      await crashed
      await coffer.advanceClock(MINUTE_MS)
      // The mark was there and the network never heard of it, which an inquiry makes sure of.
      const fails = declines || step === 'send/after'
      const over = await untilBill(coffer, prepared ?? idOf(asked), 'paid', 'failed')
      expect(over.body['state']).toBe(fails ? 'failed' : 'paid')
      expect(await paidTimes(coffer, idOf(over))).toBe(fails ? 0 : 1)
      await expectEverythingSettled(coffer)
    },
    POINT_MS_MAX
  )
})
