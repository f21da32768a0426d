import { randomUUID } from 'node:crypto'
import { bankReturnStories } from './bank-return-stories.ts'
import { chargebackStories } from './chargeback-stories.ts'
import { concessionStories } from './concession-stories.ts'
import { disputeStories } from './dispute-stories.ts'
import { bankPaymentStories } from './bank-payment-stories.ts'
import { bankLinkStories } from './bank-link-stories.ts'
import { operatorStories } from './operator-stories.ts'
import { merchantOnboardingStories } from './merchant-onboarding-stories.ts'
import { cardPaymentStories } from './card-payment-stories.ts'
import { cardTopUpStories } from './card-top-up-stories.ts'
import { cardLinkStories } from './card-link-stories.ts'
import { onboardingStories } from './onboarding-stories.ts'
import { paymentRequestStories } from './payment-request-stories.ts'
import { refundStories } from './refund-stories.ts'
import { riskStories } from './risk-stories.ts'
import { settlementStories } from './settlement-stories.ts'
import { reconciliationStories } from './reconciliation-stories.ts'
import { billStories } from './bill-stories.ts'
import { mandateStories } from './mandate-stories.ts'
import { webhookStories } from './webhook-stories.ts'
import { withdrawalStories } from './withdrawal-stories.ts'
import { callBack } from '../support/call-back.ts'
import type { Answered, Client } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { then } from './then.ts'

/** One way through a process, driven over HTTP to its end. */
export interface ReplayStory {
  /** `<workflow type>/<what happened>`. */
  readonly name: string
  /** Where it ends. */
  readonly state: string
  /** Answers the record's id. */
  readonly tell: (coffer: Coffer) => Promise<string>
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

async function pay({ service, customer, seeded }: Coffer, amount: number, more: object = {}): Promise<string> {
  const { wallet_id } = customer('customer-a')
  const { merchant_id } = seeded.seed
  return idOf(await service.post('/v1/payments', { wallet_id, merchant_id, amount: usd(amount), ...more }))
}

const held = (coffer: Coffer) => pay(coffer, 1_000, { capture: 'manual' })
/** 500 USD and more have to be confirmed. */
const unconfirmed = (coffer: Coffer) => pay(coffer, 50_000)

const ask = (by: Client, id: string, verb: string, body: object = {}) => by.post(`/v1/payments/${id}/${verb}`, body)

/** The same with two captures of a part before what ends it. */
async function heldAndCaptured(coffer: Coffer): Promise<string> {
  const id = await held(coffer)
  for (const amount of [300, 200]) idOf(await ask(coffer.merchant, id, 'capture', { amount: usd(amount) }))
  return id
}

const confirm = async (coffer: Coffer, id: string) =>
  ask(await coffer.asCustomer('customer-a'), id, 'confirm', { pin: coffer.customer('customer-a').pin })

async function topUp(
  { service, customer }: Coffer,
  login: 'customer-a' | 'customer-b',
  amount: number
): Promise<string> {
  const { wallet_id, bank_account_id } = customer(login)
  return idOf(await service.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(amount) }))
}

/** Sent, and nothing heard: the run waits for the time of its next question. */
async function unanswered(coffer: Coffer, amount: number): Promise<string> {
  const id = await topUp(coffer, 'customer-a', amount)
  await coffer.service.until(`/v1/top-ups/${id}`, ({ timeline }) => JSON.stringify(timeline).includes('top_up.sent'))
  return id
}

/** A day later: no question was answered, and an operator has a task. */
async function stuck(coffer: Coffer, amount: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'pull', amount: String(amount) }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = await unanswered(coffer, amount)
  await coffer.advanceClock(DAY_MS)
  await coffer.service.until(`/v1/top-ups/${id}`, ({ timeline }) => JSON.stringify(timeline).includes('top_up.stuck'))
  return id
}

const writeOff = async ({ finance, sandbox }: Coffer, id: string) => {
  idOf(await finance.post(`/v1/top-ups/${id}/write-off`, { reason: 'the bank says no', proof: 'ticket 4711' }))
  await sandbox.clearRules()
}

async function register(coffer: Coffer): Promise<string> {
  const body = { email: `${randomUUID()}@example.org`, password: 'correct horse battery', zone: 'UTC' }
  return idOf(await coffer.as('').post('/v1/registrations', { ...body, terms_version: '2026-11' }))
}

const inquired = (coffer: Coffer) => coffer.advanceClock(MINUTE_MS)

/** Every process in every way that it can end today. */
export const replayStories: readonly ReplayStory[] = [
  { name: 'payment/captured-at-once', state: 'succeeded', tell: (coffer) => pay(coffer, 1_000) },
  { name: 'payment/declined-at-once', state: 'declined', tell: (coffer) => pay(coffer, 600_000) },
  {
    name: 'payment/captured-whole',
    state: 'succeeded',
    tell: then(held, ({ merchant }, id) => ask(merchant, id, 'capture'))
  },
  {
    name: 'payment/captured-in-parts-then-void',
    state: 'succeeded',
    tell: then(heldAndCaptured, ({ merchant }, id) => ask(merchant, id, 'void'))
  },
  {
    name: 'payment/captured-in-parts-then-run-out',
    state: 'succeeded',
    tell: then(heldAndCaptured, (coffer) => coffer.advanceClock(8 * DAY_MS))
  },
  { name: 'payment/void', state: 'canceled', tell: then(held, ({ merchant }, id) => ask(merchant, id, 'void')) },
  {
    name: 'payment/canceled-before-confirmation',
    state: 'canceled',
    tell: then(unconfirmed, ({ service }, id) => ask(service, id, 'cancel'))
  },
  { name: 'payment/hold-run-out', state: 'expired', tell: then(held, (coffer) => coffer.advanceClock(8 * DAY_MS)) },
  {
    name: 'payment/confirmation-run-out',
    state: 'expired',
    tell: then(unconfirmed, (coffer) => coffer.advanceClock(6 * MINUTE_MS))
  },
  { name: 'payment/confirmed', state: 'succeeded', tell: then(unconfirmed, confirm) },
  {
    name: 'payment/confirmed-and-declined',
    state: 'declined',
    tell: then(unconfirmed, async (coffer, id) => {
      await coffer.admin.put('/v1/policies/kill-switches', { process: 'payment', rail: 'balance', on: true })
      await confirm(coffer, id)
      await coffer.admin.put('/v1/policies/kill-switches', { process: 'payment', rail: 'balance', on: false })
    })
  },
  { name: 'top-up/accepted-at-once', state: 'succeeded', tell: (coffer) => topUp(coffer, 'customer-a', 1_000) },
  { name: 'top-up/reported-by-callback', state: 'succeeded', tell: (coffer) => topUp(coffer, 'customer-b', 1_000) },
  {
    name: 'top-up/found-out-by-inquiry',
    state: 'succeeded',
    tell: then((coffer) => unanswered(coffer, 1_003), inquired)
  },
  { name: 'top-up/declined-by-the-bank', state: 'declined', tell: (coffer) => topUp(coffer, 'customer-a', 1_001) },
  { name: 'top-up/declined-by-us', state: 'declined', tell: (coffer) => topUp(coffer, 'customer-b', 600_000) },
  {
    name: 'top-up/never-received',
    state: 'declined',
    tell: then((coffer) => unanswered(coffer, 1_004), inquired)
  },
  {
    name: 'top-up/asked-again-by-an-operator',
    state: 'succeeded',
    tell: then(
      (coffer) => stuck(coffer, 1_100, true),
      async ({ finance, sandbox }, id) => {
        await sandbox.clearRules()
        idOf(await finance.post(`/v1/top-ups/${id}/retry`))
      }
    )
  },
  { name: 'top-up/written-off', state: 'failed', tell: then((coffer) => stuck(coffer, 1_200, false), writeOff) },
  ...onboardingStories,
  ...merchantOnboardingStories,
  ...paymentRequestStories,
  ...operatorStories,
  ...withdrawalStories,
  ...settlementStories,
  ...bankPaymentStories,
  ...bankLinkStories,
  ...bankReturnStories,
  ...chargebackStories,
  ...concessionStories,
  ...disputeStories,
  ...cardLinkStories,
  ...refundStories,
  ...cardPaymentStories,
  ...cardTopUpStories,
  ...riskStories,
  ...reconciliationStories,
  ...webhookStories,
  ...billStories,
  ...mandateStories,
  { name: 'deliver-code/sent', state: 'sent', tell: register },
  {
    name: 'deliver-code/replaced-before-it-was-sent',
    state: 'over',
    tell: async (coffer) => {
      await coffer.worker.stop()
      const id = await register(coffer)
      idOf(await coffer.as('').post(`/v1/verifications/${id}/resend`))
      await coffer.worker.start()
      return id
    }
  },
  {
    name: 'late-bank-news/booked-after-all',
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
