import type { Coffer } from '../support/coffer.ts'
import { insist } from '../support/insist.ts'
import type { CrashStory } from './crash-stories.ts'

const MINUTE_MS = 60_000

/** From the bank account, through the wallet, whose balance stays as it was. */
const payOf =
  (amount: number) =>
  ({ service, customer, seeded }: Coffer, key: string) => {
    const { wallet_id, bank_account_id } = customer('customer-a')
    const order = {
      wallet_id,
      merchant_id: seeded.seed.merchant_id,
      amount: { amount: String(amount), currency: 'USD' },
      funding: { type: 'bank_account', id: bank_account_id }
    }
    return insist(() => service.post('/v1/payments', order, key))
  }

const declinedAtTheBank = ['payment.processing', 'payment.sent', 'payment.declined']

const booked: CrashStory = {
  drive: payOf(1_000),
  // What was lost with the worker is found out by the plan of inquiries; news of any kind has it asked at once.
  hasten: (coffer) => coffer.advanceClock(MINUTE_MS),
  passes: ['authorize', 'send', 'book', 'unfunded'].map((step) => `payment.${step}`),
  status: 201,
  answers: 'processing',
  ends: 'succeeded',
  path: '/v1/payments',
  history: ['payment.processing', 'payment.sent', 'payment.succeeded'],
  paid: 0,
  earned: 984
}

/** Of the steps that a bank's word takes; its words themselves are a top-up's. */
export const bankPaymentCrashStories: Readonly<Record<string, CrashStory>> = {
  'payment.send': booked,
  // The mark is there and the bank never heard of it, which an inquiry finds out, and makes sure of.
  'payment.send/after': { ...booked, ends: 'declined', history: declinedAtTheBank, earned: 0 },
  'payment.book': booked,
  'payment.unfunded': {
    ...booked,
    drive: payOf(1_001),
    ends: 'declined',
    history: declinedAtTheBank,
    earned: 0
  }
}
