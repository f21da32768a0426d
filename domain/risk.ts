import type { CurrencyCode } from './currencies.ts'
import type { ProblemCode } from './errors.ts'
import type { CustomerId, MerchantId, RiskRuleId } from './ids.ts'
import type { LimitPolicy } from './limits.ts'
import type { Policy } from './policy/index.ts'
import { UNLIMITED } from './policy/limits.ts'
import { fromUsd } from './reference-rates.ts'

/** From mild to strict. */
const outcomes = ['allow', 'step_up', 'hold_for_review', 'block'] as const
export type RiskOutcome = (typeof outcomes)[number]

/** Which processes are judged. */
export const riskProcesses = ['payment', 'top-up', 'withdrawal'] as const
export type RiskProcess = (typeof riskProcesses)[number]

/**
 * Why a process was not simply let through: kept with its record, for operators alone. Every rule has a version: it is
 * raised when what the rule says changes, so that old findings still say what they were found by. No personal data.
 */
export interface RiskFinding {
  readonly outcome: Exclude<RiskOutcome, 'allow'>
  readonly rule: string
  readonly version: number
  readonly inputs: Readonly<Record<string, string>>
  /** The operator whose rule it is: somebody else decides. */
  readonly set_by?: string
}

/** What an admin has said about somebody, or about large amounts. What is absent matches everything. */
export interface RiskRule {
  readonly id: RiskRuleId
  readonly process: RiskProcess
  readonly outcome: 'hold_for_review' | 'block'
  readonly customerId: CustomerId | null
  readonly merchantId: MerchantId | null
  /** At or above it, in that currency; minor units. */
  readonly from: { readonly amount: bigint; readonly currency: CurrencyCode } | null
  readonly createdBy: string
}

/** What is moved; minor units. */
interface Moved {
  readonly amount: bigint
  readonly currency: CurrencyCode
}

/** The strictest one; of equals the first. Undefined: allowed. */
export const strictest = (findings: readonly (RiskFinding | undefined)[]): RiskFinding | undefined =>
  findings.reduce((worst, each) => (each && rankOf(each) > rankOf(worst) ? each : worst), undefined)

const rankOf = (finding: RiskFinding | undefined): number => outcomes.indexOf(finding?.outcome ?? 'allow')

/** @param rules those of the process whose customer and merchant fit; whether the amount does is looked at here. */
export const ruleFinding = (rules: readonly RiskRule[], { amount, currency }: Moved): RiskFinding | undefined =>
  strictest(
    rules
      .filter(({ from }) => from === null || (from.currency === currency && amount >= from.amount))
      .map(({ id, outcome, customerId, merchantId, from, createdBy }) => ({
        outcome,
        rule: id,
        version: 1,
        inputs: {
          ...(customerId !== null && { customer_id: customerId }),
          ...(merchantId !== null && { merchant_id: merchantId }),
          ...(from && { amount: amount.toString(), amount_from: from.amount.toString(), currency })
        },
        set_by: createdBy
      }))
  )

/** A top-up or withdrawal of the customer's, of the same kind and currency, that was not declined or taken back. */
export interface EarlierAmount {
  readonly amount: bigint
  readonly at: Date
}

export interface StructuringInput extends Moved {
  readonly limitPolicy: LimitPolicy
  /** Of the longest window, without this one. */
  readonly earlier: readonly EarlierAmount[]
  readonly now: Date
}

/**
 * One large amount in several that stay below a threshold. What is above it by itself is no part of that: it is plain to
 * see.
 */
export function structuringFinding(
  { amount, currency, limitPolicy, earlier, now }: StructuringInput,
  { structuring, limits }: Pick<Policy['risk'], 'structuring'> & Pick<Policy, 'limits'>
): RiskFinding | undefined {
  if (limitPolicy === UNLIMITED) return undefined
  const threshold = fromUsd(BigInt(structuring.threshold_usd), currency, limits.reference_rates, 'down')
  if (amount > threshold) return undefined
  const since = (windowMs: number) => [
    amount,
    ...earlier.filter(({ at }) => now.getTime() - at.getTime() < windowMs).map((each) => each.amount)
  ]
  const small = (amounts: bigint[]) => amounts.filter((each) => each <= threshold)
  const isNear = (each: bigint) => each * 10_000n >= threshold * BigInt(structuring.near_bps)
  const near = small(since(structuring.near_window_ms)).filter(isNear).length
  const sum = small(since(structuring.sum_window_ms)).reduce((total, each) => total + each, 0n)
  if (!(isNear(amount) && near >= structuring.near_count) && sum <= threshold) return undefined
  const inputs = { threshold: threshold.toString(), currency, near: String(near), sum: sum.toString() }
  return { outcome: 'hold_for_review', rule: 'structuring', version: 1, inputs }
}

/** What is to be kept of a step that the rules or the books refused; undefined: risk has nothing to do with it. */
export function findingOf(code: ProblemCode, data: Readonly<Record<string, unknown>>): RiskFinding | undefined {
  if (code === 'risk_blocked') return data['risk'] as RiskFinding
  if (code === 'velocity_exceeded')
    return { outcome: 'block', rule: 'velocity', version: 1, inputs: { limit: String(data['limit']) } }
  if (code !== 'confirmation_required') return undefined
  return stepUpFinding((data['rules'] ?? []) as string[])
}

export const stepUpFinding = (rules: readonly string[]): RiskFinding => ({
  outcome: 'step_up',
  rule: 'step_up',
  version: 1,
  inputs: { rules: rules.join(' ') }
})
