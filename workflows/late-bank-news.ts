import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { TopUpProgress, TopUpStart } from '../activities/top-up-progress.ts'
import { inquiryOptions, recordOptions } from './activity-options.ts'
import { askBank } from './ask-bank.ts'
import { answerFirst } from './first-outcome.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { bookTopUp, readTopUp, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
const { inquireTopUp } = proxyActivities<Activities>({ ...inquiryOptions, summary: 'ask the bank what became of it' })

/**
 * The bank has news of a top-up that was written off: asks what they are, and if it has booked after all, books to its
 * suspense account what it has moved. The news alone is believed by nobody.
 */
export async function lateBankNews(start: TopUpStart): Promise<TopUpProgress> {
  const answer = answerFirst<TopUpProgress>(start)
  const nudges = receiveNudges()
  const current = await readTopUp(start)
  answer.give(current)
  const heardAt = await readBusinessClock()
  present({ state: current.state, details: [`record: \`GET /v1/top-ups/${start.id}\``], rail: railOf(start) })
  let gaveUp = false
  const word = await askBank({
    plan: start.policy.inquiry,
    nudges,
    acceptedAt: heardAt,
    sentAt: heardAt,
    send: async () => ({ kind: 'unknown', reason: 'written_off' }),
    inquire: () => inquireTopUp(start),
    readSentAt: async () => heardAt,
    businessNow: readBusinessClock,
    isOver: () => gaveUp,
    onWaiting: () => undefined,
    onNudged: async () => undefined,
    // The next news, or the reconciliation of the bank's statement, finds it.
    onStuck: async () => void (gaveUp = true)
  })
  const last = word.kind === 'accepted' ? await bookTopUp(start, word.bankReference) : current
  await answer.delivered()
  return last
}

const railOf = ({ order }: TopUpStart): string => `bank_${order.bank}`
