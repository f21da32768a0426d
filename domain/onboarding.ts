import { defineStates } from './transitions.ts'

export type OnboardingState =
  'collecting' | 'verifying' | 'in_review' | 'approved' | 'rejected' | 'expired' | 'withdrawn'

/** An application's life (ARCHITECTURE.md, "States"), of a customer for the first tier and for each higher one, and of a business. */
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

/** What may be asked of a business, by the names that requirements have. */
export const kybItems = [
  'business_profile',
  'registration_document',
  'beneficial_owners',
  'representative',
  'settlement_account',
  'terms'
] as const
export type KybItem = (typeof kybItems)[number]

/** Whether an application is a business's: what is asked, what is checked and what follows differ; the rest is the same. */
export const isOfBusiness = <Of extends { readonly order: object }>(
  start: Of
): start is Extract<Of, { readonly order: { readonly merchant_id: string } }> => 'merchant_id' in start.order

export type OnboardingItem = KycItem | KybItem
const allItems: readonly OnboardingItem[] = [...kycItems, ...kybItems]

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
  /** Null: it is a business that applies, to be paid. */
  readonly targetTier: TargetTier | null
  readonly purpose: OnboardingPurpose
  readonly extra: readonly OnboardingItem[]
}

/** What is still missing, in the order of `kycItems` and `kybItems`; a periodic review asks for nothing that a reviewer does not want. */
export function missingItems(
  { targetTier, purpose, extra }: Wanted,
  given: readonly OnboardingItem[]
): OnboardingItem[] {
  const always = targetTier === null ? kybItems : asked[targetTier]
  const wanted = new Set<OnboardingItem>([...(purpose === 'application' ? always : []), ...extra])
  return allItems.filter((item) => wanted.has(item) && !given.includes(item))
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
