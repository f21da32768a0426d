import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { FundedPaymentStart, PaymentProgress } from '../activities/payment-progress.ts'
import { bankOptions, inquiryOptions, providerOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import type { PaymentRun } from './payment-rail.ts'

const { bookCapture, declineCapture, markCaptureStuck, recordHoldReleased, readPayment, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { sendCapture } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'have the acquirer capture a part, once'
})
const { inquireCapture } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the acquirer what became of the capture'
})
const { releaseCardHold } = proxyActivities<Activities>({
  ...providerOptions,
  summary: 'tell the acquirer that the rest is given up'
})

/** Has the acquirer capture what the merchant has asked for, once, and books what it has said, at whatever time that is. */
export async function settleCapture(
  start: FundedPaymentStart,
  { part, taken_at, sent_at }: NonNullable<PaymentProgress['capture']>,
  { nudges, decisions, consumeDecisions, progress, show, onWaiting }: PaymentRun
): Promise<void> {
  await settleWithBank({
    plan: start.policy.inquiry,
    nudges,
    acceptedAt: taken_at,
    sentAt: sent_at,
    send: () => sendCapture(start, part),
    inquire: () => inquireCapture(start, part),
    readSentAt: async () => (await readPayment(start)).capture?.sent_at,
    businessNow: readBusinessClock,
    isOver: () => progress()?.capture?.part !== part,
    onWaiting,
    onNudged: consumeDecisions,
    onHeard: () => onWaiting(undefined),
    step: async (take) => show(await decisions.alone(take)),
    accepted: () => bookCapture(start, part),
    declined: (code) => declineCapture(start, part, code),
    stuck: () => markCaptureStuck(start, part)
  })
}

/** The payment is over, and whoever waited for it knows; the acquirer is told for as long as it takes. */
export async function releaseHold(start: FundedPaymentStart): Promise<PaymentProgress> {
  await releaseCardHold(start)
  return recordHoldReleased(start)
}
