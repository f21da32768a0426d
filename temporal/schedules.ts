import { ScheduleAlreadyRunning, ScheduleNotFoundError, type Client } from '@temporalio/client'
import type { ScheduleDescription, ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client'
import { WORKFLOW_TASK_TIMEOUT_MS } from './tuning.ts'

export interface ScheduleWanted {
  readonly scheduleId: string
  readonly everyMs: number
  readonly workflowType: string
  readonly taskQueue: string
  readonly args: readonly unknown[]
  /** Explicit, because the default (SKIP) drops what overlaps. */
  readonly overlap: NonNullable<ScheduleOverlapPolicy>
  /** Explicit, because the default makes up for a whole year. In ms. */
  readonly catchupWindowMs: number
  readonly note: string
}

/**
 * Makes the Schedule, or changes it to what is wanted; several processes may do it at once. A pause that an operator
 * made stays. The arguments of an existing one are changed only together with something else.
 */
export async function ensureSchedule(
  client: Client,
  wanted: ScheduleWanted
): Promise<'made' | 'unchanged' | 'changed'> {
  const handle = client.schedule.getHandle(wanted.scheduleId)
  try {
    if (isAsWanted(await handle.describe(), wanted)) return 'unchanged'
    const { scheduleId: _, ...options } = toOptions(wanted)
    await handle.update((previous) => ({ ...options, state: previous.state }))
    return 'changed'
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error
  }
  try {
    await client.schedule.create(toOptions(wanted))
    return 'made'
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return 'unchanged'
    throw error
  }
}

function isAsWanted({ spec, policies, action }: ScheduleDescription, wanted: ScheduleWanted): boolean {
  return (
    spec.intervals?.length === 1 &&
    spec.intervals[0]?.every === wanted.everyMs &&
    policies.overlap === wanted.overlap &&
    policies.catchupWindow === wanted.catchupWindowMs &&
    action.workflowType === wanted.workflowType &&
    action.taskQueue === wanted.taskQueue
  )
}

function toOptions(wanted: ScheduleWanted): ScheduleOptions {
  return {
    scheduleId: wanted.scheduleId,
    spec: { intervals: [{ every: wanted.everyMs }] },
    policies: { overlap: wanted.overlap, catchupWindow: wanted.catchupWindowMs, pauseOnFailure: false },
    state: { note: wanted.note },
    action: {
      type: 'startWorkflow',
      workflowType: wanted.workflowType,
      // Each run carries its nominal time after this id, which is its natural idempotency key.
      workflowId: wanted.scheduleId,
      taskQueue: wanted.taskQueue,
      args: [...wanted.args],
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS
    }
  }
}
