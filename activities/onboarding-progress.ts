import type { Accepted, BusinessOrder, OnboardingOrder, Progress, Start } from '../domain/orders.ts'
import { missingItems, nextOfCollecting, type OnboardingState } from '../domain/onboarding.ts'
import type { BusinessPolicy, OnboardingPolicy } from '../domain/policy/index.ts'
import type { Onboarding } from '../store/onboarding.ts'

export type CustomerStart = Start<OnboardingOrder, OnboardingPolicy>
export type BusinessStart = Start<BusinessOrder, BusinessPolicy>
export type OnboardingStart = CustomerStart | BusinessStart

/** What happens at `deadline` if nobody does anything before. */
export type OnboardingNext = 'remind' | 'expire' | 'remind_reviewer' | 'escalate'

/** Instants are RFC 3339 in business time. */
export interface OnboardingProgress extends Progress<OnboardingState> {
  /** How many things are missing: none, and it can be verified. */
  readonly missing: number
  readonly next?: OnboardingNext
  readonly verifying_since?: string
}

export type OnboardingAccepted = Accepted<OnboardingProgress>

const after = (since: Date, ms: number): string => new Date(since.getTime() + ms).toISOString()

export function toOnboardingProgress(onboarding: Onboarding, { policy }: OnboardingStart): OnboardingProgress {
  const { id, state, version, verifyingSince } = onboarding
  const missing = missingItems(onboarding, onboarding.given).length
  return {
    id,
    state,
    version,
    missing,
    ...(verifyingSince && { verifying_since: verifyingSince.toISOString() }),
    ...waitOf(onboarding, policy)
  }
}

/** What the state runs into by itself, and when. */
function waitOf(
  { state, collectingSince, reviewSince, reminders }: Onboarding,
  { kyc }: OnboardingStart['policy']
): { readonly next: OnboardingNext; readonly deadline: string } | undefined {
  if (state === 'collecting') {
    const { kind, atMs } = nextOfCollecting(reminders, kyc)
    return { next: kind, deadline: after(collectingSince, atMs) }
  }
  if (state !== 'in_review' || reviewSince === null || reminders > 1) return undefined
  return reminders === 0
    ? { next: 'remind_reviewer', deadline: after(reviewSince, kyc.review_reminder_ms) }
    : { next: 'escalate', deadline: after(reviewSince, kyc.review_escalation_ms) }
}
