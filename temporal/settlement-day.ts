import type { Client } from '@temporalio/client'
import type { Policy } from '../domain/policy/index.ts'
import { ensureSchedule, removeSchedule } from './schedules.ts'

const DAY_MS = 86_400_000

/**
 * At the cut-off of every weekday: merchants are settled (workflows/settlement-day.ts). It only wakes: which day it is, and
 * what is due, the database says; and a wake-up that is lost is the sweeper's.
 */
export async function ensureSettlementDay(
  client: Client,
  taskQueue: string,
  { settlement: { daily, cut_off } }: Pick<Policy, 'settlement'>
): Promise<void> {
  const scheduleId = `settlement-day/${taskQueue}`
  if (!daily) return removeSchedule(client, scheduleId)
  await ensureSchedule(client, {
    scheduleId,
    weekdays: cut_off,
    workflowType: 'settlement-day',
    taskQueue,
    args: [],
    // One that is still running finds what the next would find.
    overlap: 'SKIP',
    catchupWindowMs: DAY_MS,
    note: 'settles merchants daily at the cut-off, and releases reserves'
  })
}
