import type { KybItem, KycItem, OnboardingItem, TargetTier } from './onboarding.ts'
import type { Policy } from './policy/index.ts'

/** What a bureau said of what it was shown; `silent`: nothing, in all the time it had. */
export type BureauFinding<Item extends OnboardingItem> =
  | { readonly kind: 'clear' }
  | { readonly kind: 'doubtful' | 'rejected'; readonly reasons: readonly string[] }
  | { readonly kind: 'more'; readonly items: readonly Item[] }
  | { readonly kind: 'silent' }

/** Of document and face. */
export type IdentityFinding = BureauFinding<KycItem>
/** Of a business in the register. */
export type RegistryFinding = BureauFinding<KybItem>

export interface ScreeningFinding {
  readonly list_version: string
  /** 0 to 1: how like the nearest name on a list. */
  readonly score: number
  readonly lists: readonly ('sanctions' | 'pep')[]
  /** Of a business: each of its names and people that was looked up, by what they are to it. */
  readonly parties?: readonly { readonly party: string; readonly score: number }[]
}

/** What a periodic review is decided on. */
export type ReviewFindings = Pick<KycFindings, 'screening'>

/** Everything that a verdict is reached on. No names: who it is like stays with the list's keeper. */
export interface KycFindings {
  readonly identity: IdentityFinding
  readonly screening: ScreeningFinding
  /** Whole years on the day of the check, where the customer lives. */
  readonly age: number
  /** Another customer has the same name and birth date, or the same document. */
  readonly duplicate: boolean
}

export type KycReason =
  | 'tier_by_decision'
  | 'identity_rejected'
  | 'identity_doubtful'
  | 'identity_silent'
  | 'screening'
  | 'duplicate_person'
  | 'under_age'
  // Of businesses.
  | 'registry_rejected'
  | 'registry_doubtful'
  | 'registry_silent'
  | 'duplicate_business'
  | 'payee_mismatch'
  | 'document_expired'
  | 'prohibited_mcc'
  | 'high_risk_mcc'

export type KycVerdict =
  | { readonly kind: 'approve'; readonly risk: number }
  /** `reasons` are for operators alone. */
  | { readonly kind: 'reject'; readonly risk: number; readonly reasons: readonly KycReason[] }
  | { readonly kind: 'collect'; readonly items: readonly OnboardingItem[] }
  | {
      readonly kind: 'review'
      readonly risk: number
      readonly reviewers: 1 | 2
      readonly reasons: readonly KycReason[]
    }

/**
 * What follows from the findings. A machine rejects only what needs no judgement (under age, a document that the bureau
 * calls forged or expired); whatever is like a listed name, in doubt, or risky is a person's to decide: one reviewer, or two
 * where the likeness is near certain, to clear it as much as to reject it. Tier 3 is always the decision of two.
 */
export function kycVerdict(
  findings: KycFindings,
  { kyc }: Pick<Policy, 'kyc'>,
  targetTier: TargetTier = 1
): KycVerdict {
  const { identity, screening, age, duplicate } = findings
  if (identity.kind === 'more') return { kind: 'collect', items: identity.items }
  const risk = kycRisk(findings, kyc)
  if (age < kyc.age_min) return { kind: 'reject', risk, reasons: ['under_age'] }
  const hit = isNearListed(screening, { kyc })
  if (identity.kind === 'rejected' && !hit) return { kind: 'reject', risk, reasons: ['identity_rejected'] }
  const reasons: KycReason[] = [
    ...(hit ? (['screening'] as const) : []),
    ...(identity.kind === 'rejected' ? (['identity_rejected'] as const) : []),
    ...(identity.kind === 'doubtful' ? (['identity_doubtful'] as const) : []),
    ...(identity.kind === 'silent' ? (['identity_silent'] as const) : []),
    ...(duplicate ? (['duplicate_person'] as const) : []),
    ...(targetTier === 3 ? (['tier_by_decision'] as const) : [])
  ]
  if (reasons.length === 0 && risk < kyc.risk_review) return { kind: 'approve', risk }
  const reviewers = targetTier === 3 ? 2 : reviewersFor(screening, kyc)
  return { kind: 'review', risk, reviewers, reasons }
}

/** What follows for somebody who is a customer already: a name that is not near a listed one says nothing. */
export function screeningVerdict(screening: ScreeningFinding, { kyc }: Pick<Policy, 'kyc'>): KycVerdict {
  const risk = Math.min(100, Math.round(kyc.risk_weights.likeness * screening.score))
  if (!isNearListed(screening, { kyc })) return { kind: 'approve', risk }
  return { kind: 'review', risk, reviewers: reviewersFor(screening, kyc), reasons: ['screening'] }
}

/** Whether the name is so like a listed one that a reviewer has to look. */
export const isNearListed = ({ score }: Pick<ScreeningFinding, 'score'>, { kyc }: Pick<Policy, 'kyc'>): boolean =>
  toBps(score) >= kyc.screening_review_bps

/** One, or two where the likeness is near certain. */
export const reviewersFor = ({ score }: ScreeningFinding, kyc: Policy['kyc']): 1 | 2 =>
  toBps(score) >= kyc.screening_two_reviewers_bps ? 2 : 1

function kycRisk({ identity, screening, age, duplicate }: KycFindings, kyc: Policy['kyc']): number {
  const { doubt, duplicate: twice, young } = kyc.risk_weights
  const besides = (identity.kind === 'clear' ? 0 : doubt) + (duplicate ? twice : 0) + (age < 21 ? young : 0)
  return riskOf(screening, besides, kyc)
}

/** 0 to 100; the weights are policy. @param besides what else was found, in the same points. */
export function riskOf(
  screening: ScreeningFinding,
  besides: number,
  { risk_weights, screening_noise_bps }: Policy['kyc']
): number {
  const { likeness, politically_exposed } = risk_weights
  const alike = toBps(screening.score) >= screening_noise_bps
  const risk =
    (alike ? likeness * screening.score : 0) +
    (alike && screening.lists.includes('pep') ? politically_exposed : 0) +
    besides
  return Math.min(100, Math.round(risk))
}

export const toBps = (score: number): number => Math.round(score * 10_000)

/** Whole years between a birth date and a day, both `YYYY-MM-DD`; who was born on 29 February has their birthday on 1 March. */
export function ageOn(day: string, birthDate: string): number {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const [bornYear = 0, bornMonth = 0, bornDate = 0] = birthDate.split('-').map(Number)
  const hadBirthday = month > bornMonth || (month === bornMonth && date >= bornDate)
  return year - bornYear - (hadBirthday ? 0 : 1)
}

/** What the reviewers have said so far: decided when as many different ones agree as are needed. */
export function reviewOutcome(
  verdicts: readonly { readonly actor: string; readonly verdict: 'approve' | 'reject' }[],
  reviewers: 1 | 2
): 'approve' | 'reject' | undefined {
  const agreeing = (verdict: 'approve' | 'reject') =>
    new Set(verdicts.filter((each) => each.verdict === verdict).map(({ actor }) => actor)).size
  if (agreeing('reject') >= reviewers) return 'reject'
  return agreeing('approve') >= reviewers ? 'approve' : undefined
}
