import type { CurrencyCode } from './currencies.ts'
import { basisPoints } from './money.ts'

/** `bps` of the amount plus a fixed part in minor units by currency; a currency that is not listed has none. */
export interface MerchantFeePolicy {
  readonly bps: number
  readonly fixed: Readonly<Record<string, string>>
}

/**
 * What the merchant pays for `total` minor units of one payment: F(t) = min(t, half-up(bps × t) + fixed), so never more
 * than the amount itself.
 */
export function merchantFee(total: bigint, currency: CurrencyCode, policy: MerchantFeePolicy): bigint {
  if (total < 0n) throw new RangeError('a fee is charged on an amount that is not negative')
  const fixed = Object.hasOwn(policy.fixed, currency) ? BigInt(policy.fixed[currency]!) : 0n
  const uncapped = basisPoints(total, BigInt(policy.bps)) + fixed
  return uncapped < total ? uncapped : total
}

/** The fee that a capture of `part` books after `before` was captured: F(after) − F(before), so that parts sum to the whole. */
export const captureFee = (before: bigint, part: bigint, currency: CurrencyCode, policy: MerchantFeePolicy): bigint =>
  merchantFee(before + part, currency, policy) - merchantFee(before, currency, policy)
