import { activityInfo, heartbeat, log } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import {
  assignTask,
  completeBulkDecision,
  countOutcomes,
  findBulkDecision,
  listUnfinishedBulkDecisions,
  listWaitingItems,
  putOutcome,
  type BulkCount,
  type BulkDecision,
  type BulkOutcome
} from '../store/bulk-decision.ts'
import { recordDecision } from '../store/decision.ts'
import { derivedDigits } from '../store/derived-id.ts'
import { findProcess } from '../store/process.ts'
import type { ActivityDeps } from './deps.ts'
import { startMissing } from './start-missing.ts'

/** The run is started with the id alone: what was decided, and by whom, is in the row. */
export interface BulkOrder {
  readonly id: string
}

const PAGE = 50
const AT_ONCE = 5
/** So often a page is begun again for the sake of some of it: about two minutes. Then they count as failed. */
const ATTEMPTS_FOR_SOME = 8

/** Kinds that have no decision to be asked about: their run asks at any nudge. */
const NUDGED_ONLY: ReadonlySet<string> = new Set(['deposit-recovery', 'card-link'])

/** Carries out a decision about many, page by page: for each process a decision of its own first, then a nudge. */
export function bulkDecisionActivities({ db, runs, crash }: Pick<ActivityDeps, 'db' | 'runs' | 'crash'>) {
  async function retry(bulk: BulkDecision, processId: string): Promise<BulkOutcome> {
    const process = await findProcess(db, processId)
    if (!process?.open) return 'already_over'
    if (!NUDGED_ONLY.has(process.kind)) await recordDecision(db, decisionOf(bulk, processId))
    crash('bulk-decision.item/decided')
    await runs.nudge(workflowIdOf(process.kind, processId))
    crash('bulk-decision.item/nudged')
    return 'nudged'
  }

  const act = async (bulk: BulkDecision, itemId: string): Promise<BulkOutcome> => {
    if (bulk.action === 'retry') return retry(bulk, itemId)
    return (await assignTask(db, itemId, bulk.assignTo!)) ? 'assigned' : 'already_over'
  }

  return {
    /**
     * The next items without an outcome. Called again after a lost worker it finds those alone: one that was nudged and not
     * yet noted is nudged once more, and its decision is the same one.
     */
    carryOutPage: async ({ id }: BulkOrder): Promise<BulkCount> => {
      const bulk = (await findBulkDecision(db, id))!
      const page = await listWaitingItems(db, id, PAGE)
      for (let from = 0; from < page.length; from += AT_ONCE) {
        heartbeat(from)
        const some = page.slice(from, from + AT_ONCE)
        const results = await Promise.allSettled(some.map((itemId) => act(bulk, itemId)))
        const lost = results.find((result) => result.status === 'rejected')
        const again = lost !== undefined && activityInfo().attempt < ATTEMPTS_FOR_SOME
        for (const [index, result] of results.entries()) {
          if (result.status === 'rejected' && again) continue
          await putOutcome(db, id, some[index]!, result.status === 'fulfilled' ? result.value : 'failed')
        }
        if (lost && again) throw lost.reason
        if (lost) log.warn('items of a decision about many failed', { id, reason: String(lost.reason) })
      }
      return countOutcomes(db, id)
    },

    completeBulk: ({ id }: BulkOrder): Promise<void> => completeBulkDecision(db, id)
  }
}

/**
 * A decision about many is made in one transaction and carried out by a run that is started after it; where that was lost,
 * or never began, it is started again.
 * @returns the workflows' ids
 */
export async function restartBulkDecisions(
  { db, runs }: Pick<ActivityDeps, 'db' | 'runs'>,
  minAgeMs: number
): Promise<string[]> {
  const orders: BulkOrder[] = (await listUnfinishedBulkDecisions(db, minAgeMs)).map((id) => ({ id }))
  return startMissing(
    runs,
    orders.map((order) => ({ kind: 'bulk-decision', id: order.id, order }))
  )
}

/** Its id follows from both, so that whoever repeats it finds it made. */
function decisionOf({ id: bulkId, requestedBy, role, requestId }: BulkDecision, processId: string) {
  const id = derivedDigits(`${bulkId}|${processId}`)
  return {
    id,
    processId,
    action: 'retry',
    data: { bulk_id: bulkId },
    actor: requestedBy,
    role,
    fingerprint: id,
    requestId
  }
}
