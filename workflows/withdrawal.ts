import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { WithdrawalProgress, WithdrawalStart } from '../activities/withdrawal-progress.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import type { Progress } from '../domain/orders.ts'
import { withdrawalStates, type WithdrawalState } from '../domain/withdrawal.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { approve, cancel, confirm, resolve, retry, writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { untilDecided } from './until-decided.ts'
import { receiveNudges } from './wait.ts'

const { acceptWithdrawal, bookWithdrawal, declineWithdrawal, expireWithdrawal, markWithdrawalStuck, readWithdrawal } =
  proxyLocalActivities<Activities>(recordOptions)
const { confirmWithdrawal, cancelWithdrawal, retryWithdrawal, writeOffWithdrawal, resolveWithdrawal } =
  proxyLocalActivities<Activities>(recordOptions)
const { approveWithdrawal, rejectWithdrawal, giveUpWithdrawal } = proxyLocalActivities<Activities>(recordOptions)
const { listWithdrawalDecisions, readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
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
  const answer = answerFirst<Progress<WithdrawalState>>(start)
  const nudges = receiveNudges()
  let current: Progress<WithdrawalState> | undefined
  let next: string | undefined
  const isOver = () => current !== undefined && withdrawalStates.isTerminal(current.state)
  const isUnconfirmed = () => current?.state === 'requires_action' || current?.state === 'in_review'

  const decisions = createDecisions<WithdrawalState>(
    {
      confirm: (id) => confirmWithdrawal(start, id),
      cancel: (id) => cancelWithdrawal(start, id),
      approve: (id) => approveWithdrawal(start, id),
      reject: (id) => rejectWithdrawal(start, id),
      retry: async (id) => {
        const outcome = await retryWithdrawal(start, id)
        nudges.received += 1
        return outcome
      },
      'write-off': (id) => writeOffWithdrawal(start, id),
      resolve: (id) => resolveWithdrawal(start, id)
    },
    show
  )
  for (const update of [confirm, cancel, approve, retry, writeOff, resolve])
    setHandler(update, (id) => decisions.take(update.name, id))
  const consumeDecisions = async () => {
    for (const { id, action } of await listWithdrawalDecisions(start)) await decisions.take(action, id)
  }

  const { first_version, ...accepted } = await acceptWithdrawal(start)
  show(accepted)
  // Whoever asks again after Temporal has forgotten the first run gets the first answer, not today's.
  answer.give({ ...accepted, version: first_version ?? accepted.version })
  // A run that was started again may find decisions that nobody could deliver.
  if (first_version !== undefined && !isOver()) await consumeDecisions()
  while (isUnconfirmed()) await untilConfirmed()
  if (!isOver()) await settle(await decisions.alone(() => readWithdrawal(start)))
  await answer.delivered()
  return current!

  /** A reviewer first, where it takes that, and then the customer. */
  function untilConfirmed(): Promise<void> {
    const runOut = current!.state === 'in_review' ? giveUpWithdrawal : expireWithdrawal
    const onDue = async () => show(await decisions.alone(() => runOut(start)))
    return untilDecided({ nudges, current: () => current!, onDue, onNudged: consumeDecisions })
  }

  async function settle({ held_at, sent_at }: WithdrawalProgress): Promise<void> {
    await settleWithBank({
      plan: start.policy.inquiry,
      nudges,
      acceptedAt: held_at!,
      sentAt: sent_at,
      send: () => sendWithdrawal(start),
      inquire: () => inquireWithdrawal(start),
      readSentAt: async () => (await readWithdrawal(start)).sent_at,
      businessNow: readBusinessClock,
      isOver,
      onWaiting: (until) => {
        next = until
        show(current!)
      },
      onNudged: consumeDecisions,
      onHeard: () => (next = undefined),
      step: async (take) => show(await decisions.alone(take)),
      accepted: (reference) => bookWithdrawal(start, reference),
      declined: (code) => declineWithdrawal(start, code),
      stuck: () => markWithdrawalStuck(start)
    })
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: Progress<WithdrawalState>): void {
    if (current && progress.version < current.version) return
    current = progress
    draw(start, progress, next)
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
