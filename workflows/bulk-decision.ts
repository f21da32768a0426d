import { proxyActivities } from '@temporalio/workflow'
import type { BulkOrder } from '../activities/bulk-decision.ts'
import type { Activities } from '../activities/index.ts'
import { bulkOptions } from './activity-options.ts'
import { present } from './presentation.ts'

const { carryOutPage, completeBulk } = proxyActivities<Activities>({ ...bulkOptions, summary: 'fifty of them' })

type BulkCount = Awaited<ReturnType<Activities['carryOutPage']>>
type Report = BulkCount & { readonly state: 'completed' }

/**
 * One decision about many, carried out page by page; which ones they are was fixed when it was made. At most 10,000: two
 * hundred pages, three events each, so that one run's history holds them.
 */
export async function bulkDecision(order: BulkOrder): Promise<Report> {
  show('processing', undefined)
  let count: BulkCount
  do {
    count = await carryOutPage(order)
    show('processing', count)
  } while (count.waiting > 0)
  await completeBulk(order)
  show('completed', count)
  return { state: 'completed', ...count }

  function show(state: string, so: BulkCount | undefined): void {
    const details = so
      ? [
          `${so.matched} matched: ${so.nudged} nudged, ${so.assigned} assigned, ${so.already_over} over, ${so.failed} failed`
        ]
      : []
    present({ state, details: [...details, `record: \`GET /v1/bulk-decisions/${order.id}\``] })
  }
}
