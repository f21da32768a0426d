import { heartbeat } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import type { ActivityDeps } from './deps.ts'

/** A run that has to be there, and what it is started with. */
export interface WantedRun {
  readonly kind: string
  readonly id: string
  readonly order: unknown
  readonly summary?: string
}

/**
 * Gives each its run, unless it has one: whoever was to start it died, or Temporal was away.
 * @returns the workflows that were started.
 */
export async function startMissing(runs: ActivityDeps['runs'], wanted: readonly WantedRun[]): Promise<string[]> {
  const started: string[] = []
  for (const { kind, id, order, summary } of wanted) {
    const workflowId = workflowIdOf(kind, id)
    heartbeat(workflowId)
    if (await runs.isRunning(workflowId)) continue
    await runs.restart(kind, id, order, summary)
    started.push(workflowId)
  }
  return started
}
