import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { CardLinkProgress, CardLinkStart } from '../activities/card-link-progress.ts'
import type { Activities } from '../activities/index.ts'
import { cardLinkStates, type CardLinkState } from '../domain/card-link.ts'
import type { Progress } from '../domain/orders.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { cancel } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { openCardLink, linkCard, failCardLink, expireCardLink, cancelCardLink, readCardLink } =
  proxyLocalActivities<Activities>(recordOptions)
const { listCardLinkDecisions, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
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
  const answer = answerFirst<CardLinkProgress>(start)
  const nudges = receiveNudges()
  let current: Progress<CardLinkState> | undefined
  let next: string | undefined
  const isOver = () => current !== undefined && cardLinkStates.isTerminal(current.state)

  const decisions = createDecisions<CardLinkState>({ cancel: (id) => cancelCardLink(start, id) }, show)
  setHandler(cancel, (id) => decisions.take('cancel', id))
  const consumeDecisions = async () => {
    for (const { id, action } of await listCardLinkDecisions(start)) await decisions.take(action, id)
  }

  const { first_version, ...opened } = await openCardLink(start)
  show(opened)
  answer.give({ ...opened, version: first_version ?? opened.version })
  // A run that was started again may find decisions that nobody could deliver.
  if (first_version !== undefined) await consumeDecisions()
  if (!isOver()) await verify(opened)
  await answer.delivered()
  return current!

  async function verify({ created_at, sent_at }: CardLinkProgress): Promise<void> {
    await settleWithBank({
      plan: start.policy.inquiry,
      nudges,
      acceptedAt: created_at,
      sentAt: sent_at,
      send: () => sendVerification(start),
      inquire: () => inquireVerification(start),
      readSentAt: async () => (await readCardLink(start)).sent_at,
      businessNow: readBusinessClock,
      isOver,
      onWaiting: (until) => {
        next = until
        show(current!)
      },
      onNudged: consumeDecisions,
      onHeard: () => (next = undefined),
      step: async (take) => show(await decisions.alone(take)),
      accepted: (reference) => linkCard(start, reference),
      declined: (code) => failCardLink(start, code),
      stuck: () => expireCardLink(start)
    })
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: Progress<CardLinkState>): void {
    if (current && progress.version < current.version) return
    current = progress
    present({
      state: progress.state,
      details: detailsOf(start, progress, next),
      deadlineAt: isOver() ? undefined : next,
      rail: 'acquirer',
      customerRef: start.order.customer_id
    })
  }
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
