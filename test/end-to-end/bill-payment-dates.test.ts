import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { attemptAt, dayBegins, hourOf, localDate } from '../../domain/bill-dates.ts'
import { approveBill, issue, newAccount, paidTimes, payBill, readBill, untilBill, untilTold } from '../support/bills.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { advanceTo, inDays, made as mandateMade, monthlyFrom, upcoming } from '../support/mandates.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { historyOf, idOf, impatient, usd } from '../support/top-ups.ts'
import { walletOf } from '../support/withdrawals.ts'

const ZONE = 'Europe/Berlin'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
  await fundFromCapital(coffer, 'customer-a', 200_000n)
})
afterEach(() => coffer.sandbox.clearRules())
afterAll(() => coffer?.stop())

const code = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['code']]

async function businessNow(): Promise<Date> {
  const { rows } = await coffer.pool.query<{ now: Date }>('select business_now() as now')
  return rows[0]!.now
}

/** The customers' date so many days from now. */
const dateIn = async (days: number) => localDate(new Date((await businessNow()).getTime() + days * DAY_MS), ZONE)

const moveTo = async (instant: Date) =>
  coffer.advanceClock(Math.max(instant.getTime() - (await businessNow()).getTime(), 0) + MINUTE_MS)

describe('A bill for a date', () => {
  it('is announced, its customer told two days before, and paid that morning with what the bill says then', async () => {
    const account = newAccount()
    await issue(coffer, { account, reference: 'D-1', amount: 2_500 })
    const day = await dateIn(6)
    const made = await payBill(coffer, 'customer-a', account, { pay_on: day })
    const debitAt = hourOf(day, 9, ZONE)
    expect(made.body).toMatchObject({ state: 'announced', debit_at: debitAt.toISOString(), cap: usd(2_500) })
    expect(code(await payBill(coffer, 'customer-a', account))).toEqual([409, 'bill_already_paid'])
    await issue(coffer, { account, reference: 'D-1', amount: 2_400 })
    await moveTo(new Date(debitAt.getTime() - 2 * DAY_MS))
    await untilTold(coffer, idOf(made), 'bill_payment.upcoming')
    await moveTo(debitAt)
    const paid = await untilBill(coffer, idOf(made), 'paid')
    expect(paid.body['amount']).toEqual(usd(2_400))
    expect(historyOf(paid)).toEqual(
      ['announced', 'upcoming', 'processing', 'sent', 'paid'].map((type) => `bill_payment.${type}`)
    )
    await expectEverythingSettled(coffer)
  })

  it('waits for the customer’s word where it has become more, and is paid with it', async () => {
    const account = newAccount()
    await issue(coffer, { account, reference: 'D-2', amount: 2_500 })
    const day = await dateIn(3)
    const made = idOf(await payBill(coffer, 'customer-a', account, { pay_on: day }))
    await issue(coffer, { account, reference: 'D-2', amount: 2_900 })
    await moveTo(hourOf(day, 9, ZONE))
    const asked = await untilBill(coffer, made, 'awaiting_approval')
    expect(asked.body['amount']).toEqual(usd(2_900))
    await approveBill(coffer, 'customer-a', made)
    await untilBill(coffer, made, 'paid')
  })

  it('is left out where nobody gives that word in two days, or where there is nothing left to pay', async () => {
    const [more, gone] = [newAccount(), newAccount()]
    for (const account of [more, gone]) await issue(coffer, { account, reference: 'D-3', amount: 2_500 })
    const day = await dateIn(3)
    const ids: string[] = []
    for (const account of [more, gone]) ids.push(idOf(await payBill(coffer, 'customer-a', account, { pay_on: day })))
    await issue(coffer, { account: more, reference: 'D-3', amount: 2_900 })
    await coffer.sandbox.admin('POST', '/bills/cancel', {
      biller: 'city-power',
      account_number: gone,
      bill_reference: 'D-3'
    })
    await moveTo(hourOf(day, 9, ZONE))
    expect((await untilBill(coffer, ids[1]!, 'skipped')).body['decline_code']).toBe('bill_not_found')
    await untilBill(coffer, ids[0]!, 'awaiting_approval')
    await coffer.advanceClock(2 * DAY_MS)
    expect((await untilBill(coffer, ids[0]!, 'skipped')).body['decline_code']).toBe('confirmation_expired')
    await expectEverythingSettled(coffer)
  })

  it('is canceled until the end of the day before, and not on its day; a date that is over is none', async () => {
    const day = await dateIn(3)
    const order = { amount: usd(2_000), pay_on: day }
    const early = idOf(await payBill(coffer, 'customer-a', newAccount(), order))
    const late = idOf(await payBill(coffer, 'customer-a', newAccount(), order))
    const own = await coffer.asCustomer('customer-a')
    expect((await own.post(`/v1/bill-payments/${early}/cancel`)).body['state']).toBe('canceled')
    expect(code(await own.post(`/v1/bill-payments/${late}/skip`))).toEqual([409, 'state_conflict'])
    await moveTo(dayBegins(hourOf(day, 9, ZONE), ZONE))
    expect(code(await own.post(`/v1/bill-payments/${late}/cancel`))).toEqual([409, 'too_late_to_change'])
    await moveTo(hourOf(day, 9, ZONE))
    await untilBill(coffer, late, 'paid')
    expect(
      code(await payBill(coffer, 'customer-a', newAccount(), { amount: usd(1), pay_on: await dateIn(-1) }))
    ).toEqual([400, 'invalid_request'])
    const listed = await own.get('/v1/bill-payments?state=canceled')
    expect((listed.body['data'] as { id: string }[]).map(({ id }) => id)).toContain(early)
  })
})

describe('A bill for which the wallet does not have enough', () => {
  it('is looked for on days 1, 3 and 5 again, its customer told each time, and then given up', async () => {
    const account = newAccount()
    await issue(coffer, { account, reference: 'F-1', amount: 4_000 })
    const made = await payBill(coffer, 'customer-b', account)
    expect(made.body).toMatchObject({ state: 'awaiting_funds', decline_code: 'insufficient_funds', attempts: 1 })
    const debitAt = new Date(String(made.body['created_at']))
    for (const [index, days] of [1, 3, 5].entries()) {
      const next = attemptAt(debitAt, days, 9, ZONE)
      expect((await readBill(coffer, idOf(made))).body['next_attempt_at']).toBe(next.toISOString())
      if (days === 5) {
        await moveTo(new Date(next.getTime() - DAY_MS))
        await untilTold(coffer, idOf(made), 'bill_payment.last_attempt')
      }
      await moveTo(next)
      await coffer.service.until(`/v1/bill-payments/${idOf(made)}`, ({ attempts }) => attempts === index + 2)
    }
    const over = await untilBill(coffer, idOf(made), 'failed')
    expect(over.body).toMatchObject({ decline_code: 'insufficient_funds', attempts: 4 })
    expect(await paidTimes(coffer, idOf(made))).toBe(0)
    expect((await walletOf(coffer, 'customer-b')).pending).toBe(0)
    await expectEverythingSettled(coffer)
  })

  it('is paid by the next attempt when the money has come, and can be taken back before', async () => {
    const first = idOf(await payBill(coffer, 'customer-b', newAccount(), { amount: usd(4_100) }))
    const second = idOf(await payBill(coffer, 'customer-b', newAccount(), { amount: usd(4_200) }))
    const own = await coffer.asCustomer('customer-b')
    expect((await own.post(`/v1/bill-payments/${second}/cancel`)).body['state']).toBe('canceled')
    await fundFromCapital(coffer, 'customer-b', 5_000n)
    await moveTo(new Date(String((await readBill(coffer, first)).body['next_attempt_at'])))
    await untilBill(coffer, first, 'paid')
    await expectEverythingSettled(coffer)
  })

  it('of a mandate has it filled up by the automatic top-up, and is paid by the next attempt', async () => {
    const { wallet_id, bank_account_id, pin } = coffer.customer('bench')
    const path = `/v1/wallets/${wallet_id}/automatic-top-up`
    const customer = await coffer.asCustomer('bench')
    await fundFromCapital(coffer, 'bench', 500n)
    // Five dollars are more than what the rule itself asks for: it is the bill that is short.
    const rule = { below: usd(300), add: usd(2_000), bank_account_id, pin }
    expect((await customer.put(path, rule)).status).toBe(200)
    const id = await mandateMade(coffer, 'bench', { ...monthlyFrom(await inDays(coffer, 7)), count: 1 })
    await advanceTo(coffer, (await upcoming(coffer, id))[0]!.announce_at)
    const [bill] = await upcoming(coffer, id)
    await advanceTo(coffer, bill!.debit_at)
    const short = await untilBill(coffer, bill!.bill_payment_id!, 'awaiting_funds')
    const filled = async () => {
      const { body } = await customer.get(path)
      const topUp = body['last_top_up_id']
      return topUp !== null && (await coffer.service.get(`/v1/top-ups/${String(topUp)}`)).body['state'] === 'succeeded'
    }
    await coffer.sweepUntil(filled)
    await advanceTo(coffer, String(short.body['next_attempt_at']))
    await untilBill(coffer, bill!.bill_payment_id!, 'paid')
    await coffer.service.until(`/v1/mandates/${id}`, ({ state }) => state === 'completed')
    expect(await walletOf(coffer, 'bench')).toMatchObject({ available: 1_300 })
    await customer.delete(path)
    await expectEverythingSettled(coffer)
  }, 60_000)
})
