import { heartbeat } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { findProcess, listOpenProcesses } from '../store/process.ts'
import type { ActivityDeps } from './deps.ts'

type Deps = Pick<ActivityDeps, 'db' | 'runs'>

/** Names alone, some 50 bytes each. */
const PAGE = 5_000

/**
 * Starts open records without a run again from their order. Thousands of mandates wait for years: what runs is asked for once,
 * and alone only about what is not in that list.
 * @returns how many are open, and the workflows that were started.
 */
export async function restartLost(deps: Deps, minAgeMs: number): Promise<{ open: number; restarted: string[] }> {
  const restarted: string[] = []
  let open = 0
  let afterId = ''
  const running = await deps.runs.listRunning(() => heartbeat())
  for (;;) {
    const page = await listOpenProcesses(deps.db, { afterId, minAgeMs, limit: PAGE })
    heartbeat()
    for (const { kind, id } of page) {
      const workflowId = workflowIdOf(kind, id)
      if (!running.has(workflowId) && (await restartOne(deps, kind, id))) restarted.push(workflowId)
    }
    open += page.length
    if (page.length < PAGE) return { open, restarted }
    afterId = page.at(-1)!.id
  }
}

async function restartOne({ db, runs }: Deps, kind: string, id: string): Promise<boolean> {
  heartbeat(id)
  // The list does not know it yet, or it closed a moment ago.
  if (await runs.isRunning(workflowIdOf(kind, id))) return false
  const record = await findProcess(db, id)
  if (!record?.open) return false
  await runs.restart(kind, id, record.order)
  return true
}
