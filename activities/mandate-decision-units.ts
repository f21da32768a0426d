import type { EventType } from '../domain/event-types.ts'
import type { Occurrence } from '../domain/calendar.ts'
import { occurrenceOf } from '../domain/calendar.ts'
import { Refusal } from '../domain/errors.ts'
import { changeableUntil, leftOf, mandateStates, nextFrom, nextOccurrence } from '../domain/mandate.ts'
import type { MandatePolicy } from '../domain/policy/index.ts'
import type { RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import type { BillPayment } from '../store/bill-payment.ts'
import type { Mandate } from '../store/mandate.ts'
import { billPaymentWrite, endPart } from './bill-payment-units.ts'
import { mandateWrite, movedOn, pastNext, rescheduled, withNext } from './mandate-units.ts'

/** What a decision about a mandate is made on: its record, and the payments that are announced and not begun, oldest first. */
export interface MandateScene {
  readonly mandate: Mandate
  readonly announced: readonly BillPayment[]
  readonly now: Date
  readonly policy: MandatePolicy
  readonly actor: string
}

/** What a customer may set anew; what is left out stays. */
export interface MandateChange {
  readonly amountType?: Mandate['amountType']
  readonly amount?: bigint
  readonly plan?: Partial<Omit<Mandate['plan'], 'from'>>
  readonly latePolicy?: Mandate['latePolicy']
}

type Decided = UnitPart | Refusal

/**
 * No payment is begun while it is paused. What is announced stays so, and is paid if the mandate is resumed in time; its
 * record is written, so that a debit that was about to be made looks at the mandate again.
 */
export function pausedPart(scene: MandateScene): Decided {
  const { mandate, announced, actor } = scene
  if (mandate.state !== 'active') return conflict(mandate)
  const paused = rescheduled({ ...mandate, next: null, reason: 'customer' })
  return (
    tooLate(scene) ??
    together(
      mandateWrite(mandate, paused, ['paused'], { actor }),
      announced.map((payment) => touched(payment, 'bill_payment.mandate_paused', actor))
    )
  )
}

/** Goes on with what is debited from now on: what was to be paid meanwhile is not made up for. */
export function resumedPart(scene: MandateScene): Decided {
  const { mandate, announced, now, policy, actor } = scene
  if (mandate.state !== 'paused') return conflict(mandate)
  const next = nextFrom(mandate.plan, mandate.lastPeriod, now)
  const resumed = rescheduled(withNext({ ...mandate, reason: null, failuresInRow: 0 }, next, policy))
  const isOver = next === null && mandate.openPayments === 0
  return together(
    mandateWrite(mandate, resumed, isOver ? ['active', 'completed'] : ['active'], { actor }),
    announced.map((payment) => touched(payment, 'bill_payment.mandate_resumed', actor))
  )
}

/** The next one is not paid, be it announced already or not. @param period of the one that is meant */
export function skippedPart(scene: MandateScene, period: string | undefined): Decided {
  const { mandate, announced, policy, actor } = scene
  const refusal = notNext(scene, period)
  if (refusal) return refusal
  const [payment] = announced
  if (payment) {
    const after = { ...mandate, openPayments: mandate.openPayments - 1 }
    return together(movedOn(mandate, after, 'mandate.skipped', actor), [endPart(payment, 'skipped', null, actor)])
  }
  return { records: [movedOn(mandate, rescheduled(pastNext(mandate, policy)), 'mandate.skipped', actor)] }
}

/** Another amount, or another cap, of the next one alone. */
export function changedNextPart(scene: MandateScene, amount: bigint, period: string | undefined): Decided {
  const { mandate, announced, actor } = scene
  const refusal = notNext(scene, period)
  if (refusal) return refusal
  const [payment] = announced
  if (!payment) {
    const changed = { ...mandate, amountOnce: amount }
    return { records: [mandateWrite(mandate, changed, [], { event: 'mandate.next_changed', actor })] }
  }
  const changed = billPaymentWrite(payment, withAmount(payment, amount), [], {
    event: 'bill_payment.amount_changed',
    actor
  })
  return together(mandateWrite(mandate, mandate, [], { event: 'mandate.next_changed', actor }), [
    { records: [changed] }
  ])
}

/** Nothing is announced any more, and what is announced is not paid; what has begun goes on. */
export function canceledPart(scene: MandateScene): Decided {
  const { mandate, announced, actor } = scene
  if (mandateStates.isTerminal(mandate.state)) return conflict(mandate)
  const openPayments = mandate.openPayments - announced.length
  const canceled = rescheduled({ ...mandate, next: null, openPayments })
  return (
    (mandate.state === 'active' ? tooLate(scene) : undefined) ??
    together(
      mandateWrite(mandate, canceled, ['canceled'], { actor }),
      announced.map((payment) => endPart(payment, 'canceled', null, actor))
    )
  )
}

/**
 * Another rule, amount or policy. What is announced follows it where the new rule has the same date, and is canceled
 * where it has not; after it, or after what was last paid, the new rule counts.
 */
export function changedPart(scene: MandateScene, change: MandateChange): Decided {
  const { mandate, announced, now, policy, actor } = scene
  if (mandateStates.isTerminal(mandate.state)) return conflict(mandate)
  const late = tooLate(scene)
  if (late) return late
  const { plan, ...rest } = change
  const isReplanned = plan !== undefined
  // What is announced and not begun is counted again: it is kept, or another date takes its place.
  const left = leftOf(mandate.plan, mandate.lastPeriod)
  const count = left === null ? null : left + announced.length
  const replanned = isReplanned ? { ...mandate.plan, count, ...defined(plan), from: now } : mandate.plan
  const changed: Mandate = { ...mandate, ...defined(rest), plan: replanned }
  const moves = announced.map((payment) => moved(payment, changed, mandate, isReplanned))
  const openPayments = mandate.openPayments - moves.filter(({ to }) => to === 'canceled').length
  const next = mandate.state === 'paused' ? null : nextOccurrence(changed.plan, changed.lastPeriod)
  const amountOnce = isReplanned || change.amount !== undefined ? null : mandate.amountOnce
  const after = withNext({ ...changed, openPayments, amountOnce }, next, policy)
  if (mandate.state === 'active' && next === null && openPayments === 0)
    return new Refusal('mandate_without_occurrences')
  return together(
    mandateWrite(mandate, rescheduled(after), [], { event: 'mandate.changed', actor }),
    moves.map(({ payment, after, to }) =>
      to === 'canceled'
        ? endPart(payment, 'canceled', null, actor)
        : { records: [billPaymentWrite(payment, after, [], { event: 'bill_payment.mandate_changed', actor })] }
    )
  )
}

/** What becomes of an announced payment under another rule or amount. */
function moved(payment: BillPayment, changed: Mandate, before: Mandate, isReplanned: boolean) {
  const there = isReplanned ? announcedUnder(changed, payment) : { debitAt: payment.debitAt }
  if (!there) return { payment, after: payment, to: 'canceled' as const }
  // What was changed for this one alone stays.
  const followed = (payment.amount ?? payment.cap) === before.amount && changed.amountType === before.amountType
  const dated = { ...payment, debitAt: there.debitAt, latePolicy: changed.latePolicy }
  return { payment, after: followed ? withAmount(dated, changed.amount) : dated, to: 'kept' as const }
}

const announcedUnder = ({ plan }: Mandate, { period }: BillPayment): Occurrence | undefined =>
  occurrenceOf(plan, period!)

/** The amount where it is fixed, the cap where the bill says it. */
const withAmount = (payment: BillPayment, amount: bigint): BillPayment =>
  payment.cap === null ? { ...payment, amount } : { ...payment, cap: amount }

const touched = (payment: BillPayment, event: EventType, actor: string): UnitPart => ({
  records: [billPaymentWrite(payment, payment, [], { event, actor })]
})

/** The mandate's record and its payments', all or none. */
const together = (mandate: RecordWrite, parts: readonly UnitPart[]): UnitPart => ({
  guards: parts.flatMap(({ guards = [] }) => guards),
  records: [mandate, ...parts.flatMap(({ records = [] }) => records)]
})

const conflict = ({ state }: Mandate): Refusal => new Refusal('state_conflict', { state })

/** Why the next one cannot be decided on; undefined: it can. */
function notNext(scene: MandateScene, wanted: string | undefined): Refusal | undefined {
  const { mandate, announced } = scene
  const period = announced[0]?.period ?? mandate.next?.period
  if (mandate.state !== 'active' || period === undefined) return conflict(mandate)
  if (wanted !== undefined && wanted !== period) return new Refusal('state_conflict', { next_period: period })
  return tooLate(scene)
}

/** From 23:59 of the day before a debit until it has begun it is too late for changes. */
function tooLate({ mandate, announced, now }: MandateScene): Refusal | undefined {
  // What waits for approval is not debited without it.
  const certain = announced.filter(({ state }) => state === 'announced')
  const debits = [...certain.map(({ debitAt }) => debitAt), ...(mandate.next ? [mandate.next.debitAt] : [])]
  const [first] = debits.sort((one, other) => one.getTime() - other.getTime())
  const until = first && changeableUntil(first, mandate.plan.zone)
  if (until === undefined || now <= until) return undefined
  return new Refusal('too_late_to_change', { until: until.toISOString(), debit_at: first!.toISOString() })
}

const defined = <T extends object>(given: T | undefined): Partial<T> =>
  Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>
