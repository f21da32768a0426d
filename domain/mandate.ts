import { occurrencesOf, type Occurrence, type Plan } from './calendar.ts'
import { addDays, fromDate, instantAt, localDateOf, toDate } from './local-time.ts'
import { defineStates } from './transitions.ts'

export type MandateState = 'active' | 'paused' | 'completed' | 'canceled' | 'failed'

/** A mandate's life: what it pays are bill payments of their own. */
export const mandateStates = defineStates<MandateState>({
  start: ['active'],
  active: ['paused', 'completed', 'canceled', 'failed'],
  paused: ['active', 'canceled', 'failed']
})

/** What is done about an occurrence that the system has missed. */
export type LateDecision = 'on_time' | 'pay_late' | 'skip' | 'ask' | 'missed'

interface LatePolicyNumbers {
  readonly late_after_ms: number
  readonly catch_up_ms: number
}

/** Whether an occurrence is announced in time, and if not what its mandate wants then; what is too old is never made up for. */
export function lateDecision(
  { debitAt }: Pick<Occurrence, 'debitAt'>,
  wanted: 'pay_late' | 'skip' | 'ask',
  now: Date,
  { late_after_ms, catch_up_ms }: LatePolicyNumbers
): LateDecision {
  const lateMs = now.getTime() - debitAt.getTime()
  if (lateMs <= late_after_ms) return 'on_time'
  return lateMs > catch_up_ms ? 'missed' : wanted
}

/** The first occurrence after a period; null: there is none any more. */
export function nextOccurrence(plan: Plan, after: string | null): Occurrence | null {
  for (const occurrence of occurrencesOf(plan, after ?? undefined)) return occurrence
  return null
}

/** What a paused mandate goes on with: nothing that was to be paid meanwhile. */
export function nextFrom(plan: Plan, after: string | null, now: Date): Occurrence | null {
  for (const occurrence of occurrencesOf(plan, after ?? undefined)) if (occurrence.debitAt > now) return occurrence
  return null
}

/** How many dates of a plan are left after a period; null: no count was set. */
export function leftOf(plan: Plan, after: string | null): number | null {
  if (plan.count === null) return null
  let left = 0
  for (const _ of occurrencesOf(plan, after ?? undefined)) left += 1
  return left
}

/** Until when a debit can be changed: 23:59 of the day before, where the customer lives. */
export const changeableUntil = (debitAt: Date, zone: string): Date =>
  instantAt(fromDate(addDays(toDate(localDateOf(debitAt, zone)), -1)), '23:59', zone)

/** A mandate's Schedule as its record wants it, whole. */
export interface MandateScheduleWanted {
  readonly mandateId: string
  readonly customerId: string
  /** When it wakes: the next announcements. */
  readonly instants: readonly Date[]
  readonly paused: boolean
  /** What operators read beside it. No personal data. */
  readonly note: string
  readonly jitterMs: number
  readonly catchUpMs: number
}
