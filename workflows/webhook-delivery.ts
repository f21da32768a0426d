import { continueAsNew, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { WebhookOrder, WebhookRound } from '../activities/webhook-delivery.ts'
import { recordOptions, webhookOptions } from './activity-options.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilBusinessTime, untilNudged } from './wait.ts'

const { deliverWebhooks } = proxyActivities<Activities>({ ...webhookOptions, summary: 'send what is due' })
const { readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)

/**
 * Sends one endpoint what it has asked for, for as long as it is not deleted. Between two rounds it sleeps: until the next
 * attempt of what fails, or until somebody has seen that there is something to tell (`activities/webhook-watch.ts`).
 */
export async function webhookDelivery(order: WebhookOrder): Promise<{ readonly state: 'deleted' }> {
  const nudges = receiveNudges()
  for (;;) {
    const round = await deliverWebhooks(order)
    show(order, round)
    if (round.state === 'deleted') return { state: 'deleted' }
    // A nudge that comes at this moment is not missed: the new run begins with a round.
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof webhookDelivery>(order)
    if (round.more) continue
    if (round.next_at === null) await untilNudged({ nudges })
    else await untilBusinessTime(round.next_at, { nudges, businessNow: readBusinessClock, summary: 'the next attempt' })
  }
}

function show({ id }: WebhookOrder, { state, delivered, failed, next_at }: WebhookRound): void {
  const details = [
    `the last round: ${delivered} delivered, ${failed} not taken`,
    ...(next_at === null ? [] : [`next attempt at ${next_at} (business time)`]),
    `record: \`GET /v1/webhook-endpoints/${id}\`, log: \`GET /v1/webhook-endpoints/${id}/deliveries\``
  ]
  present({ state, details, deadlineAt: next_at ?? undefined })
}
