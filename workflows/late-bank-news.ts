import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { BankPaymentStart } from '../activities/payment-progress.ts'
import type { TopUpStart } from '../activities/top-up-progress.ts'
import type { WithdrawalStart } from '../activities/withdrawal-progress.ts'
import type { Progress } from '../domain/orders.ts'
import { inquiryOptions, recordOptions } from './activity-options.ts'
import { askBank } from './ask-bank.ts'
import { answerFirst } from './first-outcome.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { bookTopUp, readTopUp, bookWithdrawal, readWithdrawal, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { bookPayment, readPayment } = proxyLocalActivities<Activities>(recordOptions)
const { inquireTopUp, inquireWithdrawal, inquirePayment } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the bank what became of it'
})

const { inquireCardPayment } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the acquirer what became of it'
})

/** All kinds have alike of their order and policy what is used here. */
type LateStart = TopUpStart & WithdrawalStart & BankPaymentStart

const topUp = { path: '/v1/top-ups', read: readTopUp, inquire: inquireTopUp, book: bookTopUp }
const withdrawal = {
  path: '/v1/withdrawals',
  read: readWithdrawal,
  inquire: inquireWithdrawal,
  book: bookWithdrawal
}
const payment = { path: '/v1/payments', read: readPayment, inquire: inquirePayment, book: bookPayment }
const cardPayment = { ...payment, inquire: inquireCardPayment }

function thingOf({ id, order }: LateStart) {
  if (id.startsWith('wdr_')) return withdrawal
  if (!id.startsWith('pay_')) return topUp
  return order.funding.type === 'card' ? cardPayment : payment
}

/**
 * The bank has news of what was written off, a top-up, a withdrawal or a payment: asks what they are, and if it has booked after all,
 * books to its suspense account what it has moved. The news alone is believed by nobody.
 */
export async function lateBankNews(start: LateStart): Promise<Progress<string>> {
  const thing = thingOf(start)
  const answer = answerFirst<Progress<string>>(start)
  const nudges = receiveNudges()
  const current = await thing.read(start)
  answer.give(current)
  const heardAt = await readBusinessClock()
  present({ state: current.state, details: [`record: \`GET ${thing.path}/${start.id}\``], rail: railOf(start) })
  let gaveUp = false
  const word = await askBank({
    plan: start.policy.inquiry,
    nudges,
    acceptedAt: heardAt,
    sentAt: heardAt,
    send: async () => ({ kind: 'unknown', reason: 'written_off' }),
    inquire: () => thing.inquire(start),
    readSentAt: async () => heardAt,
    businessNow: readBusinessClock,
    isOver: () => gaveUp,
    onWaiting: () => undefined,
    onNudged: async () => undefined,
    // The next news, or the reconciliation of the bank's statement, finds it.
    onStuck: async () => void (gaveUp = true)
  })
  const last = word.kind === 'accepted' ? await thing.book(start, word.bankReference) : current
  await answer.delivered()
  return last
}

/** A card's order names no bank. */
const railOf = ({ order }: LateStart): string =>
  (order.bank as string | undefined) === undefined ? 'acquirer' : `bank_${order.bank}`
