import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { RefundProgress, RefundStart } from '../activities/refund-progress.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import type { Progress } from '../domain/orders.ts'
import { refundStates, type RefundState } from '../domain/refund.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createBankStory } from './bank-story.ts'
import { cancel, reject, resolve, retry, writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { untilBusinessTime, untilNudged } from './wait.ts'

const { acceptRefund, fundRefund, markRefundUnfunded, bookRefund, declineRefund, markRefundStuck, readRefund } =
  proxyLocalActivities<Activities>(recordOptions)
const { cancelRefund, rejectRefund, retryRefund, writeOffRefund, resolveRefund } =
  proxyLocalActivities<Activities>(recordOptions)
const { listRefundDecisions, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
const { sendRefund } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'have the money brought back to where it came from, once'
})
const { inquireRefund } = proxyActivities<Activities>({ ...inquiryOptions, summary: 'ask what became of it' })

/**
 * Money back to a payer: at once into the wallet; or taken from the merchants, and brought by a bank or the acquirer to
 * where it came from, or into the wallet after all. While the merchants do not have it, it is waited for.
 */
export async function refund(start: RefundStart): Promise<Progress<RefundState>> {
  const story = createBankStory<RefundState, Progress<RefundState>>({
    start,
    states: refundStates,
    steps: {
      cancel: (id) => cancelRefund(start, id),
      reject: (id) => rejectRefund(start, id),
      retry: (id) => retryRefund(start, id),
      'write-off': (id) => writeOffRefund(start, id),
      resolve: (id) => resolveRefund(start, id)
    },
    updates: [cancel, reject, retry, writeOff, resolve],
    listDecisions: () => listRefundDecisions(start),
    draw: (progress, next) => draw(start, progress, next)
  })
  const { nudges, talk, current, isOver, show, alone } = story
  const isWaiting = () => current().state === 'pending'

  const accepted = await acceptRefund(start)
  story.begin(accepted)
  // A run that was started again may find decisions that nobody could deliver, and money that has come meanwhile.
  if (accepted.first_version !== undefined && !isOver()) nudges.received += 1
  while (isWaiting()) await untilFunded()
  if (!isOver()) await settle(await alone(() => readRefund(start)))
  return story.end()

  /** The sweeper nudges once the merchants have the money. */
  async function untilFunded(): Promise<void> {
    const { deadline } = current()
    const or = () => !isWaiting()
    const summary = 'until the merchants have the money'
    const woken =
      deadline === undefined
        ? await untilNudged({ nudges, or })
        : await untilBusinessTime(deadline, { nudges, businessNow: readBusinessClock, summary, or })
    if (woken === 'due') show(await alone(() => markRefundUnfunded(start)))
    if (woken === 'nudged') {
      await story.consumeDecisions()
      const now = await readBusinessClock()
      if (isWaiting()) show(await alone(() => fundRefund(start, now)))
    }
  }

  /** Has the money brought back, once, and books what is said about it, at whatever time. */
  function settle({ funded_at, sent_at }: RefundProgress): Promise<void> {
    return settleWithBank({
      ...talk,
      plan: start.policy.inquiry,
      acceptedAt: funded_at!,
      sentAt: sent_at,
      send: () => sendRefund(start),
      inquire: () => inquireRefund(start),
      readSentAt: async () => (await readRefund(start)).sent_at,
      accepted: (reference) => bookRefund(start, reference),
      declined: (code, unsent) => declineRefund(start, code, unsent),
      stuck: () => markRefundStuck(start)
    })
  }
}

function draw(start: RefundStart, progress: Progress<RefundState>, next: string | undefined): void {
  const { state, deadline = next } = progress
  const deadlineAt = refundStates.isTerminal(state) ? undefined : deadline
  present({ state, details: detailsOf(start, progress, next), deadlineAt })
}

const detailsOf = (
  { id, order }: RefundStart,
  { decline_code, deadline }: Progress<RefundState>,
  next: string | undefined
): string[] => [
  `${order.whole ? 'up to ' : ''}${formatMoney(fromWire(order.amount))} of \`${order.payment_id}\``,
  ...(decline_code ? [`\`${decline_code}\``] : []),
  ...(deadline ? [`the merchants' money is waited for until ${deadline} (business time)`] : []),
  ...(next ? [`the bank is asked again at ${next} (business time)`] : []),
  `record: \`GET /v1/refunds/${id}\``
]
