import { topUpFundingOf } from '../domain/funding.ts'
import type { Start, PaymentOrder, TopUpOrder } from '../domain/orders.ts'
import { findProcess, type ProcessRecord } from '../store/process.ts'
import { searchAttributes } from '../temporal/search-attribute-keys.ts'
import type { ApiDeps, CallbackHandler } from './deps.ts'

/** The workflow that asks what was taken back of a payment or a top-up. */
const NOTICE = 'chargeback-notice'

/**
 * What the acquirer's callback sets off: whatever a bank's does, and, for a payment or a top-up by card, a run that asks
 * what was taken back of it. It names a reference, and nothing that it says is believed.
 */
export const acquirerCallbackHandler =
  ({ db, processes }: Pick<ApiDeps, 'db' | 'processes'>, asBank: CallbackHandler): CallbackHandler =>
  async ({ reference }) => {
    await asBank({ reference })
    const record = await findProcess(db, reference)
    if (!record || !isByCard(record)) return
    // One that is there already may have asked before this news.
    const launched = await processes.launchOrNudge({
      type: NOTICE,
      id: record.id,
      order: record.order as Start<unknown>,
      summary: `the acquirer has news of a ${record.kind} by card`,
      searchAttributes: [{ key: searchAttributes.rail, value: 'acquirer' }]
    })
    if (launched !== 'started') throw new Error(`nobody asks what was taken back: ${launched}`)
  }

function isByCard({ kind, order }: ProcessRecord): boolean {
  if (kind === 'payment') return (order as Start<PaymentOrder>).order.funding?.type === 'card'
  return kind === 'top-up' && topUpFundingOf((order as Start<TopUpOrder>).order).type === 'card'
}
