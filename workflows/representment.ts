import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { DisputeProgress, DisputeStart } from '../activities/dispute-progress.ts'
import type { Activities } from '../activities/index.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import type { createDecisions } from './decisions.ts'
import type { Nudges } from './wait.ts'

const { winChargeback, loseChargeback, markRepresentmentStuck, readDispute, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { sendRepresentment } = proxyActivities<Activities>({
  ...bankOptions,
  summary: 'tell the acquirer that the merchant contests it, once'
})
const { inquireRepresentment } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the acquirer what the card’s issuer has decided'
})

/** What of a dispute's run it takes to talk to the acquirer beside the decisions of its parties. */
interface DisputeRun {
  readonly nudges: Nudges
  readonly decisions: Pick<ReturnType<typeof createDecisions>, 'alone'>
  consumeDecisions(): Promise<void>
  current(): DisputeProgress
  show(progress: DisputeProgress): void
}

/** Tells the acquirer once that the merchant contests the chargeback, and books what the card's issuer has decided, whenever. */
export async function settleRepresentment(start: DisputeStart, run: DisputeRun): Promise<void> {
  const { nudges, decisions, consumeDecisions, current, show } = run
  const { representment, deadline } = current()
  const { part, sent_at } = representment!
  await settleWithBank<DisputeProgress>({
    plan: start.policy.representment.inquiry,
    nudges,
    acceptedAt: deadline!,
    sentAt: sent_at,
    send: () => sendRepresentment(start, part),
    inquire: () => inquireRepresentment(start, part),
    readSentAt: async () => (await readDispute(start)).representment?.sent_at,
    businessNow: readBusinessClock,
    isOver: () => current().representment?.part !== part,
    onWaiting: () => undefined,
    onNudged: consumeDecisions,
    step: async (take) => show(await decisions.alone(take)),
    accepted: () => winChargeback(start, part),
    declined: (code) => loseChargeback(start, part, code),
    stuck: () => markRepresentmentStuck(start, part)
  })
}
