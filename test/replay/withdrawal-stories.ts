import { callBack } from '../support/call-back.ts'
import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { untilTold } from '../support/until-told.ts'
import type { ReplayStory } from './stories.ts'
import { then } from './then.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

const order = async (coffer: Coffer, login: 'customer-a' | 'customer-b' | 'bench', amount: number): Promise<string> => {
  const { wallet_id, bank_account_id } = coffer.customer(login)
  const money = { amount: String(amount), currency: 'USD' }
  return idOf(await coffer.service.post('/v1/withdrawals', { wallet_id, bank_account_id, amount: money }))
}

/** By the customer without limits, whom nothing keeps from it. */
async function withdraw(coffer: Coffer, amount: number): Promise<string> {
  await fundFromCapital(coffer, 'bench', BigInt(amount))
  return order(coffer, 'bench', amount)
}

/** 500 USD and more have to be confirmed. */
const unconfirmed = (coffer: Coffer) => order(coffer, 'customer-a', 50_000)

const confirm = async (coffer: Coffer, id: string, login: 'customer-a' | 'customer-b' = 'customer-a') =>
  idOf(
    await (await coffer.asCustomer(login)).post(`/v1/withdrawals/${id}/confirm`, { pin: coffer.customer(login).pin })
  )

/** Sent, and nothing heard: the run waits for the time of its next question. */
async function unanswered(coffer: Coffer, amount: number): Promise<string> {
  const id = await withdraw(coffer, amount)
  await untilTold(coffer.service, `/v1/withdrawals/${id}`, 'withdrawal.sent')
  return id
}

/** A day later: no question was answered, and an operator has a task. */
async function stuck(coffer: Coffer, amount: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'push', amount: String(amount) }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = await unanswered(coffer, amount)
  await coffer.advanceClock(DAY_MS)
  await untilTold(coffer.service, `/v1/withdrawals/${id}`, 'withdrawal.stuck')
  return id
}

const writeOff = async ({ finance, sandbox }: Coffer, id: string) => {
  idOf(await finance.post(`/v1/withdrawals/${id}/write-off`, { reason: 'the bank says no', proof: 'ticket 4711' }))
  await sandbox.clearRules()
}

const inquired = (coffer: Coffer) => coffer.advanceClock(MINUTE_MS)

/** Withdrawals in every way that they can end. */
export const withdrawalStories: readonly ReplayStory[] = [
  { name: 'withdrawal/accepted-at-once', state: 'succeeded', tell: (coffer) => withdraw(coffer, 1_000) },
  {
    name: 'withdrawal/confirmed-and-reported-by-callback',
    state: 'succeeded',
    tell: async (coffer) => {
      await fundFromCapital(coffer, 'customer-b', 10_000n)
      const id = await order(coffer, 'customer-b', 1_000)
      await confirm(coffer, id, 'customer-b')
      return id
    }
  },
  {
    name: 'withdrawal/found-out-by-inquiry',
    state: 'succeeded',
    tell: then((coffer) => unanswered(coffer, 1_003), inquired)
  },
  { name: 'withdrawal/declined-by-the-bank', state: 'declined', tell: (coffer) => withdraw(coffer, 1_001) },
  { name: 'withdrawal/declined-by-us', state: 'declined', tell: (coffer) => order(coffer, 'customer-b', 600_000) },
  {
    name: 'withdrawal/never-received',
    state: 'declined',
    tell: then((coffer) => unanswered(coffer, 1_004), inquired)
  },
  {
    name: 'withdrawal/confirmed-and-declined',
    state: 'declined',
    tell: then(unconfirmed, async (coffer, id) => {
      await coffer.admin.put('/v1/policies/kill-switches', { process: 'withdrawal', on: true })
      await confirm(coffer, id)
      await coffer.admin.put('/v1/policies/kill-switches', { process: 'withdrawal', on: false })
    })
  },
  {
    name: 'withdrawal/canceled-before-confirmation',
    state: 'canceled',
    tell: then(unconfirmed, ({ service }, id) => service.post(`/v1/withdrawals/${id}/cancel`))
  },
  {
    name: 'withdrawal/confirmation-run-out',
    state: 'expired',
    tell: then(unconfirmed, (coffer) => coffer.advanceClock(6 * MINUTE_MS))
  },
  {
    name: 'withdrawal/asked-again-by-an-operator',
    state: 'succeeded',
    tell: then(
      (coffer) => stuck(coffer, 1_100, true),
      async ({ finance, sandbox }, id) => {
        await sandbox.clearRules()
        idOf(await finance.post(`/v1/withdrawals/${id}/retry`))
      }
    )
  },
  { name: 'withdrawal/written-off', state: 'failed', tell: then((coffer) => stuck(coffer, 1_200, false), writeOff) },
  {
    name: 'late-bank-news/withdrawal-booked-after-all',
    state: 'failed',
    tell: then(
      (coffer) => stuck(coffer, 1_300, true),
      async (coffer, id) => {
        await writeOff(coffer, id)
        await callBack(coffer, 'a', id)
      }
    )
  }
]
