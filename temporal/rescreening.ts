import type { Client } from '@temporalio/client'
import { ensureSchedule } from './schedules.ts'

const DAY_MS = 86_400_000

/** Once a day: whoever was not screened by the list of today, or not for a year (workflows/rescreening.ts). */
export async function ensureRescreening(client: Client, taskQueue: string): Promise<void> {
  await ensureSchedule(client, {
    scheduleId: `rescreening/${taskQueue}`,
    everyMs: DAY_MS,
    workflowType: 'rescreening',
    taskQueue,
    args: [],
    // One that is still running finds what the next would find.
    overlap: 'SKIP',
    catchupWindowMs: DAY_MS,
    note: 'compares the names of customers who are due with the sanctions and PEP lists'
  })
}
