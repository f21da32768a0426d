import { heartbeat } from '@temporalio/activity'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { listForgottenEndpoints } from '../store/webhook-delivery.ts'
import { listUnbegunEndpoints } from '../store/webhook-endpoint.ts'
import type { ActivityDeps } from './deps.ts'
import { startMissing } from './start-missing.ts'

/** Older than this in business time and still to be sent: the nudge was lost. */
const FORGOTTEN_MS = 10_000

/** Endpoints whose run was never started get it, and those whose nudge was lost are nudged. @returns the endpoints' ids */
export async function seeToWebhooks(
  { db, runs }: Pick<ActivityDeps, 'db' | 'runs'>,
  minAgeMs: number
): Promise<string[]> {
  const unbegun = await listUnbegunEndpoints(db, minAgeMs)
  await startMissing(
    runs,
    unbegun.map((id) => ({ kind: 'webhook-delivery', id, order: { id } }))
  )
  const forgotten = await listForgottenEndpoints(db, FORGOTTEN_MS)
  for (const id of forgotten) {
    heartbeat(id)
    await runs.nudge(workflowIdOf('webhook-delivery', id))
  }
  return [...unbegun, ...forgotten]
}
