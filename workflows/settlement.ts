import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { SettlementProgress, SettlementStart } from '../activities/settlement-progress.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import type { Progress } from '../domain/orders.ts'
import { settlementStates, type SettlementState } from '../domain/settlement.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { resolve, retry, writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { collectSettlement, bookSettlement, declineSettlement, markSettlementStuck, readSettlement } =
  proxyLocalActivities<Activities>(recordOptions)
const { retrySettlement, writeOffSettlement, resolveSettlement, listSettlementDecisions, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { sendSettlement } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'have the bank push the money, once'
})
const { inquireSettlement } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the bank what became of it'
})

/**
 * What a merchant has earned goes to their bank account: collected first, in one unit with what they owe and the reserve,
 * then pushed once, and paid when the bank says that it has booked.
 * @returns undefined where nobody has asked for it, and nothing was due.
 */
export async function settlement(start: SettlementStart): Promise<Progress<SettlementState> | undefined> {
  const answer = answerFirst<Progress<SettlementState>>(start)
  const nudges = receiveNudges()
  let current: SettlementProgress | undefined
  let next: string | undefined
  const isOver = () => current !== undefined && settlementStates.isTerminal(current.state)

  const decisions = createDecisions<SettlementState>(
    {
      retry: async (id) => {
        const outcome = await retrySettlement(start, id)
        nudges.received += 1
        return outcome
      },
      'write-off': (id) => writeOffSettlement(start, id),
      resolve: (id) => resolveSettlement(start, id)
    },
    (progress) => show(progress as SettlementProgress)
  )
  for (const update of [retry, writeOff, resolve]) setHandler(update, (id) => decisions.take(update.name, id))
  const consumeDecisions = async () => {
    for (const { id, action } of await listSettlementDecisions(start)) await decisions.take(action, id)
  }

  const collected = await collectSettlement(start)
  if (!collected) return undefined
  const { first_version, ...progress } = collected
  show(progress)
  // Whoever asks again after Temporal has forgotten the first run gets the first answer, not today's.
  answer.give({ ...progress, version: first_version ?? progress.version })
  // A run that was started again may find decisions that nobody could deliver.
  if (first_version !== undefined && !isOver()) await consumeDecisions()
  if (!isOver()) await pay(progress)
  await answer.delivered()
  return current

  async function pay({ collected_at, sent_at }: SettlementProgress): Promise<void> {
    await settleWithBank({
      plan: start.policy.inquiry,
      nudges,
      acceptedAt: collected_at,
      sentAt: sent_at,
      send: () => sendSettlement(start),
      inquire: () => inquireSettlement(start),
      readSentAt: async () => (await readSettlement(start)).sent_at,
      businessNow: readBusinessClock,
      isOver,
      onWaiting: (until) => {
        next = until
        show(current!)
      },
      onNudged: consumeDecisions,
      onHeard: () => (next = undefined),
      step: async (take) => show(await decisions.alone(take)),
      accepted: (reference) => bookSettlement(start, reference),
      declined: (code, unsent) => declineSettlement(start, code, unsent),
      stuck: () => markSettlementStuck(start)
    })
  }

  /** A step that answers late must not set the picture back. */
  function show(seen: SettlementProgress): void {
    if (current && seen.version < current.version) return
    current = seen
    draw(start, seen, next)
  }
}

function draw({ id, order }: SettlementStart, progress: SettlementProgress, next: string | undefined): void {
  const { state, amount, decline_code } = progress
  const details = [
    `${formatMoney(fromWire(amount))} of \`${order.merchant_id}\` through bank ${order.bank}, for ${order.business_date}`,
    ...(decline_code ? [`failed: \`${decline_code}\``] : []),
    ...(next ? [`the bank is asked again at ${next} (business time)`] : []),
    `record: \`GET /v1/settlements/${id}\``
  ]
  const deadlineAt = settlementStates.isTerminal(state) ? undefined : next
  present({ state, details, deadlineAt, rail: `bank_${order.bank}` })
}
