import { ScheduleAlreadyRunning, ScheduleNotFoundError, type Client } from '@temporalio/client'
import type { ScheduleDescription, ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client'
import { WORKFLOW_TASK_TIMEOUT_MS } from './tuning.ts'

export interface ScheduleWanted {
  readonly scheduleId: string
  /** One of the two. */
  readonly everyMs?: number
  /** At that time of day (`HH:MM`) in that zone, Monday to Friday. */
  readonly weekdays?: { readonly time: string; readonly zone: string }
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
    hasTimesOf(spec, wanted) &&
    policies.overlap === wanted.overlap &&
    policies.catchupWindow === wanted.catchupWindowMs &&
    action.workflowType === wanted.workflowType &&
    action.taskQueue === wanted.taskQueue
  )
}

function hasTimesOf(spec: ScheduleDescription['spec'], { everyMs, weekdays }: ScheduleWanted): boolean {
  const { intervals = [], calendars = [], timezone } = spec
  if (!weekdays) return intervals.length === 1 && intervals[0]?.every === everyMs
  const [hour, minute] = hourAndMinute(weekdays.time)
  const at = calendars[0]
  return (
    calendars.length === 1 &&
    timezone === weekdays.zone &&
    at?.hour[0]?.start === hour &&
    at.minute[0]?.start === minute
  )
}

const hourAndMinute = (time: string): [number, number] => [Number(time.slice(0, 2)), Number(time.slice(3))]

function specOf({ everyMs, weekdays }: ScheduleWanted): ScheduleOptions['spec'] {
  if (!weekdays) return { intervals: [{ every: everyMs! }] }
  const [hour, minute] = hourAndMinute(weekdays.time)
  return { calendars: [{ hour, minute, dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' } }], timezone: weekdays.zone }
}

function toOptions(wanted: ScheduleWanted): ScheduleOptions {
  return {
    scheduleId: wanted.scheduleId,
    spec: specOf(wanted),
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

/** Takes a Schedule away that nobody wants any more; one that is not there is none. */
export async function removeSchedule(client: Client, scheduleId: string): Promise<void> {
  try {
    await client.schedule.getHandle(scheduleId).delete()
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error
  }
}
