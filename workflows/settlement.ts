import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { SettlementProgress, SettlementStart } from '../activities/settlement-progress.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import type { Progress } from '../domain/orders.ts'
import { settlementStates, type SettlementState } from '../domain/settlement.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createBankStory } from './bank-story.ts'
import { resolve, retry, writeOff } from './messages.ts'
import { present } from './presentation.ts'

const { collectSettlement, bookSettlement, declineSettlement, markSettlementStuck, readSettlement } =
  proxyLocalActivities<Activities>(recordOptions)
const { retrySettlement, writeOffSettlement, resolveSettlement, listSettlementDecisions } =
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
  const story = createBankStory<SettlementState, SettlementProgress>({
    start,
    states: settlementStates,
    steps: {
      retry: (id) => retrySettlement(start, id),
      'write-off': (id) => writeOffSettlement(start, id),
      resolve: (id) => resolveSettlement(start, id)
    },
    updates: [retry, writeOff, resolve],
    listDecisions: () => listSettlementDecisions(start),
    draw: (progress, next) => draw(start, progress, next)
  })

  const collected = await collectSettlement(start)
  if (!collected) return undefined
  story.begin(collected)
  // A run that was started again may find decisions that nobody could deliver.
  if (collected.first_version !== undefined && !story.isOver()) await story.consumeDecisions()
  if (!story.isOver())
    await settleWithBank({
      ...story.talk,
      plan: start.policy.inquiry,
      acceptedAt: collected.collected_at,
      sentAt: collected.sent_at,
      send: () => sendSettlement(start),
      inquire: () => inquireSettlement(start),
      readSentAt: async () => (await readSettlement(start)).sent_at,
      accepted: (reference) => bookSettlement(start, reference),
      declined: (code, unsent) => declineSettlement(start, code, unsent),
      stuck: () => markSettlementStuck(start)
    })
  return story.end()
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
