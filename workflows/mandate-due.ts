import { proxyActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { MandateLook } from '../activities/mandate-due.ts'
import { mandateOptions } from './activity-options.ts'
import { present } from './presentation.ts'

const { lookAtMandate } = proxyActivities<Activities>(mandateOptions)

/**
 * Started by a mandate's Schedule 48 h before a debit, or by an operator's trigger or backfill of it: announces what the
 * record says is due, be that nothing, and has each payment's own run started.
 */
export async function mandateDue({ id }: { readonly id: string }): Promise<MandateLook> {
  const look = await lookAtMandate({ id })
  const announced = look.announced.map((payment) => `announced \`bill-payment/${payment}\``)
  present({
    state: look.state,
    details: [...(announced.length > 0 ? announced : ['nothing was due']), `record: \`GET /v1/mandates/${id}\``]
  })
  return look
}
