import { defineStates } from './transitions.ts'

export type OnboardingState =
  'collecting' | 'verifying' | 'in_review' | 'approved' | 'rejected' | 'expired' | 'withdrawn'

/** An application's life (ARCHITECTURE.md, "States"), for the first tier and for each higher one. */
export const onboardingStates = defineStates<OnboardingState>({
  start: ['collecting'],
  collecting: ['verifying', 'expired', 'withdrawn'],
  verifying: ['collecting', 'in_review', 'approved', 'rejected'],
  in_review: ['approved', 'rejected', 'collecting']
})

/** What may be asked of a customer, by the names that requirements have. */
export const kycItems = [
  'contact',
  'name',
  'birth_date',
  'document',
  'selfie',
  'address',
  'source_of_funds',
  'proof_of_address'
] as const
export type KycItem = (typeof kycItems)[number]

export type TargetTier = 1 | 2 | 3

/** `periodic_review`: begun by us, because the name of a customer whom we know has come near a listed one. */
export type OnboardingPurpose = 'application' | 'periodic_review'

const asked: Readonly<Record<TargetTier, readonly KycItem[]>> = {
  1: ['contact', 'name', 'birth_date', 'document', 'selfie'],
  2: ['contact', 'name', 'birth_date', 'document', 'selfie', 'address', 'source_of_funds'],
  3: ['contact', 'name', 'birth_date', 'document', 'selfie', 'address', 'source_of_funds', 'proof_of_address']
}

/** What an application is for, and what a provider or a reviewer asked for besides. */
export interface Wanted {
  readonly targetTier: TargetTier
  readonly purpose: OnboardingPurpose
  readonly extra: readonly KycItem[]
}

/** What is still missing, in the order of `kycItems`; a periodic review asks for nothing that a reviewer does not want. */
export function missingItems({ targetTier, purpose, extra }: Wanted, given: readonly KycItem[]): KycItem[] {
  const wanted = new Set([...(purpose === 'application' ? asked[targetTier] : []), ...extra])
  return kycItems.filter((item) => wanted.has(item) && !given.includes(item))
}

export interface RequirementPlan {
  /** Milliseconds after the application began to collect: when the customer is reminded. */
  readonly reminders_ms: readonly number[]
  /** When it is over. */
  readonly collect_ms: number
}

/** What comes next while items are missing: the reminder with that number (from 1), or the end. Milliseconds after the beginning. */
export function nextOfCollecting(
  remindersSent: number,
  plan: RequirementPlan
): { readonly kind: 'remind' | 'expire'; readonly atMs: number } {
  const reminder = plan.reminders_ms[remindersSent]
  return reminder !== undefined && reminder < plan.collect_ms
    ? { kind: 'remind', atMs: reminder }
    : { kind: 'expire', atMs: plan.collect_ms }
}
