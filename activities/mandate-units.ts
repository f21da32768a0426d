import type { EventType } from '../domain/event-types.ts'
import { nextOccurrence, mandateStates, type MandateState } from '../domain/mandate.ts'
import type { Occurrence } from '../domain/calendar.ts'
import type { MandatePolicy } from '../domain/policy/index.ts'
import type { RecordWrite, UnitOfWork } from '../ledger/unit-of-work.ts'
import { toMandateRow, toMandateView, type Mandate } from '../store/mandate.ts'
import type { MandateStart } from './mandate-progress.ts'
import { createRecordWrite } from './record-write.ts'

/** A mandate's record: the version that each of its units names makes all of them come one after the other. */
export const mandateWrite = createRecordWrite({
  kind: 'mandate',
  states: mandateStates,
  owners: ({ customerId }: Mandate) => ({ customerId }),
  view: toMandateView,
  row: toMandateRow
})

export const openMandateUnit = (start: MandateStart, mandate: Mandate): UnitOfWork => ({
  key: `${start.id}:open`,
  fingerprint: start.fingerprint,
  records: [mandateWrite(undefined, mandate, ['active'], { order: start, actor: start.actor })]
})

/** With the occurrence that comes next, and when it is announced. */
export const withNext = (
  mandate: Mandate,
  next: Occurrence | null,
  { notice_ms }: Pick<MandatePolicy, 'notice_ms'>
): Mandate => ({
  ...mandate,
  next: next && {
    period: next.period,
    debitAt: next.debitAt,
    announceAt: new Date(next.debitAt.getTime() - notice_ms)
  }
})

/** Past its next occurrence, which was announced or skipped; what was meant for it alone is used up. */
export function pastNext(mandate: Mandate, policy: Pick<MandatePolicy, 'notice_ms'>): Mandate {
  const lastPeriod = mandate.next!.period
  return withNext({ ...mandate, lastPeriod, amountOnce: null }, nextOccurrence(mandate.plan, lastPeriod), policy)
}

/** Its Schedule has to be made anew. */
export const rescheduled = (mandate: Mandate): Mandate => ({ ...mandate, scheduleVersion: mandate.scheduleVersion + 1 })

/** `completed` where nothing is to come any more and nothing is on its way. */
export function endPath({ state, next, openPayments }: Mandate): MandateState[] {
  return state === 'active' && next === null && openPayments === 0 ? ['completed'] : []
}

/** Written as it is now, and over if nothing is left. */
export function movedOn(before: Mandate, after: Mandate, event: EventType, actor?: string): RecordWrite {
  const path = endPath(after)
  return mandateWrite(before, path.length > 0 ? rescheduled(after) : after, path, { event, actor })
}

/**
 * What the end of one of its payments does to a mandate, in that payment's own unit: failures in a row pause it, a payment
 * that was paid ends the row of them, and the last one completes it. Nothing where the mandate itself is over.
 */
export function afterPayment(
  mandate: Mandate,
  end: 'paid' | 'skipped' | 'canceled' | 'failed',
  { failures_max }: Pick<MandatePolicy, 'failures_max'>
): RecordWrite[] {
  if (mandateStates.isTerminal(mandate.state)) return []
  const failuresInRow = end === 'failed' ? mandate.failuresInRow + 1 : end === 'paid' ? 0 : mandate.failuresInRow
  const after = { ...mandate, openPayments: mandate.openPayments - 1, failuresInRow }
  if (failuresInRow >= failures_max && mandate.state === 'active') {
    const paused = rescheduled({ ...after, next: null, reason: 'payments_failed' })
    return [mandateWrite(mandate, paused, ['paused'])]
  }
  return [movedOn(mandate, after, `mandate.payment_${end}`)]
}
