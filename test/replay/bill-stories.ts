import { hourOf, localDate } from '../../domain/bill-dates.ts'
import { approveBill, billerOf, issue, newAccount, payBill } from '../support/bills.ts'
import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { untilTold } from '../support/until-told.ts'
import type { ReplayStory } from './stories.ts'
import { then } from './then.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const ZONE = 'Europe/Berlin'

const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

/** On account, by the customer without limits. */
async function pay(coffer: Coffer, amount: number, more: object = {}): Promise<string> {
  await fundFromCapital(coffer, 'bench', BigInt(amount))
  return idOf(await payBill(coffer, 'bench', newAccount(), { amount: usd(amount), ...more }))
}

/** 500 USD and more have to be approved. */
const unapproved = async (coffer: Coffer): Promise<string> => {
  await fundFromCapital(coffer, 'customer-a', 50_000n)
  return idOf(await payBill(coffer, 'customer-a', newAccount(), { amount: usd(50_000) }))
}

async function dayIn(coffer: Coffer, days: number): Promise<string> {
  const { rows } = await coffer.pool.query<{ now: Date }>('select business_now() as now')
  return localDate(new Date(rows[0]!.now.getTime() + days * DAY_MS), ZONE)
}

/** Has the bill of an account issued for a date in five days; its debit instant. */
async function dated(coffer: Coffer, account: string): Promise<{ id: string; debitAt: Date }> {
  await fundFromCapital(coffer, 'bench', 5_000n)
  await issue(coffer, { account, reference: 'R-1', amount: 2_000 })
  const day = await dayIn(coffer, 5)
  const id = idOf(await payBill(coffer, 'bench', account, { pay_on: day }))
  return { id, debitAt: hourOf(day, 9, ZONE) }
}

const announcedDays = async (coffer: Coffer) => coffer.advanceClock(6 * DAY_MS)

async function noticed(coffer: Coffer, account: string): Promise<string> {
  const { id, debitAt } = await dated(coffer, account)
  const { rows } = await coffer.pool.query<{ now: Date }>('select business_now() as now')
  await coffer.advanceClock(debitAt.getTime() - 2 * DAY_MS - rows[0]!.now.getTime() + MINUTE_MS)
  await untilTold(coffer.service, `/v1/bill-payments/${id}`, 'bill_payment.upcoming')
  return id
}

/** By a customer whose wallet is empty. */
async function unfunded(coffer: Coffer): Promise<string> {
  return idOf(await payBill(coffer, 'customer-b', newAccount(), { amount: usd(9_000) }))
}

/** A day later: no question was answered, and an operator has a task. */
async function stuck(coffer: Coffer, amount: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'pay_bill', amount: String(amount) }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = await pay(coffer, amount)
  await untilTold(coffer.service, `/v1/bill-payments/${id}`, 'bill_payment.sent')
  await coffer.advanceClock(DAY_MS)
  await untilTold(coffer.service, `/v1/bill-payments/${id}`, 'bill_payment.stuck')
  return id
}

const writeOff = async ({ finance, sandbox }: Coffer, id: string) => {
  idOf(await finance.post(`/v1/bill-payments/${id}/write-off`, { reason: 'the network says no', proof: 'ticket 17' }))
  await sandbox.clearRules()
}

const cancel = ({ service }: Coffer, id: string) => service.post(`/v1/bill-payments/${id}/cancel`)

const attempts = async (coffer: Coffer, id: string) => {
  for (const attempt of [2, 3, 4]) {
    await coffer.advanceClock(3 * DAY_MS)
    await coffer.service.until(`/v1/bill-payments/${id}`, (body) => Number(body['attempts']) >= attempt)
  }
}

/** Bill payments in every way that they can end. */
export const billStories: readonly ReplayStory[] = [
  { name: 'bill-payment/paid-at-once', state: 'paid', tell: (coffer) => pay(coffer, 1_000) },
  {
    name: 'bill-payment/paid-by-a-slow-biller',
    state: 'paid',
    tell: then(
      async (coffer) => {
        await fundFromCapital(coffer, 'bench', 1_100n)
        const biller_id = await billerOf(coffer, 'slow-lakeside-water')
        const { wallet_id } = coffer.customer('bench')
        const order = { wallet_id, biller_id, account_number: 'LW00000001', amount: usd(1_100) }
        const id = idOf(await coffer.service.post('/v1/bill-payments', order))
        await untilTold(coffer.service, `/v1/bill-payments/${id}`, 'bill_payment.sent')
        return id
      },
      (coffer) => coffer.advanceClock(MINUTE_MS)
    )
  },
  {
    name: 'bill-payment/paid-on-its-day',
    state: 'paid',
    tell: then((coffer) => noticed(coffer, newAccount()), announcedDays)
  },
  { name: 'bill-payment/declined-by-the-biller', state: 'failed', tell: (coffer) => pay(coffer, 1_001) },
  {
    name: 'bill-payment/approved',
    state: 'paid',
    tell: then(unapproved, async (coffer, id) => idOf(await approveBill(coffer, 'customer-a', id)))
  },
  {
    name: 'bill-payment/approval-run-out',
    state: 'canceled',
    tell: then(unapproved, (coffer) => coffer.advanceClock(6 * MINUTE_MS))
  },
  {
    name: 'bill-payment/canceled-before-its-day',
    state: 'canceled',
    tell: then(async (coffer) => (await dated(coffer, newAccount())).id, cancel)
  },
  {
    name: 'bill-payment/nothing-left-to-pay',
    state: 'skipped',
    tell: async (coffer) => {
      const account = newAccount()
      const id = await noticed(coffer, account)
      const bill = { biller: 'city-power', account_number: account, bill_reference: 'R-1' }
      await coffer.sandbox.admin('POST', '/bills/cancel', bill)
      await announcedDays(coffer)
      return id
    }
  },
  { name: 'bill-payment/never-funded', state: 'failed', tell: then(unfunded, attempts) },
  { name: 'bill-payment/canceled-without-funds', state: 'canceled', tell: then(unfunded, cancel) },
  {
    name: 'bill-payment/funded-later',
    state: 'paid',
    tell: then(unfunded, async (coffer) => {
      await fundFromCapital(coffer, 'customer-b', 9_000n)
      await coffer.advanceClock(2 * DAY_MS)
    })
  },
  {
    name: 'bill-payment/asked-again-by-an-operator',
    state: 'paid',
    tell: then(
      (coffer) => stuck(coffer, 1_700, true),
      async ({ finance, sandbox }, id) => {
        await sandbox.clearRules()
        idOf(await finance.post(`/v1/bill-payments/${id}/retry`))
      }
    )
  },
  { name: 'bill-payment/written-off', state: 'failed', tell: then((coffer) => stuck(coffer, 1_800, false), writeOff) }
]
