import type { CurrencyCode } from './currencies.ts'
import type { LimitPolicy } from './limits.ts'
import type { Policy } from './policy/index.ts'
import { UNLIMITED } from './policy/limits.ts'
import { fromUsd } from './reference-rates.ts'

/** What a payment's risk is judged by; amounts in minor units of the wallet's currency. */
export interface StepUpInput {
  readonly amount: bigint
  readonly currency: CurrencyCode
  readonly limitPolicy: LimitPolicy
  /** Payments since the customer last confirmed one, without this one. */
  readonly sinceStepUp: { readonly total: bigint; readonly count: number }
  /**
   * Payments of the median's window, without this one. `medianTwice` is the sum of the two middle amounts (twice the
   * middle one of an odd number), so that the median of an even number stays an integer.
   */
  readonly recent: { readonly count: number; readonly medianTwice: bigint }
  /** For how long the device is known that it comes from, in business milliseconds; absent: it comes from none. */
  readonly deviceAgeMs?: number | undefined
}

export type StepUpRule = 'single_amount' | 'cumulative_amount' | 'payment_count' | 'unusual_amount' | 'new_device'

/**
 * Whether the customer has to confirm a payment, and by which rules. This payment counts in the cumulative and the count rule.
 */
export function stepUpRequired(
  { amount, currency, limitPolicy, sinceStepUp, recent, deviceAgeMs }: StepUpInput,
  { step_up: rule, limits }: Pick<Policy, 'step_up' | 'limits'>
): { required: boolean; rules: StepUpRule[] } {
  if (limitPolicy === UNLIMITED) return { required: false, rules: [] }
  const reaches = (value: bigint, usd: string) => value >= fromUsd(BigInt(usd), currency, limits.reference_rates, 'up')
  const passes = (value: bigint, usd: string) => value > fromUsd(BigInt(usd), currency, limits.reference_rates, 'down')
  const notSmall = passes(amount, rule.floor_usd)
  const holds: Readonly<Record<StepUpRule, boolean>> = {
    single_amount: reaches(amount, rule.single_usd),
    cumulative_amount: notSmall && passes(sinceStepUp.total + amount, rule.cumulative_usd),
    payment_count: notSmall && sinceStepUp.count + 1 > rule.payments_since,
    unusual_amount:
      notSmall &&
      recent.count >= rule.median_payments_min &&
      2n * amount > BigInt(rule.median_factor) * recent.medianTwice,
    new_device: notSmall && deviceAgeMs !== undefined && deviceAgeMs < rule.new_device_ms
  }
  const rules = (Object.keys(holds) as StepUpRule[]).filter((name) => holds[name])
  return { required: rules.length > 0, rules }
}
