import type { Client } from '@temporalio/client'
import { ensureSchedule } from './schedules.ts'

/** Every hour: which of the banks' days are over is business time's to say (workflows/daily-reconciliations.ts). */
export async function ensureReconciliations(client: Client, taskQueue: string): Promise<void> {
  await ensureSchedule(client, {
    scheduleId: `reconciliations/${taskQueue}`,
    // A day is asked for once; coming by more often than daily makes up for a worker that was away at midnight.
    everyMs: 3_600_000,
    workflowType: 'daily-reconciliations',
    taskQueue,
    args: [],
    // One that is still running finds what the next would find.
    overlap: 'SKIP',
    catchupWindowMs: 3_600_000,
    note: 'has the books reconciled with each statement of the banks'
  })
}
