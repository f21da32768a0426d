import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { insist } from '../support/insist.ts'
import { bankPaymentCrashStories } from './bank-payment-crash-stories.ts'
import { paymentRequestCrashStories } from './payment-request-crash-stories.ts'
import { refundCrashStories } from './refund-crash-stories.ts'
import { withdrawalCrashStories } from './withdrawal-crash-stories.ts'

/** How a test comes by a crash point, and what the world looks like once everything has been finished. */
export interface CrashStory {
  /** What has to be there before the request; none of it comes by the point. */
  readonly prepare?: (coffer: Coffer) => Promise<string>
  /** The request that passes the point, repeated under its key until it is answered. */
  readonly drive: (coffer: Coffer, key: string, prepared: string) => Promise<Answered>
  /** Done when the worker runs again: what would otherwise be minutes of waiting. */
  readonly hasten?: (coffer: Coffer) => Promise<void>
  /** Done when all has been looked at, so that nothing is left over for the next story. */
  readonly tidyUp?: (coffer: Coffer, id: string) => Promise<unknown>
  /** Other steps that any of this comes by as well. */
  readonly passes?: readonly string[]
  readonly status: number
  /** In the answer, and in the end. */
  readonly answers: string
  readonly ends: string
  readonly path: '/v1/payments' | '/v1/top-ups' | '/v1/payment-requests' | '/v1/withdrawals' | '/v1/refunds'
  /** The record's whole history, each arrow once. */
  readonly history: readonly string[]
  /** What the wallet paid (got: negative) and the merchant earned net of the fee, in minor units. */
  readonly paid: number
  readonly earned: number
}

const DAY_MS = 86_400_000
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

const order = ({ customer, seeded }: Coffer, amount: number, more: object = {}) => ({
  wallet_id: customer('customer-a').wallet_id,
  merchant_id: seeded.seed.merchant_id,
  amount: usd(amount),
  ...more
})

const pay = (coffer: Coffer, amount: number, more: object, key?: string): Promise<Answered> =>
  insist(() => coffer.service.post('/v1/payments', order(coffer, amount, more), key))

const made = (amount: number, more: object) => async (coffer: Coffer) =>
  String((await pay(coffer, amount, more)).body['id'])

const decide =
  (verb: string, body: object = {}) =>
  ({ merchant }: Coffer, key: string, id: string) =>
    insist(() => merchant.post(`/v1/payments/${id}/${verb}`, body, key))

const held = made(1_000, { capture: 'manual' })
/** 500 USD and more always have to be confirmed. */
const unconfirmed = made(50_000, {})

const path = '/v1/payments'
const nothing = { paid: 0, earned: 0 }

const topUpOf =
  (amount: number) =>
  ({ service, customer }: Coffer, key: string) => {
    const { wallet_id, bank_account_id } = customer('customer-a')
    return insist(() => service.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(amount) }, key))
  }

const declinedAtTheBank = ['top_up.processing', 'top_up.sent', 'top_up.declined']
const toppedUp: CrashStory = {
  drive: topUpOf(1_000),
  // What was lost with the worker is found out by the plan of inquiries; news of any kind has it asked at once.
  hasten: (coffer) => coffer.advanceClock(60_000),
  passes: ['accept', 'send', 'inquire', 'book', 'decline'].map((step) => `top-up.${step}`),
  status: 201,
  answers: 'processing',
  ends: 'succeeded',
  path: '/v1/top-ups',
  history: ['top_up.processing', 'top_up.sent', 'top_up.succeeded'],
  paid: -1_000,
  earned: 0
}

const crashStories: Readonly<Record<string, CrashStory>> = {
  ...paymentRequestCrashStories,
  'payment.authorize': {
    drive: (coffer, key) => pay(coffer, 1_000, {}, key),
    status: 201,
    answers: 'succeeded',
    ends: 'succeeded',
    path,
    history: ['payment.processing', 'payment.succeeded'],
    // 60 bp of 10.00 and 0.10.
    paid: 1_000,
    earned: 984
  },
  'payment.decline': {
    drive: (coffer, key) => pay(coffer, 600_000, {}, key),
    status: 201,
    answers: 'declined',
    ends: 'declined',
    path,
    history: ['payment.declined'],
    passes: ['payment.authorize'],
    ...nothing
  },
  'payment.require-action': {
    drive: (coffer, key) => pay(coffer, 50_000, {}, key),
    status: 201,
    answers: 'requires_action',
    ends: 'requires_action',
    path,
    history: ['payment.requires_action'],
    passes: ['payment.authorize', 'payment.cancel'],
    tidyUp: ({ service }, id) => insist(() => service.post(`/v1/payments/${id}/cancel`)),
    ...nothing
  },
  'payment.confirm': {
    prepare: unconfirmed,
    drive: async (coffer, key, id) => {
      const customer = await coffer.asCustomer('customer-a')
      return insist(() => customer.post(`/v1/payments/${id}/confirm`, { pin: coffer.customer('customer-a').pin }, key))
    },
    status: 200,
    answers: 'succeeded',
    ends: 'succeeded',
    path,
    history: ['payment.requires_action', 'payment.processing', 'payment.succeeded'],
    paid: 50_000,
    earned: 49_690
  },
  'payment.cancel': {
    prepare: unconfirmed,
    drive: ({ service }, key, id) => insist(() => service.post(`/v1/payments/${id}/cancel`, {}, key)),
    status: 200,
    answers: 'canceled',
    ends: 'canceled',
    path,
    history: ['payment.requires_action', 'payment.canceled'],
    ...nothing
  },
  'payment.capture': {
    prepare: held,
    drive: decide('capture', { amount: usd(400), final: true }),
    status: 200,
    answers: 'succeeded',
    ends: 'succeeded',
    path,
    history: ['payment.processing', 'payment.requires_capture', 'payment.succeeded'],
    paid: 400,
    earned: 388
  },
  'payment.void': {
    prepare: held,
    drive: decide('void'),
    status: 200,
    answers: 'canceled',
    ends: 'canceled',
    path,
    history: ['payment.processing', 'payment.requires_capture', 'payment.canceled'],
    ...nothing
  },
  'payment.expire': {
    prepare: held,
    drive: async (coffer, _key, id) => {
      await coffer.advanceClock(8 * DAY_MS)
      return coffer.service.until(`/v1/payments/${id}`, ({ state }) => state !== 'requires_capture')
    },
    status: 200,
    answers: 'expired',
    ends: 'expired',
    path,
    history: ['payment.processing', 'payment.requires_capture', 'payment.expired'],
    ...nothing
  },
  'top-up.accept': toppedUp,
  'top-up.send': toppedUp,
  // The mark is there and the bank never heard of it, which an inquiry finds out, and makes sure of.
  'top-up.send/after': { ...toppedUp, ends: 'declined', history: declinedAtTheBank, ...nothing },
  // Booked, and the connection closed without an answer: there is something to ask.
  'top-up.inquire': { ...toppedUp, drive: topUpOf(1_003), paid: -1_003 },
  'top-up.book': toppedUp,
  'top-up.decline': {
    ...toppedUp,
    drive: topUpOf(1_001),
    ends: 'declined',
    history: declinedAtTheBank,
    ...nothing
  },
  ...withdrawalCrashStories,
  ...bankPaymentCrashStories,
  ...refundCrashStories
}

/** By the name of the point itself, where it ends otherwise, or else by its step: what stands before the slash. */
export const storyOf = (point: string): CrashStory | undefined => crashStories[point] ?? crashStories[stepOf(point)]

export const stepOf = (point: string): string => point.split('/')[0]!
