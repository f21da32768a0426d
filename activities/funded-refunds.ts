import { heartbeat } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { listFundedRefunds } from '../store/refund-facts.ts'
import type { ActivityDeps } from './deps.ts'

const NUDGED_MAX = 500

/**
 * Refunds that wait for their merchants' money look again once it is there. The sweeper sees it, and not the payments that
 * bring it: those are not to become slower by it.
 */
export async function nudgeFundedRefunds({ db, runs }: Pick<ActivityDeps, 'db' | 'runs'>): Promise<string[]> {
  const nudged: string[] = []
  for (const id of await listFundedRefunds(db, NUDGED_MAX)) {
    const workflowId = workflowIdOf('refund', id)
    heartbeat(workflowId)
    // A run that is lost is started again from its record, and looks by itself.
    if (!(await runs.isRunning(workflowId))) continue
    await runs.nudge(workflowId)
    nudged.push(id)
  }
  return nudged
}
