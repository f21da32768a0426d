import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { BankInquiry, SendAnswer } from '../activities/bank-words.ts'
import type { Activities } from '../activities/index.ts'
import type { CardTopUpStart, TopUpProgress, TopUpStart } from '../activities/top-up-progress.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { railOf, topUpFundingOf } from '../domain/funding.ts'
import type { Progress } from '../domain/orders.ts'
import { topUpStates, type TopUpState } from '../domain/top-up.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { approve, cancel, resolve, retry, writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { untilDecided } from './until-decided.ts'
import { receiveNudges } from './wait.ts'

const { acceptTopUp, bookTopUp, declineTopUp, markTopUpStuck, retryTopUp, writeOffTopUp, resolveTopUp, readTopUp } =
  proxyLocalActivities<Activities>(recordOptions)
const { approveTopUp, rejectTopUp, cancelTopUp, giveUpTopUp } = proxyLocalActivities<Activities>(recordOptions)
const { listTopUpDecisions, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
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
  const answer = answerFirst<Progress<TopUpState>>(start)
  const nudges = receiveNudges()
  const source = sourceOf(start)
  let current: Progress<TopUpState> | undefined
  let next: string | undefined
  const isOver = () => current !== undefined && topUpStates.isTerminal(current.state)
  const isInReview = () => current?.state === 'in_review'

  const decisions = createDecisions<TopUpState>(
    {
      approve: (id) => approveTopUp(start, id),
      reject: (id) => rejectTopUp(start, id),
      cancel: (id) => cancelTopUp(start, id),
      retry: async (id) => {
        const outcome = await retryTopUp(start, id)
        nudges.received += 1
        return outcome
      },
      'write-off': (id) => writeOffTopUp(start, id),
      resolve: (id) => resolveTopUp(start, id)
    },
    show
  )
  for (const update of [approve, cancel, retry, writeOff, resolve])
    setHandler(update, (id) => decisions.take(update.name, id))
  const consumeDecisions = async () => {
    for (const { id, action } of await listTopUpDecisions(start)) await decisions.take(action, id)
  }

  const accepted = await acceptTopUp(start)
  show(accepted)
  // Whoever asks again after Temporal has forgotten the first run gets the first answer, not today's.
  answer.give({ ...accepted, version: accepted.first_version ?? accepted.version })
  // A run that was started again may find decisions that nobody could deliver.
  const { first_version, sent_at } = accepted
  if (sent_at !== undefined || (first_version !== undefined && isInReview())) await consumeDecisions()
  while (isInReview()) await untilReviewed()
  if (!isOver()) await settle(accepted.state === 'in_review' ? await decisions.alone(() => readTopUp(start)) : accepted)
  await answer.delivered()
  return current!

  function untilReviewed(): Promise<void> {
    const onDue = async () => show(await decisions.alone(() => giveUpTopUp(start)))
    return untilDecided({ nudges, current: () => current!, onDue, onNudged: consumeDecisions })
  }

  async function settle({ created_at, reviewed_at, sent_at }: TopUpProgress): Promise<void> {
    await settleWithBank({
      plan: start.policy.inquiry,
      nudges,
      acceptedAt: reviewed_at ?? created_at,
      sentAt: sent_at,
      send: () => source.send(),
      inquire: () => source.inquire(),
      readSentAt: async () => (await readTopUp(start)).sent_at,
      businessNow: readBusinessClock,
      isOver,
      onWaiting: (until) => {
        next = until
        show(current!)
      },
      onNudged: consumeDecisions,
      onHeard: () => (next = undefined),
      step: async (take) => show(await decisions.alone(take)),
      accepted: (reference) => bookTopUp(start, reference),
      declined: (code) => declineTopUp(start, code),
      stuck: () => markTopUpStuck(start)
    })
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: Progress<TopUpState>): void {
    if (current && progress.version < current.version) return
    current = progress
    draw(start, progress, { source, next })
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
