import {
  isNearListed,
  reviewersFor,
  riskOf,
  type KycReason,
  type KycVerdict,
  type RegistryFinding,
  type ScreeningFinding
} from './kyc-verdict.ts'
import type { Policy } from './policy/index.ts'

/** Everything that a verdict on a business is reached on. No names. */
export interface KybFindings {
  readonly registry: RegistryFinding
  /** The nearest of all that were looked up. */
  readonly screening: ScreeningFinding
  /** How the settlement account's bank compares its holder with the legal name. */
  readonly payee: 'match' | 'close' | 'no_match' | 'closed'
  /** Another merchant has the same number in the same register. */
  readonly duplicate: boolean
  /** ISO 18245, four digits. */
  readonly mcc: string
  /** The representative's, in whole years on the day of the check. */
  readonly age: number
  /** A paper of the representative or of an owner is out of date. */
  readonly document_expired: boolean
}

/**
 * What follows for a business. A machine rejects only what needs no judgement: a category that is not served, a business
 * that the register calls dissolved. The rest is a person's, as it is with customers.
 */
export function kybVerdict(findings: KybFindings, policy: Pick<Policy, 'kyc' | 'kyb'>): KycVerdict {
  const { registry, screening, mcc } = findings
  if (registry.kind === 'more') return { kind: 'collect', items: registry.items }
  const { kyc, kyb } = policy
  const risk = kybRisk(findings, policy)
  if (kyb.mcc_prohibited.includes(mcc)) return { kind: 'reject', risk, reasons: ['prohibited_mcc'] }
  const hit = isNearListed(screening, policy)
  if (registry.kind === 'rejected' && !hit) return { kind: 'reject', risk, reasons: ['registry_rejected'] }
  const reasons = [...(hit ? (['screening'] as const) : []), ...doubtsIn(findings, policy)]
  if (reasons.length === 0 && risk < kyc.risk_review) return { kind: 'approve', risk }
  return { kind: 'review', risk, reviewers: reviewersFor(screening, kyc), reasons }
}

const doubtsIn = (
  { registry, duplicate, payee, age, document_expired, mcc }: KybFindings,
  { kyc, kyb }: Pick<Policy, 'kyc' | 'kyb'>
): KycReason[] => [
  ...(registry.kind === 'clear' || registry.kind === 'more' ? [] : [`registry_${registry.kind}` as const]),
  ...(duplicate ? (['duplicate_business'] as const) : []),
  ...(payee === 'no_match' || payee === 'closed' ? (['payee_mismatch'] as const) : []),
  ...(age < kyc.age_min ? (['under_age'] as const) : []),
  ...(document_expired ? (['document_expired'] as const) : []),
  ...(kyb.mcc_high_risk.includes(mcc) ? (['high_risk_mcc'] as const) : [])
]

function kybRisk(
  { registry, screening, duplicate, payee, mcc }: KybFindings,
  { kyc, kyb }: Pick<Policy, 'kyc' | 'kyb'>
): number {
  const besides =
    (registry.kind === 'clear' ? 0 : kyc.risk_weights.doubt) +
    (duplicate ? kyc.risk_weights.duplicate : 0) +
    (payee === 'close' ? kyb.risk_weights.payee_close : 0) +
    (kyb.mcc_high_risk.includes(mcc) ? kyb.risk_weights.high_risk_mcc : 0)
  return riskOf(screening, besides, kyc)
}
