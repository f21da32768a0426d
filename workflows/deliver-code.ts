import { proxyActivities } from '@temporalio/workflow'
import type { CodeDelivery, CodeOrder } from '../activities/deliver-code.ts'
import type { Activities } from '../activities/index.ts'
import { notifierOptions } from './activity-options.ts'
import { present } from './presentation.ts'

const { sendCode } = proxyActivities<Activities>({ ...notifierOptions, summary: 'hand the code to the notifier' })

/** A code on its way to somebody's mailbox or phone: sent once the notifier takes it, given up when nobody can use it. */
export async function deliverCode(order: CodeOrder): Promise<{ readonly state: CodeDelivery }> {
  const details = [`code \`${order.id}\`${order.customer_id === undefined ? '' : ` for \`${order.customer_id}\``}`]
  present({ state: 'processing', details, customerRef: order.customer_id })
  const state = await sendCode(order)
  present({ state, details })
  return { state }
}
