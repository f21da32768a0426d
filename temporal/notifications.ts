import type { Client } from '@temporalio/client'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { createRuns } from './runs.ts'
import { removeSchedule } from './schedules.ts'

/** One run for each task queue, for ever: started where there is none. In place of a Schedule that started one every 10 s. */
export async function ensureNotifications(client: Client, taskQueue: string): Promise<void> {
  const runs = createRuns(client, taskQueue)
  if (await runs.isRunning(workflowIdOf('notifications', taskQueue))) return
  await removeSchedule(client, `notices/${taskQueue}`)
  const nothingYet = { told: 0, undeliverable: 0 }
  await runs.restart('notifications', taskQueue, nothingYet, 'tells customers and businesses what happened')
}
