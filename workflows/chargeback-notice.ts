import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { FundedPaymentStart, PaymentProgress } from '../activities/payment-progress.ts'
import { providerOptions, recordOptions } from './activity-options.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { askChargebacks } = proxyActivities<Activities>({
  ...providerOptions,
  summary: 'ask the acquirer what was taken back'
})
const { recordChargebacks } = proxyLocalActivities<Activities>(recordOptions)

/**
 * The acquirer has news of a payment by card: asks what was taken back of it, and puts each chargeback on record for an
 * operator. The news alone is believed by nobody; what comes while it is asked makes it ask again.
 */
export async function chargebackNotice(start: FundedPaymentStart): Promise<PaymentProgress> {
  const nudges = receiveNudges()
  let progress: PaymentProgress
  do {
    nudges.taken = nudges.received
    const chargebacks = await askChargebacks(start)
    progress = await recordChargebacks(start, chargebacks)
    const details = [`${chargebacks.length} chargebacks`, `record: \`GET /v1/payments/${start.id}\``]
    present({ state: progress.state, details, rail: 'acquirer' })
  } while (nudges.received > nudges.taken)
  return progress
}
