import { ScheduleAlreadyRunning, ScheduleNotFoundError, type Client, type ScheduleOptions } from '@temporalio/client'
import { MONTHS } from '@temporalio/client/lib/schedule-types.js'
import type { MandateScheduleWanted } from '../domain/mandate.ts'
import { searchAttributes } from './search-attribute-keys.ts'
import { removeSchedule } from './schedules.ts'
import { WORKFLOW_TASK_TIMEOUT_MS } from './tuning.ts'
import { fitSummary } from './ui-text.ts'

/**
 * The Schedules of mandates: what operators see of what is to come, and what wakes a run for each announcement. They carry no
 * authority; whatever somebody does to one in the UI, the mandate's record says what is announced.
 */
export function createMandateSchedules(client: Client, taskQueue: string) {
  return {
    /** Makes it, or another one of it: nothing of what was there stays. */
    put: async (wanted: MandateScheduleWanted): Promise<void> => {
      const { scheduleId, ...options } = toOptions(wanted, taskQueue)
      try {
        await client.schedule.getHandle(scheduleId).update(() => ({ ...options, state: options.state! }))
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error
        await client.schedule.create({ scheduleId, ...options }).catch((failed: unknown) => {
          // Somebody else has made it of the same record; who finds that it was an older one makes it anew.
          if (!(failed instanceof ScheduleAlreadyRunning)) throw failed
        })
      }
    },

    remove: (mandateId: string): Promise<void> => removeSchedule(client, scheduleIdOf(mandateId)),

    /** The mandates of this namespace that have one; the list may be a moment late. */
    list: async (): Promise<ReadonlySet<string>> => {
      const found = new Set<string>()
      const namespace = client.options.namespace
      let nextPageToken: Uint8Array | undefined
      do {
        const page = await client.workflowService.listSchedules({ namespace, maximumPageSize: PAGE, nextPageToken })
        for (const { scheduleId } of page.schedules ?? [])
          if (scheduleId?.startsWith(PREFIX)) found.add(scheduleId.slice(PREFIX.length))
        nextPageToken = page.nextPageToken
      } while (nextPageToken && nextPageToken.length > 0)
      return found
    }
  }
}

const PREFIX = 'mandate/'
const PAGE = 1_000
const scheduleIdOf = (mandateId: string): string => `${PREFIX}${mandateId}`

function toOptions(wanted: MandateScheduleWanted, taskQueue: string): ScheduleOptions {
  const { mandateId, customerId, instants, paused, note, jitterMs, catchUpMs } = wanted
  return {
    scheduleId: scheduleIdOf(mandateId),
    spec: { calendars: instants.map(toCalendar), timezone: 'UTC', ...(jitterMs > 0 && { jitter: jitterMs }) },
    // What overlaps runs beside the other, and what was missed runs later: the record decides what comes of it.
    policies: { overlap: 'ALLOW_ALL', catchupWindow: catchUpMs, pauseOnFailure: false },
    state: { paused, note },
    typedSearchAttributes: [{ key: searchAttributes.customerRef, value: customerId }],
    action: {
      type: 'startWorkflow',
      workflowType: 'mandate-due',
      workflowId: `mandate-due/${mandateId}`,
      taskQueue,
      args: [{ id: mandateId }],
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
      staticSummary: fitSummary(`announces what mandate ${mandateId} pays next`),
      typedSearchAttributes: [{ key: searchAttributes.customerRef, value: customerId }]
    }
  }
}

/** In whole seconds, and never before its time: a run that came early would find nothing due. */
function toCalendar(instant: Date) {
  const at = new Date(Math.ceil(instant.getTime() / 1_000) * 1_000)
  return {
    year: at.getUTCFullYear(),
    month: MONTHS[at.getUTCMonth()]!,
    dayOfMonth: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds()
  }
}
