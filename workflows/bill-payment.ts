import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { BillPaymentProgress, BillPaymentStart } from '../activities/bill-payment-progress.ts'
import type { DueBill } from '../activities/bill-payment.ts'
import type { Activities } from '../activities/index.ts'
import { billPaymentStates, type BillPaymentState } from '../domain/bill-payment.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { nextInquiryAtMs } from '../domain/inquiry-plan.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { createBankStory } from './bank-story.ts'
import { approve, cancel, retry, skip, writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { untilBusinessTime } from './wait.ts'

const { acceptBillPayment, attemptBillPayment, skipBill, noticeBillPayment, warnBillPayment, endApproval } =
  proxyLocalActivities<Activities>(recordOptions)
const { bookBillPayment, declineBillPayment, markBillPaymentStuck, readBillPayment, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { approveBillPayment, cancelBillPayment, skipBillPayment, retryBillPayment, writeOffBillPayment } =
  proxyLocalActivities<Activities>(recordOptions)
const { listBillPaymentDecisions } = proxyLocalActivities<Activities>(recordOptions)
const { askBillDue } = proxyActivities<Activities>({ ...inquiryOptions, summary: 'ask the biller what is due' })
const { sendBillPayment } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'have the network bring the money to the biller, once'
})
const { inquireBillPayment } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the network what became of it'
})

/**
 * One bill, now, on a date, or as an occurrence of a mandate: announced, approved by its customer where it takes that, held,
 * brought to the biller once, and paid when the network says, at whatever time, that it has booked. Where the money is not
 * there it is looked for again on later days.
 */
export async function billPayment(start: BillPaymentStart): Promise<BillPaymentProgress> {
  const story = createBankStory<BillPaymentState, BillPaymentProgress>({
    start,
    states: billPaymentStates,
    steps: {
      approve: (id) => approveBillPayment(start, id),
      cancel: (id) => cancelBillPayment(start, id),
      skip: (id) => skipBillPayment(start, id),
      retry: (id) => retryBillPayment(start, id),
      'write-off': (id) => writeOffBillPayment(start, id)
    },
    updates: [approve, cancel, skip, retry, writeOff],
    listDecisions: () => listBillPaymentDecisions(start),
    draw: (progress, next) => draw(start, progress, next)
  })
  const { current, isOver } = story
  const accepted = await acceptBillPayment(start)
  story.begin(accepted)
  // A run that was started again may find decisions that nobody could deliver.
  if (accepted.first_version !== undefined && !isOver()) await story.consumeDecisions()
  while (!isOver()) await nextStep[current().state]!(start, story)
  return story.end()
}

type BillStory = ReturnType<typeof createBankStory<BillPaymentState, BillPaymentProgress>>
type Step = (start: BillPaymentStart, story: BillStory) => Promise<void>

/** What a run does in a state that it may find its record in. */
const nextStep: Readonly<Partial<Record<BillPaymentState, Step>>> = {
  announced: untilDue,
  awaiting_approval: untilApproved,
  awaiting_funds: untilFunded,
  processing: settle
}

/** @returns false when something else has to be looked at first */
async function wait(start: BillPaymentStart, story: BillStory, deadline: string, summary: string): Promise<boolean> {
  const { nudges, current } = story
  const { state } = current()
  const or = () => current().state !== state
  const woken = await untilBusinessTime(deadline, { nudges, businessNow: readBusinessClock, summary, or })
  if (woken === 'nudged') await lookAgain(start, story)
  return woken === 'due'
}

/** A mandate's decisions are not this run's, and change its record. */
async function lookAgain(start: BillPaymentStart, story: BillStory): Promise<void> {
  await story.consumeDecisions()
  if (start.order.mandate_id !== undefined) await take(story, () => readBillPayment(start))
}

const take = async ({ show, alone }: BillStory, step: () => Promise<BillPaymentProgress>): Promise<void> =>
  show(await alone(step))

/** Tells the customer in time, and pays on the day. */
async function untilDue(start: BillPaymentStart, story: BillStory): Promise<void> {
  const { noticed, announce_at, debit_at, asks_bill } = story.current()
  if (!noticed) {
    if (await wait(start, story, announce_at, 'until the customer is told'))
      await take(story, () => noticeBillPayment(start))
    return
  }
  if (!(await wait(start, story, debit_at, 'until the debit date'))) return
  const bill = asks_bill ? await dueBill(start, story, debit_at) : undefined
  if (bill !== 'over') await take(story, () => attemptBillPayment(start, 0, bill))
}

/** What is due now, by the plan until the network has said it; where there is nothing, the payment ends. */
async function dueBill(start: BillPaymentStart, story: BillStory, since: string): Promise<DueBill | 'over'> {
  const skipFor = async (code: ProblemCode): Promise<'over'> => {
    await take(story, () => skipBill(start, code))
    return 'over'
  }
  const begun = Date.parse(since)
  for (;;) {
    const answer = await askBillDue(start)
    if (story.current().state !== 'announced') return 'over'
    if (answer.kind === 'open') return answer
    if (answer.kind === 'no_bill') return skipFor('bill_not_found')
    if (answer.kind === 'account_unknown') return skipFor('biller_account_unknown')
    const next = nextInquiryAtMs(Date.parse(await readBusinessClock()) - begun, start.policy.inquiry)
    if (next === undefined) return skipFor('biller_unavailable')
    await wait(start, story, new Date(begun + next).toISOString(), 'until the biller is asked again')
    if (story.current().state !== 'announced') return 'over'
  }
}

async function untilApproved(start: BillPaymentStart, story: BillStory): Promise<void> {
  const { deadline, asked_again } = story.current()
  if (await wait(start, story, deadline!, 'until the customer approves'))
    await take(story, () => endApproval(start, asked_again))
}

async function untilFunded(start: BillPaymentStart, story: BillStory): Promise<void> {
  const { next_attempt_at, warn_at, attempts } = story.current()
  if (warn_at === undefined) {
    if (await wait(start, story, next_attempt_at!, 'until the next attempt'))
      await take(story, () => attemptBillPayment(start, attempts))
  } else if (await wait(start, story, warn_at, 'until the customer is told of the last attempt'))
    await take(story, () => warnBillPayment(start))
}

async function settle(start: BillPaymentStart, { talk, alone }: BillStory): Promise<void> {
  const { held_at, sent_at } = await alone(() => readBillPayment(start))
  return settleWithBank({
    ...talk,
    plan: start.policy.inquiry,
    acceptedAt: held_at!,
    sentAt: sent_at,
    send: () => sendBillPayment(start),
    inquire: () => inquireBillPayment(start),
    readSentAt: async () => (await readBillPayment(start)).sent_at,
    accepted: (reference) => bookBillPayment(start, reference),
    declined: (code, unsent) => declineBillPayment(start, code, unsent),
    stuck: () => markBillPaymentStuck(start)
  })
}

function draw(start: BillPaymentStart, progress: BillPaymentProgress, next: string | undefined): void {
  const { state, deadline = progress.next_attempt_at ?? next } = progress
  const waitsFor = state === 'announced' ? progress.debit_at : deadline
  const deadlineAt = billPaymentStates.isTerminal(state) ? undefined : waitsFor
  present({ state, details: detailsOf(start, progress, next), deadlineAt, rail: 'billers' })
}

const detailsOf = (
  { id, order }: BillPaymentStart,
  { state, decline_code, deadline, debit_at, next_attempt_at }: BillPaymentProgress,
  next: string | undefined
): string[] => [
  `${wordsOf(order)} from \`${order.wallet_id}\` to \`${order.biller_id}\``,
  ...(order.mandate_id ? [`occurrence ${order.period} of \`${order.mandate_id}\``] : []),
  ...(decline_code ? [`\`${decline_code}\``] : []),
  ...(state === 'announced' ? [`is paid at ${debit_at} (business time)`] : []),
  ...(deadline ? [`waits for the customer to approve, until ${deadline} (business time)`] : []),
  ...(next_attempt_at ? [`the money is looked for again at ${next_attempt_at} (business time)`] : []),
  ...(next ? [`the network is asked again at ${next} (business time)`] : []),
  `record: \`GET /v1/bill-payments/${id}\``
]

const wordsOf = ({ amount, cap }: BillPaymentStart['order']): string => {
  if (cap) return `a bill up to ${formatMoney(fromWire(cap))}`
  return amount ? formatMoney(fromWire(amount)) : 'a bill'
}
