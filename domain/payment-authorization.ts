import type { CurrencyCode } from './currencies.ts'
import type { ProblemCode } from './errors.ts'
import { sourceRefusal, type SourceState } from './funding.ts'
import type { LimitPolicy, Limits } from './limits.ts'
import { limitsFor } from './limits.ts'
import type { PaymentOrder } from './orders.ts'
import type { OwnLimits } from './own-limits.ts'
import type { PaymentPolicy } from './policy/index.ts'
import { UNLIMITED } from './policy/limits.ts'
import { ruleFinding, type RiskFinding, type RiskRule } from './risk.ts'
import { stepUpRequired, type StepUpInput, type StepUpRule } from './step-up.ts'

/** What is known when a payment is to be authorized; amounts in minor units of the wallet's currency. */
export interface AuthorizationFacts {
  readonly amount: bigint
  readonly currency: CurrencyCode
  readonly customerActive: boolean
  readonly walletState: 'active' | 'frozen' | 'closed'
  readonly merchantActive: boolean
  /** A kill switch is on for payments of this rail. */
  readonly suspended: boolean
  readonly limitPolicy: LimitPolicy
  readonly ownLimits: OwnLimits
  /** Whether the bank account or the card may be drawn on; absent: the balance is. */
  readonly source?: SourceState
  readonly available: bigint
  readonly usedToday: bigint
  readonly usedThisMonth: bigint
  readonly sinceStepUp: StepUpInput['sinceStepUp']
  readonly recent: StepUpInput['recent']
  readonly deviceAgeMs?: StepUpInput['deviceAgeMs']
  /** The customer has just confirmed this payment, to this payee. */
  readonly confirmed: boolean
  /** It has just been ordered; only then is it held up for a reviewer. */
  readonly isNew: boolean
  /** Those that fit customer and payees. */
  readonly riskRules: readonly RiskRule[]
  /** The customer's payments authorized within the velocity's window, without this one. */
  readonly paidLately: number
}

export type AuthorizationDecision =
  | { readonly kind: 'authorize'; readonly limits: Limits }
  | { readonly kind: 'confirm'; readonly limits: Limits; readonly rules: readonly StepUpRule[] }
  | { readonly kind: 'review'; readonly limits: Limits; readonly risk: RiskFinding }
  | { readonly kind: 'decline'; readonly code: ProblemCode; readonly data: Readonly<Record<string, unknown>> }

/**
 * Whether the payment is authorized, has to be looked at or confirmed first, or is declined, on facts read without a lock:
 * the unit of work repeats limits, velocity and funds under the lock, so a race can only turn a yes into a no.
 */
export function decideAuthorization(facts: AuthorizationFacts, policy: PaymentPolicy): AuthorizationDecision {
  const limits = limitsFor(facts.limitPolicy, policy, facts.currency, facts.ownLimits)
  const refused = refusalOf(facts, limits, policy)
  if (refused) return { kind: 'decline', ...refused }
  const risk = ruleFinding(facts.riskRules, facts)
  if (risk?.outcome === 'block') return { kind: 'decline', code: 'risk_blocked', data: { risk } }
  if (risk && facts.isNew && policy.risk) return { kind: 'review', limits, risk }
  const { required, rules } = stepUpRequired(facts, policy)
  if (required && !facts.confirmed) return { kind: 'confirm', limits, rules }
  return { kind: 'authorize', limits }
}

/** For how long the device is known that the order came from, in milliseconds. */
export const deviceAgeMs = ({ device_known_since: since }: PaymentOrder, now: Date): number | undefined =>
  since === undefined ? undefined : now.getTime() - Date.parse(since)

function refusalOf(
  facts: AuthorizationFacts,
  limits: Limits,
  policy: PaymentPolicy
): { code: ProblemCode; data: Record<string, string> } | undefined {
  if (facts.suspended) return { code: 'rail_suspended', data: {} }
  if (facts.walletState === 'closed') return { code: 'account_closed', data: {} }
  const unusable = sourceRefusal(facts.source)
  if (unusable) return { code: unusable, data: {} }
  if (facts.walletState === 'frozen' || !facts.customerActive) return { code: 'wallet_frozen', data: {} }
  if (!facts.merchantActive) return { code: 'payee_unavailable', data: {} }
  const passed = (limit: bigint | null, used: bigint) => limit !== null && used + facts.amount > limit
  if (passed(limits.perPayment, 0n)) return { code: 'limit_exceeded', data: { limit: 'payment' } }
  if (passed(limits.perDay, facts.usedToday)) return { code: 'limit_exceeded', data: { limit: 'day' } }
  if (passed(limits.perMonth, facts.usedThisMonth)) return { code: 'limit_exceeded', data: { limit: 'month' } }
  const most = facts.limitPolicy === UNLIMITED ? undefined : policy.risk?.payment_velocity.max
  if (most !== undefined && facts.paidLately >= most) return { code: 'velocity_exceeded', data: { limit: 'payments' } }
  if (facts.source === undefined && facts.available < facts.amount) return { code: 'insufficient_funds', data: {} }
  return undefined
}
