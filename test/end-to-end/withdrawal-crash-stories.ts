import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { insist } from '../support/insist.ts'
import type { CrashStory } from './crash-stories.ts'

const MINUTE_MS = 60_000

const withdraw = (
  { service, customer }: Coffer,
  login: 'customer-a' | 'bench',
  amount: number,
  key?: string
): Promise<Answered> => {
  const { wallet_id, bank_account_id } = customer(login)
  const order = { wallet_id, bank_account_id, amount: { amount: String(amount), currency: 'USD' } }
  return insist(() => service.post('/v1/withdrawals', order, key))
}

/** Nobody has to confirm for the customer without limits. */
const heldAtOnce = (amount: number) => (coffer: Coffer, key: string) => withdraw(coffer, 'bench', amount, key)

/** 500 USD and more always have to be confirmed. */
const unconfirmed = async (coffer: Coffer) => String((await withdraw(coffer, 'customer-a', 50_000)).body['id'])

const steps = ['accept', 'send', 'inquire', 'book', 'decline'].map((step) => `withdrawal.${step}`)
const path = '/v1/withdrawals'
const declinedAtTheBank = ['withdrawal.processing', 'withdrawal.sent', 'withdrawal.declined']
/** Velocity is by time, and one lane has many stories. */
const tidyUp = (coffer: Coffer) => coffer.advanceClock(11 * MINUTE_MS)

const paidOut: CrashStory = {
  drive: heldAtOnce(1_000),
  // What was lost with the worker is found out by the plan of inquiries; news of any kind has it asked at once.
  hasten: (coffer) => coffer.advanceClock(MINUTE_MS),
  passes: steps,
  status: 201,
  answers: 'processing',
  ends: 'succeeded',
  path,
  history: ['withdrawal.processing', 'withdrawal.sent', 'withdrawal.succeeded'],
  paid: 1_000,
  earned: 0
}

const canceled: CrashStory = {
  prepare: unconfirmed,
  drive: ({ service }, key, id) => insist(() => service.post(`${path}/${id}/cancel`, {}, key)),
  passes: steps,
  tidyUp,
  status: 200,
  answers: 'canceled',
  ends: 'canceled',
  path,
  history: ['withdrawal.requires_action', 'withdrawal.canceled'],
  paid: 0,
  earned: 0
}

export const withdrawalCrashStories: Readonly<Record<string, CrashStory>> = {
  'withdrawal.accept': paidOut,
  'withdrawal.send': paidOut,
  // The mark is there and the bank never heard of it, which an inquiry finds out, and makes sure of.
  'withdrawal.send/after': { ...paidOut, ends: 'declined', history: declinedAtTheBank, paid: 0 },
  // Booked, and the connection closed without an answer: there is something to ask.
  'withdrawal.inquire': { ...paidOut, drive: heldAtOnce(1_003), paid: 1_003 },
  'withdrawal.book': paidOut,
  'withdrawal.decline': {
    ...paidOut,
    drive: heldAtOnce(1_001),
    ends: 'declined',
    history: declinedAtTheBank,
    paid: 0
  },
  'withdrawal.confirm': {
    ...canceled,
    drive: async (coffer, key, id) => {
      const customer = await coffer.asCustomer('customer-a')
      return insist(() => customer.post(`${path}/${id}/confirm`, { pin: coffer.customer('customer-a').pin }, key))
    },
    hasten: (coffer) => coffer.advanceClock(MINUTE_MS),
    answers: 'processing',
    ends: 'succeeded',
    history: ['withdrawal.requires_action', 'withdrawal.processing', 'withdrawal.sent', 'withdrawal.succeeded'],
    paid: 50_000
  },
  'withdrawal.cancel': canceled,
  'withdrawal.expire': {
    ...canceled,
    drive: async (coffer, _key, id) => {
      await coffer.advanceClock(6 * MINUTE_MS)
      return coffer.service.until(`${path}/${id}`, ({ state }) => state !== 'requires_action')
    },
    answers: 'expired',
    ends: 'expired',
    history: ['withdrawal.requires_action', 'withdrawal.expired']
  }
}
