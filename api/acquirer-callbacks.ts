import type { Start, PaymentOrder } from '../domain/orders.ts'
import { findProcess } from '../store/process.ts'
import { searchAttributes } from '../temporal/search-attribute-keys.ts'
import { workflowIdOf } from '../workflows/messages.ts'
import type { ApiDeps, CallbackHandler } from './deps.ts'

/** The workflow that asks what was taken back of a payment. */
const NOTICE = 'chargeback-notice'

/**
 * What the acquirer's callback sets off: whatever a bank's does, and, for a payment by card, a run that asks what was taken
 * back of it. It names a reference, and nothing that it says is believed.
 */
export const acquirerCallbackHandler =
  ({ db, processes }: Pick<ApiDeps, 'db' | 'processes'>, asBank: CallbackHandler): CallbackHandler =>
  async ({ reference }) => {
    await asBank({ reference })
    const record = await findProcess(db, reference)
    if (record?.kind !== 'payment') return
    const start = record.order as Start<PaymentOrder>
    if (start.order.funding?.type !== 'card') return
    const launched = await processes.launch({
      type: NOTICE,
      id: record.id,
      order: start,
      summary: 'the acquirer has news of a payment by card',
      searchAttributes: [{ key: searchAttributes.rail, value: 'acquirer' }]
    })
    if (launched !== 'started') throw new Error(`nobody asks what was taken back: ${launched}`)
    // One that was there already may have asked before this news.
    await processes.nudge(workflowIdOf(NOTICE, record.id))
  }
