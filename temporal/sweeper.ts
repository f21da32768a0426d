import type { Client } from '@temporalio/client'
import { ensureSchedule } from './schedules.ts'

/** Every 30 s: closed ⇒ settled, open ⇒ running, decided ⇒ consumed (workflows/sweep.ts). */
export async function ensureSweeper(client: Client, taskQueue: string): Promise<void> {
  await ensureSchedule(client, {
    // One a task queue: two installations may share a namespace.
    scheduleId: `sweep/${taskQueue}`,
    everyMs: 30_000,
    workflowType: 'sweep',
    taskQueue,
    args: [],
    // One that is still running finds what the next would find.
    overlap: 'SKIP',
    catchupWindowMs: 60_000,
    note: 'restarts open records without a run, nudges decisions not consumed, reports closed runs not settled'
  })
}
