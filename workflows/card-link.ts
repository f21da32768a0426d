import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { CardLinkProgress, CardLinkStart } from '../activities/card-link-progress.ts'
import type { Activities } from '../activities/index.ts'
import { cardLinkStates, type CardLinkState } from '../domain/card-link.ts'
import type { Progress } from '../domain/orders.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createBankStory } from './bank-story.ts'
import { cancel } from './messages.ts'
import { present } from './presentation.ts'

const { openCardLink, linkCard, failCardLink, expireCardLink, cancelCardLink, readCardLink } =
  proxyLocalActivities<Activities>(recordOptions)
const { listCardLinkDecisions } = proxyLocalActivities<Activities>(recordOptions)
const { sendVerification } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'have the acquirer authorize nothing, once'
})
const { inquireVerification } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the acquirer what became of it'
})

/** A card becomes a customer's when the acquirer, asked once, has said that it is good; or when it says so later. */
export async function cardLink(start: CardLinkStart): Promise<Progress<CardLinkState>> {
  const story = createBankStory<CardLinkState, CardLinkProgress>({
    start,
    states: cardLinkStates,
    steps: { cancel: (id) => cancelCardLink(start, id) },
    updates: [cancel],
    listDecisions: () => listCardLinkDecisions(start),
    draw: (progress, next) => draw(start, progress, next)
  })

  const opened = await openCardLink(start)
  story.begin(opened)
  // A run that was started again may find decisions that nobody could deliver.
  if (opened.first_version !== undefined) await story.consumeDecisions()
  if (!story.isOver())
    await settleWithBank({
      ...story.talk,
      plan: start.policy.inquiry,
      acceptedAt: opened.created_at,
      sentAt: opened.sent_at,
      send: () => sendVerification(start),
      inquire: () => inquireVerification(start),
      readSentAt: async () => (await readCardLink(start)).sent_at,
      accepted: (reference) => linkCard(start, reference),
      declined: (code) => failCardLink(start, code),
      stuck: () => expireCardLink(start)
    })
  return story.end()
}

function draw(start: CardLinkStart, progress: Progress<CardLinkState>, next: string | undefined): void {
  present({
    state: progress.state,
    details: detailsOf(start, progress, next),
    deadlineAt: cardLinkStates.isTerminal(progress.state) ? undefined : next,
    rail: 'acquirer',
    customerRef: start.order.customer_id
  })
}

const detailsOf = (
  { id, order }: CardLinkStart,
  { decline_code }: Progress<CardLinkState>,
  next: string | undefined
): string[] => [
  `a card of \`${order.customer_id}\``,
  ...(decline_code ? [`failed: \`${decline_code}\``] : []),
  ...(next ? [`the acquirer is asked again at ${next} (business time)`] : []),
  `record: \`GET /v1/cards/${id}\``
]
