import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { TopUpStart } from '../activities/top-up-progress.ts'
import type { WithdrawalStart } from '../activities/withdrawal-progress.ts'
import type { Progress } from '../domain/orders.ts'
import { inquiryOptions, recordOptions } from './activity-options.ts'
import { askBank, type BankWord } from './ask-bank.ts'
import { answerFirst } from './first-outcome.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { bookTopUp, declineTopUp, readTopUp, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
const { bookWithdrawal, declineWithdrawal, readWithdrawal } = proxyLocalActivities<Activities>(recordOptions)
const { inquireTopUp, inquireWithdrawal } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the bank what became of it'
})

/** Both kinds have their order and policy alike. */
type LateStart = TopUpStart & WithdrawalStart

const topUp = { path: '/v1/top-ups', read: readTopUp, inquire: inquireTopUp, book: bookTopUp, decline: declineTopUp }
const withdrawal = {
  path: '/v1/withdrawals',
  read: readWithdrawal,
  inquire: inquireWithdrawal,
  book: bookWithdrawal,
  decline: declineWithdrawal
}

/**
 * The bank has news of a top-up or a withdrawal that an operator has ended: asks what they are, and if it says otherwise,
 * books to its suspense account what it has moved, or has not. The news alone is believed by nobody.
 */
export async function lateBankNews(start: LateStart): Promise<Progress<string>> {
  const thing = start.id.startsWith('wdr_') ? withdrawal : topUp
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
    return said.kind === 'declined' && current.state === 'succeeded' ? thing.decline(start, said.code) : current
  }
}

const railOf = ({ order }: LateStart): string => `bank_${order.bank}`
