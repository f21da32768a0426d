import type { Client } from '@temporalio/client'
import { ensureSchedule } from './schedules.ts'

/** Every 10 s: customers are told what leaves their wallets (workflows/notices.ts). */
export async function ensureNotices(client: Client, taskQueue: string): Promise<void> {
  await ensureSchedule(client, {
    scheduleId: `notices/${taskQueue}`,
    // Soon enough to stop a thief at the second payment, and seldom enough to cost nothing.
    everyMs: 10_000,
    workflowType: 'notices',
    taskQueue,
    args: [],
    // One that is still running finds what the next would find.
    overlap: 'SKIP',
    catchupWindowMs: 60_000,
    note: 'tells customers of debits, and of what happens to their account'
  })
}
