import type { CurrencyCode } from './currencies.ts'
import type { ProblemCode } from './errors.ts'
import { sourceRefusal, type SourceState } from './funding.ts'
import { limitsFor, type LimitPolicy } from './limits.ts'
import type { TopUpPolicy } from './policy/index.ts'
import {
  ruleFinding,
  strictest,
  structuringFinding,
  type EarlierAmount,
  type RiskFinding,
  type RiskRule
} from './risk.ts'

/** What is known when a top-up is ordered; amounts in minor units of the wallet's currency. */
export interface AcceptanceFacts {
  readonly amount: bigint
  readonly currency: CurrencyCode
  /** False for a customer who is suspended, closing or closed; one who is only registered is stopped by the limit. */
  readonly customerMayPay: boolean
  readonly walletState: 'active' | 'frozen' | 'closed'
  /** Nothing may leave the wallet before a return is paid; the customer pays it by a top-up, a rule of theirs does not. */
  readonly owes: boolean
  /** By the customer's standing rule. */
  readonly automatic: boolean
  /** Whether the bank account or the card may be drawn on. */
  readonly source: SourceState
  /** A kill switch is on for top-ups from this bank, or by card. */
  readonly suspended: boolean
  readonly limitPolicy: LimitPolicy
  /** What the wallet holds, what is held for payments included. */
  readonly posted: bigint
  /** The sum of the wallet's top-ups in `processing`, without this one. */
  readonly onTheWay: bigint
  readonly now: Date
  /** A reviewer has just let it go on: it is not held up again. */
  readonly reviewed: boolean
  /** Those that fit the customer. */
  readonly riskRules: readonly RiskRule[]
  /** The customer's other top-ups of the last days. */
  readonly earlier: readonly EarlierAmount[]
}

export type AcceptanceDecision =
  | { readonly kind: 'accept'; readonly balanceLimit: bigint | null }
  | { readonly kind: 'review'; readonly risk: RiskFinding }
  | { readonly kind: 'decline'; readonly code: ProblemCode; readonly data: Readonly<Record<string, unknown>> }

/**
 * Whether the bank is asked at all, or a reviewer first, on facts read without a lock: the unit of work repeats the balance limit under the
 * lock, so a race can only turn a yes into a no. Once accepted, the limit is never tested again.
 */
export function decideAcceptance(
  facts: AcceptanceFacts,
  policy: Pick<TopUpPolicy, 'limits' | 'risk'>
): AcceptanceDecision {
  const decline = (code: ProblemCode, data: Record<string, unknown> = {}): AcceptanceDecision => ({
    kind: 'decline',
    code,
    data
  })
  if (facts.suspended) return decline('rail_suspended')
  if (facts.walletState === 'closed') return decline('account_closed')
  const unusable = sourceRefusal(facts.source)
  if (unusable) return decline(unusable)
  if (facts.walletState === 'frozen' || !facts.customerMayPay) return decline('wallet_frozen')
  if (facts.automatic && facts.owes) return decline('wallet_frozen')
  const { balance } = limitsFor(facts.limitPolicy, policy, facts.currency)
  if (balance !== null && facts.posted + facts.onTheWay + facts.amount > balance)
    return decline('balance_limit_exceeded', { limit: 'balance' })
  const { risk: rules } = policy
  const risk =
    rules && strictest([ruleFinding(facts.riskRules, facts), structuringFinding(facts, { ...rules, ...policy })])
  if (risk?.outcome === 'block') return decline('risk_blocked', { risk })
  if (risk && !facts.reviewed) return { kind: 'review', risk }
  return { kind: 'accept', balanceLimit: balance }
}
