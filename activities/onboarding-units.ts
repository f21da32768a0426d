import { Refusal } from '../domain/errors.ts'
import type { EventType } from '../domain/event-types.ts'
import { sameDigits } from '../domain/ids.ts'
import { reviewOutcome, screeningVerdict, type KycVerdict, type ScreeningFinding } from '../domain/kyc-verdict.ts'
import { onboardingStates, type OnboardingItem, type OnboardingState } from '../domain/onboarding.ts'
import type { Guard, UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import { toOnboardingRow, toOnboardingView, type KycReview, type Onboarding } from '../store/onboarding.ts'
import type { OwnerChange } from '../store/onboarding-writer.ts'
import type { TaskMove } from '../store/task.ts'
import type { OnboardingStart } from './onboarding-progress.ts'
import { createRecordWrite, type WriteExtra } from './record-write.ts'

/** An application's units; no money moves in any of them. */
export const onboardingUnits = (start: OnboardingStart) => ({ ...collectingUnits(start), ...reviewUnits(start) })

function collectingUnits(start: OnboardingStart) {
  const { write, over } = recordWrites(start)
  return {
    open: (onboarding: Onboarding): UnitOfWork => ({
      key: `${start.id}:open`,
      fingerprint: start.fingerprint,
      guards: [openCount(onboarding, 1n)],
      records: [write(undefined, onboarding, ['collecting'], { actor: start.actor })]
    }),

    /** The record of an application that came while another one was open. */
    superfluous: (onboarding: Onboarding): UnitOfWork => ({
      key: `${start.id}:superfluous`,
      fingerprint: start.fingerprint,
      records: [write(undefined, onboarding, ['collecting', 'withdrawn'], { actor: start.actor })]
    }),

    submitted: (onboarding: Onboarding, items: readonly OnboardingItem[], actor: string): UnitPart | Refusal => {
      if (onboarding.state !== 'collecting') return new Refusal('state_conflict', { state: onboarding.state })
      const given = [...new Set([...onboarding.given, ...items])]
      return { records: [write(onboarding, { ...onboarding, given }, [], { event: 'onboarding.submitted', actor })] }
    },

    withdrawn: (onboarding: Onboarding, actor: string): UnitPart | Refusal =>
      onboarding.state === 'collecting' && onboarding.purpose === 'application'
        ? over(onboarding, onboarding, 'withdrawn', actor)
        : new Refusal('state_conflict', { state: onboarding.state }),

    expired: (onboarding: Onboarding): UnitPart => over(onboarding, onboarding, 'expired'),

    /** Somebody was reminded: the customer of what is missing, or, with a clock, the reviewers of the application. */
    reminded: (onboarding: Onboarding, event: EventType, clock?: 'reminded' | 'escalated'): UnitPart => ({
      records: [write(onboarding, { ...onboarding, reminders: onboarding.reminders + 1 }, [], { event, clock })]
    }),

    verifying: (onboarding: Onboarding, now: Date): UnitPart => ({
      records: [write(onboarding, { ...onboarding, verifyingSince: now }, ['verifying'])]
    })
  }
}

function reviewUnits(start: OnboardingStart) {
  const { write, over } = recordWrites(start)
  const units = {
    /** A periodic review weighs the lists alone; undefined: it has moved on. */
    screened: (onboarding: Onboarding, screening: ScreeningFinding, now: Date): UnitPart | undefined =>
      onboarding.state === 'verifying'
        ? units.concluded(
            onboarding,
            { findings: { screening }, verdict: screeningVerdict(screening, start.policy) },
            now
          )
        : undefined,

    concluded: (
      onboarding: Onboarding,
      { findings, verdict }: { findings: NonNullable<Onboarding['findings']>; verdict: KycVerdict },
      now: Date
    ): UnitPart => {
      const known = { ...onboarding, findings, verdict, reminders: 0 }
      if (verdict.kind === 'approve') return over(onboarding, known, 'approved')
      if (verdict.kind === 'reject') return over(onboarding, known, 'rejected')
      if (verdict.kind === 'collect')
        return { records: [write(onboarding, again(known, verdict.items, now), ['collecting'])] }
      const { reviewers, reasons, risk } = verdict
      const task = {
        id: sameDigits('tsk', onboarding.id),
        kind: 'kyc_review',
        data: { reviewers, reasons, risk },
        clock: { remind_ms: start.policy.kyc.review_reminder_ms, due_ms: start.policy.kyc.review_escalation_ms }
      } as const
      const change: OwnerChange | undefined = onboarding.purpose === 'periodic_review' ? { suspend: true } : undefined
      const reviewed = { ...known, reviewSince: now, reviews: [] }
      return { records: [write(onboarding, reviewed, ['in_review'], { task, change })] }
    },

    /** A reviewer's word; it decides once as many agree as are needed. */
    reviewed: (onboarding: Onboarding, review: KycReview): UnitPart | Refusal => {
      const { state, verdict, reviews } = onboarding
      if (state !== 'in_review' || verdict?.kind !== 'review') return new Refusal('state_conflict', { state })
      if (reviews.some(({ actor }) => actor === review.actor)) return new Refusal('four_eyes_required')
      const after = { ...onboarding, reviews: [...reviews, review] }
      const outcome = reviewOutcome(after.reviews, verdict.reviewers)
      const { actor } = review
      if (outcome === undefined)
        return { records: [write(onboarding, after, [], { event: 'onboarding.reviewed', actor })] }
      return over(onboarding, after, outcome === 'approve' ? 'approved' : 'rejected', actor)
    },

    /** A reviewer wants to see more. */
    asked: (onboarding: Onboarding, items: readonly OnboardingItem[], actor: string, now: Date): UnitPart | Refusal =>
      onboarding.state === 'in_review'
        ? {
            records: [
              write(onboarding, again({ ...onboarding, reminders: 0 }, items, now), ['collecting'], {
                actor,
                clock: 'paused'
              })
            ]
          }
        : new Refusal('state_conflict', { state: onboarding.state })
  }
  return units
}

/** The record's writes, and the end of it. */
function recordWrites(start: OnboardingStart) {
  const { kyc } = start.policy

  const onboardingWrite = createRecordWrite({
    kind: 'onboarding',
    states: onboardingStates,
    owners: ({ customerId, merchantId }: Onboarding) => ({
      ...(customerId !== null && { customerId }),
      ...(merchantId !== null && { merchantId })
    }),
    view: (onboarding) => toOnboardingView(onboarding, kyc.collect_ms),
    row: toOnboardingRow,
    tasks: true
  })

  const write = (
    before: Onboarding | undefined,
    after: Onboarding,
    path: readonly OnboardingState[],
    {
      change,
      clock,
      ...extra
    }: WriteExtra & Pick<TaskMove, 'clock'> & { readonly change?: OwnerChange | undefined } = {}
  ) =>
    onboardingWrite(before, after, path, {
      ...extra,
      order: before === undefined ? start : undefined,
      row: { ...(change && { change }), ...(clock && { clock }) }
    })

  const over = (before: Onboarding, after: Onboarding, to: OnboardingState, actor?: string): UnitPart => ({
    guards: [openCount(before, -1n)],
    records: [write(before, after, [to], { actor, change: to === 'approved' ? approvalOf(after) : undefined })]
  })

  return { write, over }
}

/** An application raises its customer, or lets its merchant be paid; a review that clears lifts what it began with. */
const approvalOf = ({ purpose, targetTier }: Onboarding): OwnerChange => {
  if (purpose === 'periodic_review') return { lift: true }
  return targetTier === null ? { activate: true } : { tier: targetTier }
}

/** One open application a customer or merchant, and one open review: the counter is moved with the first unit, and given back with the last. */
const openCount = ({ customerId, merchantId, purpose }: Onboarding, add: bigint): Guard => ({
  kind: 'counter',
  counter: `onboarding/${customerId ?? merchantId}/${purpose === 'application' ? 'open' : 'review'}`,
  add,
  ...(add > 0n && { max: 1n }),
  code: 'state_conflict',
  data: { reason: 'another_is_open' }
})

/** Back to collecting: these things, whether they were given before or not. */
const again = (onboarding: Onboarding, items: readonly OnboardingItem[], now: Date): Onboarding => ({
  ...onboarding,
  given: onboarding.given.filter((item) => !items.includes(item)),
  extra: [...new Set([...onboarding.extra, ...items])],
  collectingSince: now,
  reviews: []
})
