import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { WithdrawalProgress, WithdrawalStart } from '../activities/withdrawal-progress.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import type { Progress } from '../domain/orders.ts'
import { withdrawalStates, type WithdrawalState } from '../domain/withdrawal.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createBankStory } from './bank-story.ts'
import { approve, cancel, confirm, resolve, retry, writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { untilDecided } from './until-decided.ts'

const { acceptWithdrawal, bookWithdrawal, declineWithdrawal, expireWithdrawal, markWithdrawalStuck, readWithdrawal } =
  proxyLocalActivities<Activities>(recordOptions)
const { confirmWithdrawal, cancelWithdrawal, retryWithdrawal, writeOffWithdrawal, resolveWithdrawal } =
  proxyLocalActivities<Activities>(recordOptions)
const { approveWithdrawal, rejectWithdrawal, giveUpWithdrawal } = proxyLocalActivities<Activities>(recordOptions)
const { listWithdrawalDecisions } = proxyLocalActivities<Activities>(recordOptions)
const { sendWithdrawal } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'have the bank push the money, once'
})
const { inquireWithdrawal } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the bank what became of it'
})

/**
 * Money to a linked bank account: held first, let through by a reviewer and confirmed by the customer before that where it takes it, pushed once, and
 * gone when the bank says, at whatever time, that it has booked.
 */
export async function withdrawal(start: WithdrawalStart): Promise<Progress<WithdrawalState>> {
  const story = createBankStory<WithdrawalState, Progress<WithdrawalState>>({
    start,
    states: withdrawalStates,
    steps: {
      confirm: (id) => confirmWithdrawal(start, id),
      cancel: (id) => cancelWithdrawal(start, id),
      approve: (id) => approveWithdrawal(start, id),
      reject: (id) => rejectWithdrawal(start, id),
      retry: (id) => retryWithdrawal(start, id),
      'write-off': (id) => writeOffWithdrawal(start, id),
      resolve: (id) => resolveWithdrawal(start, id)
    },
    updates: [confirm, cancel, approve, retry, writeOff, resolve],
    listDecisions: () => listWithdrawalDecisions(start),
    draw: (progress, next) => draw(start, progress, next)
  })
  const { nudges, current, isOver, show, alone, consumeDecisions } = story
  const isUnconfirmed = () => current().state === 'requires_action' || current().state === 'in_review'

  const accepted = await acceptWithdrawal(start)
  story.begin(accepted)
  // A run that was started again may find decisions that nobody could deliver.
  if (accepted.first_version !== undefined && !isOver()) await consumeDecisions()
  while (isUnconfirmed()) await untilConfirmed()
  if (!isOver()) await settle(await alone(() => readWithdrawal(start)))
  return story.end()

  /** A reviewer first, where it takes that, and then the customer. */
  function untilConfirmed(): Promise<void> {
    const runOut = current().state === 'in_review' ? giveUpWithdrawal : expireWithdrawal
    const onDue = async () => show(await alone(() => runOut(start)))
    return untilDecided({ nudges, current, onDue, onNudged: consumeDecisions })
  }

  function settle({ held_at, sent_at }: WithdrawalProgress): Promise<void> {
    return settleWithBank({
      ...story.talk,
      plan: start.policy.inquiry,
      acceptedAt: held_at!,
      sentAt: sent_at,
      send: () => sendWithdrawal(start),
      inquire: () => inquireWithdrawal(start),
      readSentAt: async () => (await readWithdrawal(start)).sent_at,
      accepted: (reference) => bookWithdrawal(start, reference),
      declined: (code, unsent) => declineWithdrawal(start, code, unsent),
      stuck: () => markWithdrawalStuck(start)
    })
  }
}

function draw(start: WithdrawalStart, progress: Progress<WithdrawalState>, next: string | undefined): void {
  const { state, deadline = next } = progress
  const deadlineAt = withdrawalStates.isTerminal(state) ? undefined : deadline
  present({ state, details: detailsOf(start, progress, next), deadlineAt, rail: `bank_${start.order.bank}` })
}

const detailsOf = (
  { id, order }: WithdrawalStart,
  { state, decline_code, deadline }: Progress<WithdrawalState>,
  next: string | undefined
): string[] => [
  `${formatMoney(fromWire(order.amount))} from \`${order.wallet_id}\` to \`${order.bank_account_id}\` at bank ${order.bank}`,
  ...(decline_code ? [`declined: \`${decline_code}\``] : []),
  ...(deadline
    ? [
        `waits for ${state === 'in_review' ? 'a reviewer' : 'the customer to confirm'}, until ${deadline} (business time)`
      ]
    : []),
  ...(next ? [`the bank is asked again at ${next} (business time)`] : []),
  `record: \`GET /v1/withdrawals/${id}\``
]
