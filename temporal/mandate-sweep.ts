import type { Client } from '@temporalio/client'
import { ensureSchedule } from './schedules.ts'

const EVERY_MS = 15 * 60_000

/** Every 15 minutes: announcements that no Schedule has brought, and Schedules that are not as they should be. */
export async function ensureMandateSweep(client: Client, taskQueue: string): Promise<void> {
  await ensureSchedule(client, {
    scheduleId: `mandates/${taskQueue}`,
    everyMs: EVERY_MS,
    workflowType: 'mandate-sweep',
    taskQueue,
    args: [],
    // One that is still running finds what the next would find.
    overlap: 'SKIP',
    catchupWindowMs: EVERY_MS,
    note: 'announces what mandates pay where no Schedule has, and makes, fills up and removes their Schedules'
  })
}
