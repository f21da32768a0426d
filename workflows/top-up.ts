import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { BankInquiry, SendAnswer } from '../activities/bank-words.ts'
import type { Activities } from '../activities/index.ts'
import type { CardTopUpStart, TopUpProgress, TopUpStart } from '../activities/top-up-progress.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { railOf, topUpFundingOf } from '../domain/funding.ts'
import type { Progress } from '../domain/orders.ts'
import { topUpStates, type TopUpState } from '../domain/top-up.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createBankStory } from './bank-story.ts'
import { approve, cancel, resolve, retry, writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { untilDecided } from './until-decided.ts'

const { acceptTopUp, bookTopUp, declineTopUp, markTopUpStuck, retryTopUp, writeOffTopUp, resolveTopUp, readTopUp } =
  proxyLocalActivities<Activities>(recordOptions)
const { approveTopUp, rejectTopUp, cancelTopUp, giveUpTopUp } = proxyLocalActivities<Activities>(recordOptions)
const { listTopUpDecisions } = proxyLocalActivities<Activities>(recordOptions)
const { sendTopUp } = proxyActivities<Activities>({ ...bankOptions, summary: 'have the bank pull the money, once' })
const { inquireTopUp } = proxyActivities<Activities>({ ...inquiryOptions, summary: 'ask the bank what became of it' })
const { sendCardTopUp } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'have the acquirer take the money from the card, once'
})
const { inquireCardTopUp } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the acquirer what became of it'
})

/**
 * Money from a linked bank account or card: let through by a reviewer where it takes that, taken once, and credited when
 * the bank or the acquirer says, at whatever time, that it has booked.
 */
export async function topUp(start: TopUpStart): Promise<Progress<TopUpState>> {
  const source = sourceOf(start)
  const story = createBankStory<TopUpState, Progress<TopUpState>>({
    start,
    states: topUpStates,
    steps: {
      approve: (id) => approveTopUp(start, id),
      reject: (id) => rejectTopUp(start, id),
      cancel: (id) => cancelTopUp(start, id),
      retry: (id) => retryTopUp(start, id),
      'write-off': (id) => writeOffTopUp(start, id),
      resolve: (id) => resolveTopUp(start, id)
    },
    updates: [approve, cancel, retry, writeOff, resolve],
    listDecisions: () => listTopUpDecisions(start),
    draw: (progress, next) => draw(start, progress, { source, next })
  })
  const { nudges, current, isOver, show, alone, consumeDecisions } = story
  const isInReview = () => current().state === 'in_review'

  const accepted = await acceptTopUp(start)
  story.begin(accepted)
  // A run that was started again may find decisions that nobody could deliver.
  const { first_version, sent_at } = accepted
  if (sent_at !== undefined || (first_version !== undefined && isInReview())) await consumeDecisions()
  while (isInReview()) await untilReviewed()
  if (!isOver()) await settle(accepted.state === 'in_review' ? await alone(() => readTopUp(start)) : accepted)
  return story.end()

  function untilReviewed(): Promise<void> {
    const onDue = async () => show(await alone(() => giveUpTopUp(start)))
    return untilDecided({ nudges, current, onDue, onNudged: consumeDecisions })
  }

  function settle({ created_at, reviewed_at, sent_at }: TopUpProgress): Promise<void> {
    return settleWithBank({
      ...story.talk,
      plan: start.policy.inquiry,
      acceptedAt: reviewed_at ?? created_at,
      sentAt: sent_at,
      send: () => source.send(),
      inquire: () => source.inquire(),
      readSentAt: async () => (await readTopUp(start)).sent_at,
      accepted: (reference) => bookTopUp(start, reference),
      declined: (code, unsent) => declineTopUp(start, code, unsent),
      stuck: () => markTopUpStuck(start)
    })
  }
}

/** Who is asked for the money. */
interface Source {
  readonly rail: string
  /** For operators. */
  readonly words: string
  send(): Promise<SendAnswer>
  inquire(): Promise<BankInquiry>
}

/** The one place that knows who is asked. */
function sourceOf(start: TopUpStart): Source {
  const funding = topUpFundingOf(start.order)
  const rail = railOf(funding)
  if (isByCard(start))
    return {
      rail,
      words: `card \`${funding.id}\``,
      send: () => sendCardTopUp(start),
      inquire: () => inquireCardTopUp(start)
    }
  return {
    rail,
    words: `\`${funding.id}\` at bank ${start.order.bank}`,
    send: () => sendTopUp(start),
    inquire: () => inquireTopUp(start)
  }
}

const isByCard = (start: TopUpStart): start is CardTopUpStart => 'card_id' in start.order

interface Asked {
  readonly source: Source
  /** When they are asked again. */
  readonly next: string | undefined
}

function draw(start: TopUpStart, progress: Progress<TopUpState>, asked: Asked): void {
  const { state, deadline } = progress
  const deadlineAt = topUpStates.isTerminal(state) ? undefined : (asked.next ?? deadline)
  present({ state, details: detailsOf(start, progress, asked), deadlineAt, rail: asked.source.rail })
}

const detailsOf = (
  { id, order }: TopUpStart,
  { decline_code, deadline }: Progress<TopUpState>,
  { source: { words }, next }: Asked
): string[] => [
  `${formatMoney(fromWire(order.amount))} from ${words} to \`${order.wallet_id}\``,
  ...(decline_code ? [`declined: \`${decline_code}\``] : []),
  ...(deadline ? [`waits for a reviewer, until ${deadline} (business time)`] : []),
  ...(next ? [`the bank is asked again at ${next} (business time)`] : []),
  `record: \`GET /v1/top-ups/${id}\``
]
