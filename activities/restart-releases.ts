import { heartbeat } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { findPayment, listHoldsToRelease } from '../store/payment.ts'
import { findProcess } from '../store/process.ts'
import type { ActivityDeps } from './deps.ts'

const PAGE = 500

/**
 * A payment by card is over before the acquirer has been told that it holds the rest no longer: starts the runs that were to
 * tell it, and are lost.
 */
export async function restartReleases({ db, runs }: Pick<ActivityDeps, 'db' | 'runs'>): Promise<string[]> {
  const restarted: string[] = []
  for (const id of await listHoldsToRelease(db, PAGE)) {
    const workflowId = workflowIdOf('payment', id)
    heartbeat(workflowId)
    if (await runs.isRunning(workflowId)) continue
    // It may have been told while we asked.
    if ((await findPayment(db, id))?.holdRelease !== 'due') continue
    await runs.restart('payment', id, (await findProcess(db, id))!.order)
    restarted.push(workflowId)
  }
  return restarted
}
