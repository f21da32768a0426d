import { patched, proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { ChargedStart } from '../activities/chargeback-notice.ts'
import type { Progress } from '../domain/orders.ts'
import { launchOptions, providerOptions, recordOptions } from './activity-options.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { askChargebacks } = proxyActivities<Activities>({
  ...providerOptions,
  summary: 'ask the acquirer what was taken back'
})
const { followChargebacks } = proxyActivities<Activities>({
  ...launchOptions,
  summary: 'have each disputed, or taken back of the customer'
})
const { recordChargebacks } = proxyLocalActivities<Activities>(recordOptions)

/**
 * The acquirer has news of a payment or a top-up by card: asks what was taken back of it, puts each chargeback on
 * record, and has its dispute or its return begin. The news alone is believed by nobody; what comes while it is asked makes it ask again.
 */
export async function chargebackNotice(start: ChargedStart): Promise<Progress<string>> {
  const nudges = receiveNudges()
  const path = start.id.startsWith('top_') ? '/v1/top-ups' : '/v1/payments'
  let progress: Progress<string>
  do {
    nudges.taken = nudges.received
    const chargebacks = await askChargebacks(start)
    progress = await recordChargebacks(start, chargebacks)
    // The sweeper begins what is missed here.
    if (patched('chargebacks-are-booked')) await followChargebacks(start).catch(() => undefined)
    const details = [`${chargebacks.length} chargebacks`, `record: \`GET ${path}/${start.id}\``]
    present({ state: progress.state, details, rail: 'acquirer' })
  } while (nudges.received > nudges.taken)
  return progress
}
