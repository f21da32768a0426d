import { occurrencesOf } from '../domain/calendar.ts'
import { mandateStates } from '../domain/mandate.ts'
import type { MandatePolicy } from '../domain/policy/index.ts'
import { isScheduleStale, markScheduled, markUnscheduled } from '../store/mandate-schedule.ts'
import { getMandate, type Mandate } from '../store/mandate.ts'
import { readBusinessNow } from '../store/process.ts'
import type { ActivityDeps } from './deps.ts'

type ScheduleDeps = Pick<ActivityDeps, 'db' | 'mandateSchedules' | 'policy'>

/**
 * Makes a mandate's Schedule what its record wants, if Temporal does not know yet. Several may do it at once: whoever has
 * written looks at the record again, so that the last one to write has seen the newest.
 * @returns whether there was anything to tell.
 */
export async function scheduleMandate({ db, mandateSchedules, policy }: ScheduleDeps, id: string): Promise<boolean> {
  if (!(await isScheduleStale(db, id))) return false
  for (;;) {
    const mandate = await getMandate(db, id)
    const { instants, shortAt, isWanted } = agendaOf(mandate, await readBusinessNow(db), policy.mandate)
    if (isWanted) await mandateSchedules.put(wantedOf(mandate, instants, policy.mandate))
    else await mandateSchedules.remove(id)
    const { state, scheduleVersion } = mandate
    if (mandateStates.isTerminal(state)) await markUnscheduled(db, id)
    else await markScheduled(db, id, { made: scheduleVersion, shortAt })
    if ((await getMandate(db, id)).scheduleVersion === scheduleVersion) return true
  }
}

/** The announcements that a Schedule shows; `shortAt` is when half of them are over, and more are to come. */
function agendaOf(mandate: Mandate, now: Date, { schedule_shows, notice_ms }: MandatePolicy) {
  const isPaused = mandate.state === 'paused'
  const instants: Date[] = []
  if (mandateStates.isTerminal(mandate.state)) return { instants, shortAt: null, isWanted: false }
  for (const { debitAt } of occurrencesOf(mandate.plan, mandate.lastPeriod ?? undefined)) {
    if (instants.length === schedule_shows) break
    if (!isPaused || debitAt > now) instants.push(new Date(debitAt.getTime() - notice_ms))
  }
  const isWhole = instants.length < schedule_shows || isPaused
  const shortAt = isWhole ? null : instants[Math.floor(schedule_shows / 2)]!
  return { instants, shortAt, isWanted: instants.length > 0 }
}

const wantedOf = (mandate: Mandate, instants: readonly Date[], policy: MandatePolicy) => ({
  mandateId: mandate.id,
  customerId: mandate.customerId,
  instants,
  paused: mandate.state === 'paused',
  note:
    mandate.state === 'paused'
      ? `paused: ${mandate.reason}`
      : `announces payments to ${mandate.billerId}; the record decides: GET /v1/mandates/${mandate.id}`,
  jitterMs: policy.jitter_ms,
  catchUpMs: policy.catch_up_ms
})
