import { newCard, payByCard } from '../support/card-payments.ts'
import { callBack } from '../support/call-back.ts'
import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { emptyMerchant, refund, untilRefund } from '../support/refunds.ts'
import type { ReplayStory } from './stories.ts'
import { then } from './then.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

/** Paid by the customer without limits from the balance. */
async function paidFromBalance(coffer: Coffer, amount: number): Promise<string> {
  await fundFromCapital(coffer, 'bench', BigInt(amount))
  const { wallet_id } = coffer.customer('bench')
  const { merchant_id } = coffer.seeded.seed
  return idOf(await coffer.service.post('/v1/payments', { wallet_id, merchant_id, amount: usd(amount) }))
}

const paid = ({ service }: Coffer, id: string) =>
  service.until(`/v1/payments/${id}`, ({ state }) => state !== 'processing')

async function paidByBank(coffer: Coffer, login: 'customer-b' | 'bench' = 'bench'): Promise<string> {
  // The fee stays with us: out of one payment alone a merchant cannot give it back whole.
  await paidFromBalance(coffer, 10_000)
  const { wallet_id, bank_account_id } = coffer.customer(login)
  const funding = { type: 'bank_account', id: bank_account_id }
  const order = { wallet_id, merchant_id: coffer.seeded.seed.merchant_id, amount: usd(3_000), funding }
  const id = idOf(await coffer.service.post('/v1/payments', order))
  if (login === 'customer-b') await coffer.advanceClock(5 * MINUTE_MS)
  await paid(coffer, id)
  return id
}

async function paidByCard(coffer: Coffer): Promise<string> {
  const { body } = await (await coffer.asCustomer('customer-a')).get('/v1/cards')
  const linked = (body['data'] as { id: string; state: string }[]).find(({ state }) => state === 'linked')
  const id = idOf(await payByCard(coffer, linked?.id ?? (await newCard(coffer)), 2_000))
  await paid(coffer, id)
  return id
}

const back = async (coffer: Coffer, paymentId: string, amount?: number) => idOf(await refund(coffer, paymentId, amount))

/** The merchant has been paid out, and does not have it any more. */
async function waiting(coffer: Coffer): Promise<string> {
  const payment = await paidFromBalance(coffer, 1_000)
  await emptyMerchant(coffer)
  return back(coffer, payment)
}

async function unfunded(coffer: Coffer): Promise<string> {
  const id = await waiting(coffer)
  await coffer.advanceClock(5 * DAY_MS)
  await untilRefund(coffer, id, 'refund.unfunded')
  return id
}

/** Sent, and nothing heard: the run waits for the time of its next question. */
async function unanswered(coffer: Coffer, amount: number): Promise<string> {
  const id = await back(coffer, await paidByBank(coffer), amount)
  await untilRefund(coffer, id, 'refund.sent')
  return id
}

/** A day later: no question was answered, and an operator has a task. */
async function stuck(coffer: Coffer, amount: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'push', amount: String(amount) }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = await unanswered(coffer, amount)
  await coffer.advanceClock(DAY_MS)
  await untilRefund(coffer, id, 'refund.stuck')
  return id
}

const inquired = (coffer: Coffer) => coffer.advanceClock(MINUTE_MS)
const proof = { reason: 'the bank says no', proof: 'ticket 4711' }
const writeOff = async ({ finance, sandbox }: Coffer, id: string) => {
  idOf(await finance.post(`/v1/refunds/${id}/write-off`, proof))
  await sandbox.clearRules()
}

/** Refunds in every way that they can end, to wherever the money goes. */
export const refundStories: readonly ReplayStory[] = [
  {
    name: 'refund/into-the-wallet-at-once',
    state: 'succeeded',
    tell: async (coffer) => back(coffer, await paidFromBalance(coffer, 1_000), 400)
  },
  {
    name: 'refund/lost-the-race',
    state: 'failed',
    tell: async (coffer) => {
      const payment = await paidFromBalance(coffer, 1_000)
      const asked = await Promise.all(Array.from({ length: 20 }, () => refund(coffer, payment, 600)))
      const late = asked.find(({ body }) => body['state'] === 'failed')
      if (!late) throw new Error('nobody was too late')
      return idOf(late)
    }
  },
  {
    name: 'refund/funded-later',
    state: 'succeeded',
    tell: then(waiting, async (coffer, id) => {
      await paidFromBalance(coffer, 2_000)
      idOf(await coffer.finance.post(`/v1/refunds/${id}/retry`))
    })
  },
  {
    name: 'refund/canceled-while-it-waited',
    state: 'canceled',
    tell: then(waiting, ({ merchant }, id) => merchant.post(`/v1/refunds/${id}/cancel`))
  },
  {
    name: 'refund/never-funded',
    state: 'failed',
    tell: then(unfunded, ({ finance }, id) => finance.post(`/v1/refunds/${id}/reject`, { reason: 'gone' }))
  },
  {
    name: 'refund/to-the-bank',
    state: 'succeeded',
    tell: async (coffer) => back(coffer, await paidByBank(coffer), 1_000)
  },
  {
    name: 'refund/to-a-slow-bank',
    state: 'succeeded',
    tell: then(
      async (coffer) => back(coffer, await paidByBank(coffer, 'customer-b'), 1_000),
      (coffer) => coffer.advanceClock(5 * MINUTE_MS)
    )
  },
  {
    name: 'refund/declined-by-the-bank',
    state: 'succeeded',
    tell: async (coffer) => back(coffer, await paidByBank(coffer), 1_001)
  },
  {
    name: 'refund/found-out-by-inquiry',
    state: 'succeeded',
    tell: then((coffer) => unanswered(coffer, 1_003), inquired)
  },
  {
    name: 'refund/never-received',
    state: 'succeeded',
    tell: then((coffer) => unanswered(coffer, 1_004), inquired)
  },
  {
    name: 'refund/asked-again-by-an-operator',
    state: 'succeeded',
    tell: then(
      (coffer) => stuck(coffer, 1_100, true),
      async (coffer, id) => {
        // While the bank is down: as soon as it is not, any news may be faster than the operator.
        idOf(await coffer.finance.post(`/v1/refunds/${id}/retry`))
        await coffer.sandbox.clearRules()
        await callBack(coffer, 'a', id)
      }
    )
  },
  {
    name: 'refund/written-off',
    state: 'succeeded',
    tell: then((coffer) => stuck(coffer, 1_200, false), writeOff)
  },
  {
    name: 'refund/to-a-card',
    state: 'succeeded',
    tell: async (coffer) => back(coffer, await paidByCard(coffer), 1_000)
  },
  {
    name: 'refund/declined-by-the-acquirer',
    state: 'succeeded',
    tell: async (coffer) => back(coffer, await paidByCard(coffer), 1_002)
  },
  {
    name: 'late-bank-news/refund-booked-after-all',
    state: 'succeeded',
    tell: then(
      (coffer) => stuck(coffer, 1_300, true),
      async (coffer, id) => {
        await writeOff(coffer, id)
        await callBack(coffer, 'a', id)
      }
    )
  }
]
