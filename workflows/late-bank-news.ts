import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { BillPaymentStart } from '../activities/bill-payment-progress.ts'
import type { BankPaymentStart } from '../activities/payment-progress.ts'
import type { RefundStart } from '../activities/refund-progress.ts'
import type { SettlementStart } from '../activities/settlement-progress.ts'
import type { BankTopUpStart, CardTopUpStart } from '../activities/top-up-progress.ts'
import type { WithdrawalStart } from '../activities/withdrawal-progress.ts'
import type { Progress } from '../domain/orders.ts'
import { inquiryOptions, recordOptions } from './activity-options.ts'
import { askBank, type BankWord } from './ask-bank.ts'
import { answerFirst } from './first-outcome.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { bookTopUp, declineTopUp, readTopUp, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
const { bookWithdrawal, declineWithdrawal, readWithdrawal } = proxyLocalActivities<Activities>(recordOptions)
const { bookPayment, declinePayment, readPayment } = proxyLocalActivities<Activities>(recordOptions)
const { bookRefund, declineRefund, readRefund } = proxyLocalActivities<Activities>(recordOptions)
const { inquireCardTopUp, inquireCardPayment } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the acquirer what became of it'
})
const { bookSettlement, declineSettlement, readSettlement } = proxyLocalActivities<Activities>(recordOptions)
const { bookBillPayment, declineBillPayment, readBillPayment } = proxyLocalActivities<Activities>(recordOptions)
const { inquireBillPayment } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the network what became of it'
})
const { inquireTopUp, inquireWithdrawal, inquirePayment, inquireRefund, inquireSettlement } =
  proxyActivities<Activities>({
    ...inquiryOptions,
    summary: 'ask the bank what became of it'
  })

/** All kinds have alike of their order and policy what is used here. */
type LateStart = BankTopUpStart &
  CardTopUpStart &
  WithdrawalStart &
  BankPaymentStart &
  RefundStart &
  SettlementStart &
  BillPaymentStart

const topUp = { path: '/v1/top-ups', read: readTopUp, inquire: inquireTopUp, book: bookTopUp, decline: declineTopUp }
const cardTopUp = { ...topUp, inquire: inquireCardTopUp }
const withdrawal = {
  path: '/v1/withdrawals',
  read: readWithdrawal,
  inquire: inquireWithdrawal,
  book: bookWithdrawal,
  decline: declineWithdrawal
}
const payment = {
  path: '/v1/payments',
  read: readPayment,
  inquire: inquirePayment,
  book: bookPayment,
  decline: declinePayment
}
const settlement = {
  path: '/v1/settlements',
  read: readSettlement,
  inquire: inquireSettlement,
  book: bookSettlement,
  decline: declineSettlement
}
const billPayment = {
  path: '/v1/bill-payments',
  read: readBillPayment,
  inquire: inquireBillPayment,
  book: bookBillPayment,
  decline: declineBillPayment
}
const cardPayment = { ...payment, inquire: inquireCardPayment }

const refund = {
  path: '/v1/refunds',
  read: readRefund,
  inquire: inquireRefund,
  book: bookRefund,
  decline: declineRefund
}

function thingOf({ id, order }: LateStart) {
  if (id.startsWith('ref_')) return refund
  if (id.startsWith('wdr_')) return withdrawal
  if (id.startsWith('set_')) return settlement
  if (id.startsWith('bpm_')) return billPayment
  if (!id.startsWith('pay_')) return 'card_id' in order ? cardTopUp : topUp
  return order.funding.type === 'card' ? cardPayment : payment
}

/**
 * The bank has news of a top-up, a withdrawal, a settlement or a payment that an operator has ended: asks what they are, and if it says otherwise,
 * books to its suspense account what it has moved, or has not. The news alone is believed by nobody.
 */
export async function lateBankNews(start: LateStart): Promise<Progress<string>> {
  const thing = thingOf(start)
  // Asked of runs alone that began before news and start were one step: their histories have the question.
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
  const last = await heard(word)
  await answer.delivered()
  return last

  async function heard(said: BankWord): Promise<Progress<string>> {
    if (said.kind === 'accepted') return thing.book(start, said.bankReference)
    // That it has not booked is news only where an operator had said that it has.
    const isContradicted = said.kind === 'declined' && (current.state === 'succeeded' || current.state === 'paid')
    return isContradicted ? thing.decline(start, said.code) : current
  }
}

/** A card's order names no bank. */
const railOf = ({ id, order }: LateStart): string => (id.startsWith('bpm_') ? 'billers' : bankOf(order))

const bankOf = (order: LateStart['order']): string =>
  (order.bank as string | undefined) === undefined ? 'acquirer' : `bank_${order.bank}`
