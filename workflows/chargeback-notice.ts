import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { ChargedStart } from '../activities/chargeback-notice.ts'
import type { Progress } from '../domain/orders.ts'
import { providerOptions, recordOptions } from './activity-options.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { askChargebacks } = proxyActivities<Activities>({
  ...providerOptions,
  summary: 'ask the acquirer what was taken back'
})
const { recordChargebacks } = proxyLocalActivities<Activities>(recordOptions)

/**
 * The acquirer has news of a payment or a top-up by card: asks what was taken back of it, and puts each chargeback on
 * record for an operator. The news alone is believed by nobody; what comes while it is asked makes it ask again.
 */
export async function chargebackNotice(start: ChargedStart): Promise<Progress<string>> {
  const nudges = receiveNudges()
  const path = start.id.startsWith('top_') ? '/v1/top-ups' : '/v1/payments'
  let progress: Progress<string>
  do {
    nudges.taken = nudges.received
    const chargebacks = await askChargebacks(start)
    progress = await recordChargebacks(start, chargebacks)
    const details = [`${chargebacks.length} chargebacks`, `record: \`GET ${path}/${start.id}\``]
    present({ state: progress.state, details, rail: 'acquirer' })
  } while (nudges.received > nudges.taken)
  return progress
}
