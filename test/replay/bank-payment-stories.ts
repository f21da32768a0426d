import { callBack } from '../support/call-back.ts'
import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { untilTold } from '../support/until-told.ts'
import type { ReplayStory } from './stories.ts'
import { then } from './then.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

async function pay(
  { service, customer, seeded }: Coffer,
  amount: number,
  login: 'customer-a' | 'customer-b' = 'customer-a',
  more: object = { merchant_id: seeded.seed.merchant_id }
): Promise<string> {
  const { wallet_id, bank_account_id } = customer(login)
  const funding = { type: 'bank_account', id: bank_account_id }
  return idOf(await service.post('/v1/payments', { wallet_id, amount: usd(amount), funding, ...more }))
}

/** Sent, and nothing heard: the run waits for the time of its next question. */
async function unanswered(coffer: Coffer, amount: number): Promise<string> {
  const id = await pay(coffer, amount)
  await untilTold(coffer.service, `/v1/payments/${id}`, 'payment.sent')
  return id
}

/** A day later: no question was answered, and an operator has a task. */
async function stuck(coffer: Coffer, amount: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'pull', amount: String(amount) }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = await unanswered(coffer, amount)
  await coffer.advanceClock(24 * HOUR_MS)
  await untilTold(coffer.service, `/v1/payments/${id}`, 'payment.stuck')
  return id
}

const writeOff = async ({ finance, sandbox }: Coffer, id: string) => {
  idOf(await finance.post(`/v1/payments/${id}/write-off`, { reason: 'the bank says no', proof: 'ticket 4711' }))
  await sandbox.clearRules()
}

/** A day later an operator has the bank's letter: it has booked. */
async function byLetter(coffer: Coffer, amount: number, booked: boolean): Promise<string> {
  const id = await stuck(coffer, amount, booked)
  const letter = { outcome: 'booked', reason: 'the bank rang back', proof: 'a letter' }
  idOf(await coffer.finance.post(`/v1/payments/${id}/resolve`, letter))
  await coffer.sandbox.clearRules()
  return id
}

const inquired = (coffer: Coffer) => coffer.advanceClock(MINUTE_MS)

/** Its time comes while a bank is asked for the money, and the bank declines after that. */
async function keptBeyondItsTime(coffer: Coffer): Promise<string> {
  const request = { amount: usd(1_200), expires_in_ms: HOUR_MS }
  const id = idOf(await coffer.merchant.post('/v1/payment-requests', request))
  const rule = { match: { operation: 'pull', amount: '1200' }, outcome: 'decline', delay_ms: 2 * HOUR_MS }
  await coffer.sandbox.addRule(rule)
  const payment = await pay(coffer, 1_200, 'customer-b', { payment_request_id: id })
  await untilTold(coffer.service, `/v1/payments/${payment}`, 'payment.sent')
  await coffer.advanceClock(HOUR_MS + MINUTE_MS)
  await coffer.advanceClock(HOUR_MS)
  await coffer.sandbox.clearRules()
  return id
}

/** Payments that a bank pays, in every way that they can end, and what asked for them. */
export const bankPaymentStories: readonly ReplayStory[] = [
  { name: 'payment/bank-booked-at-once', state: 'succeeded', tell: (coffer) => pay(coffer, 1_000) },
  {
    name: 'payment/bank-reported-by-callback',
    state: 'succeeded',
    tell: (coffer) => pay(coffer, 1_000, 'customer-b')
  },
  {
    name: 'payment/bank-confirmed',
    state: 'succeeded',
    tell: then(
      (coffer) => pay(coffer, 50_000),
      async (coffer, id) => {
        const { pin } = coffer.customer('customer-a')
        idOf(await (await coffer.asCustomer('customer-a')).post(`/v1/payments/${id}/confirm`, { pin }))
      }
    )
  },
  {
    name: 'payment/bank-found-out-by-inquiry',
    state: 'succeeded',
    tell: then((coffer) => unanswered(coffer, 1_003), inquired)
  },
  { name: 'payment/bank-declined', state: 'declined', tell: (coffer) => pay(coffer, 1_001) },
  {
    name: 'payment/bank-never-received',
    state: 'declined',
    tell: then((coffer) => unanswered(coffer, 1_004), inquired)
  },
  {
    name: 'payment/bank-asked-again-by-an-operator',
    state: 'succeeded',
    tell: then(
      (coffer) => stuck(coffer, 1_100, true),
      async ({ finance, sandbox }, id) => {
        await sandbox.clearRules()
        idOf(await finance.post(`/v1/payments/${id}/retry`))
      }
    )
  },
  { name: 'payment/bank-written-off', state: 'failed', tell: then((coffer) => stuck(coffer, 1_200, false), writeOff) },
  { name: 'payment/bank-booked-by-letter', state: 'succeeded', tell: (coffer) => byLetter(coffer, 1_400, true) },
  {
    name: 'late-bank-news/payment-contradicted',
    state: 'succeeded',
    tell: then(
      (coffer) => byLetter(coffer, 1_600, false),
      (coffer, id) => callBack(coffer, 'a', id)
    )
  },
  { name: 'payment-request/kept-beyond-its-time', state: 'expired', tell: keptBeyondItsTime },
  {
    name: 'late-bank-news/payment-booked-after-all',
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
