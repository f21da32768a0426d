import { addBusinessDays } from './business-days.ts'
import type { CurrencyCode } from './currencies.ts'
import type { ProblemCode } from './errors.ts'
import { sourceRefusal, type SourceState } from './funding.ts'
import { limitsFor, type LimitPolicy, type Limits } from './limits.ts'
import type { OwnLimits } from './own-limits.ts'
import { UNLIMITED } from './policy/limits.ts'
import type { WithdrawalPolicy } from './policy/index.ts'
import { fromUsd } from './reference-rates.ts'
import {
  ruleFinding,
  strictest,
  structuringFinding,
  type EarlierAmount,
  type RiskFinding,
  type RiskRule
} from './risk.ts'

/** Money that a top-up took from a link that was young then, of a bank account or a card; minor units. */
export interface YoungMoney {
  readonly amount: bigint
  readonly bookedAt: Date
}

/** What is known when a withdrawal is to be taken in; amounts in minor units of the wallet's currency. */
export interface WithdrawalRequested {
  readonly amount: bigint
  readonly currency: CurrencyCode
  /** False for a customer who is suspended, closing or closed; one who is only registered is stopped by the limit. */
  readonly customerMayPay: boolean
  readonly walletState: 'active' | 'frozen' | 'closed'
  readonly bankAccount: SourceState
  /** A kill switch is on for withdrawals to this bank. */
  readonly suspended: boolean
  readonly limitPolicy: LimitPolicy
  readonly ownLimits: OwnLimits
  readonly available: bigint
  readonly usedToday: bigint
  readonly usedThisMonth: bigint
  /** The customer's withdrawals taken in within the velocity's windows, without this one. */
  readonly taken: { readonly burst: number; readonly daily: number }
  readonly young: readonly YoungMoney[]
  readonly zone: string
  readonly now: Date
  /** Until when a reset password keeps the money in; null: it does not. */
  readonly coolingUntil: Date | null
  /** A withdrawal to this bank account has been confirmed before. */
  readonly knownPayee: boolean
  /** The customer has just confirmed this one: then it was taken in before, and counts in `taken` already. */
  readonly confirmed: boolean
  /** A reviewer has just let it go on: it was taken in before as well, and is not held up again. */
  readonly reviewed: boolean
  /** Those that fit the customer. */
  readonly riskRules: readonly RiskRule[]
  /** The customer's other withdrawals of the last days. */
  readonly earlier: readonly EarlierAmount[]
}

export type WithdrawalStepUpRule = 'single_amount' | 'first_payee'

export type WithdrawalDecision =
  | { readonly kind: 'hold'; readonly limits: Limits }
  | { readonly kind: 'confirm'; readonly rules: readonly WithdrawalStepUpRule[] }
  | { readonly kind: 'review'; readonly risk: RiskFinding }
  | { readonly kind: 'decline'; readonly code: ProblemCode; readonly data: Readonly<Record<string, unknown>> }

/**
 * Whether the money is held and sent, has to be looked at or confirmed first, or stays: on facts read without a lock. The unit of work
 * repeats limits and funds under the lock, and is built again when another withdrawal of the customer came in between,
 * so a race can only turn a yes into a no.
 */
export function decideWithdrawal(facts: WithdrawalRequested, policy: WithdrawalPolicy): WithdrawalDecision {
  const limits = limitsFor(facts.limitPolicy, policy, facts.currency, facts.ownLimits)
  const refused = refusalOf(facts, limits, policy)
  if (refused) return { kind: 'decline', ...refused }
  const risk = riskFinding(facts, policy)
  if (risk?.outcome === 'block') return { kind: 'decline', code: 'risk_blocked', data: { risk } }
  if (risk && !facts.confirmed && !facts.reviewed) return { kind: 'review', risk }
  const rules = facts.confirmed ? [] : stepUpRules(facts, policy)
  return rules.length > 0 ? { kind: 'confirm', rules } : { kind: 'hold', limits }
}

const riskFinding = (facts: WithdrawalRequested, { risk, limits }: WithdrawalPolicy): RiskFinding | undefined =>
  risk && strictest([ruleFinding(facts.riskRules, facts), structuringFinding(facts, { ...risk, limits })])

/** The flat fee in minor units of the currency, never above the amount. */
export function withdrawalFee(
  amount: bigint,
  currency: CurrencyCode,
  { fee_usd, limits }: Pick<WithdrawalPolicy, 'fee_usd' | 'limits'>
): bigint {
  const fee = fromUsd(BigInt(fee_usd), currency, limits.reference_rates, 'down')
  return fee < amount ? fee : amount
}

interface Refused {
  readonly code: ProblemCode
  readonly data: Record<string, string>
}

function refusalOf(facts: WithdrawalRequested, limits: Limits, policy: WithdrawalPolicy): Refused | undefined {
  if (facts.suspended) return { code: 'rail_suspended', data: {} }
  if (facts.walletState === 'closed') return { code: 'account_closed', data: {} }
  const unusable = sourceRefusal(facts.bankAccount)
  if (unusable) return { code: unusable, data: {} }
  if (facts.walletState === 'frozen' || !facts.customerMayPay) return { code: 'wallet_frozen', data: {} }
  if (facts.coolingUntil) return { code: 'cooling_down', data: { withdrawable_from: facts.coolingUntil.toISOString() } }
  const passed = (limit: bigint | null, used: bigint) => limit !== null && used + facts.amount > limit
  if (passed(limits.perPayment, 0n)) return { code: 'limit_exceeded', data: { limit: 'payment' } }
  if (passed(limits.perDay, facts.usedToday)) return { code: 'limit_exceeded', data: { limit: 'day' } }
  if (passed(limits.perMonth, facts.usedThisMonth)) return { code: 'limit_exceeded', data: { limit: 'month' } }
  return velocityRefusal(facts, policy) ?? fundsRefusal(facts, policy)
}

function velocityRefusal(
  { limitPolicy, confirmed, reviewed, taken }: WithdrawalRequested,
  { velocity }: WithdrawalPolicy
) {
  if (limitPolicy === UNLIMITED || confirmed || reviewed) return undefined
  if (taken.burst >= velocity.burst.max) return { code: 'velocity_exceeded' as const, data: { limit: 'burst' } }
  if (taken.daily >= velocity.daily.max) return { code: 'velocity_exceeded' as const, data: { limit: 'daily' } }
  return undefined
}

/** What a young link has pulled counts as spent last: the wallet has to keep it until its time. */
function fundsRefusal(facts: WithdrawalRequested, policy: WithdrawalPolicy): Refused | undefined {
  const needed = facts.amount + withdrawalFee(facts.amount, facts.currency, policy)
  if (facts.available < needed) return { code: 'insufficient_funds', data: {} }
  const from = withdrawableFrom(facts, needed, policy.withdrawable_after_business_days)
  if (from <= facts.now) return undefined
  return { code: 'not_withdrawable_yet', data: { withdrawable_from: from.toISOString() } }
}

/** From when on so much may leave, if nothing else moves. */
function withdrawableFrom({ young, available, zone, now }: WithdrawalRequested, needed: bigint, days: number): Date {
  const kept = young
    .map(({ amount, bookedAt }) => ({ amount, until: addBusinessDays(bookedAt, days, zone) }))
    .filter(({ until }) => until > now)
    .sort((one, other) => one.until.getTime() - other.until.getTime())
  let free = available - kept.reduce((sum, { amount }) => sum + amount, 0n)
  let from = now
  for (const { amount, until } of kept) {
    if (free >= needed) break
    free += amount
    from = until
  }
  return from
}

function stepUpRules(
  { amount, currency, limitPolicy, knownPayee }: WithdrawalRequested,
  { step_up, limits }: WithdrawalPolicy
): WithdrawalStepUpRule[] {
  if (limitPolicy === UNLIMITED) return []
  const large = amount >= fromUsd(BigInt(step_up.single_usd), currency, limits.reference_rates, 'up')
  return [...(large ? (['single_amount'] as const) : []), ...(knownPayee ? [] : (['first_payee'] as const))]
}
