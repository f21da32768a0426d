import type { Coffer } from '../support/coffer.ts'
import { insist } from '../support/insist.ts'
import type { CrashStory } from './crash-stories.ts'

const MINUTE_MS = 60_000
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

/** Ten dollars from the balance, or through it from the bank account. */
const paid = (byBank: boolean) => async (coffer: Coffer) => {
  const { wallet_id, bank_account_id } = coffer.customer('customer-a')
  const order = {
    wallet_id,
    merchant_id: coffer.seeded.seed.merchant_id,
    amount: usd(1_000),
    ...(byBank && { funding: { type: 'bank_account', id: bank_account_id } })
  }
  const { body } = await insist(() => coffer.service.post('/v1/payments', order))
  await coffer.service.until(`/v1/payments/${String(body['id'])}`, ({ state }) => state === 'succeeded')
  return String(body['id'])
}

const give =
  (amount: number) =>
  ({ merchant }: Coffer, key: string, paymentId: string) =>
    insist(() => merchant.post('/v1/refunds', { payment_id: paymentId, amount: usd(amount) }, key))

const intoTheWallet: CrashStory = {
  prepare: paid(false),
  drive: give(400),
  passes: ['payment.authorize'],
  status: 201,
  answers: 'succeeded',
  ends: 'succeeded',
  path: '/v1/refunds',
  history: ['refund.processing', 'refund.succeeded'],
  paid: 600,
  earned: 584
}

const toTheBank: CrashStory = {
  ...intoTheWallet,
  prepare: paid(true),
  // What was lost with the worker is found out by the plan of inquiries; news of any kind has it asked at once.
  hasten: (coffer) => coffer.advanceClock(MINUTE_MS),
  passes: [
    ...['authorize', 'send', 'book'].map((step) => `payment.${step}`),
    ...['accept', 'send', 'book', 'decline'].map((step) => `refund.${step}`)
  ],
  answers: 'processing',
  history: ['refund.processing', 'refund.sent', 'refund.succeeded'],
  paid: 0,
  earned: 584
}

export const refundCrashStories: Readonly<Record<string, CrashStory>> = {
  'refund.accept': intoTheWallet,
  'refund.send': toTheBank,
  'refund.book': toTheBank,
  // It goes into the wallet.
  'refund.decline': { ...toTheBank, drive: give(401), paid: -401, earned: 583 }
}
