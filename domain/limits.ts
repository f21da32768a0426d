import type { CurrencyCode } from './currencies.ts'
import type { OwnLimits } from './own-limits.ts'
import type { Policy } from './policy/index.ts'
import { UNLIMITED } from './policy/limits.ts'
import { fromUsd } from './reference-rates.ts'
import { createZoneFormats } from './zone-formats.ts'

export type Tier = 0 | 1 | 2 | 3

/** How a customer is limited: by a tier, or not at all (the seeded customer `bench`, in local mode only). */
export type LimitPolicy = Tier | typeof UNLIMITED

/** Inclusive limits in minor units of the wallet's currency; null where there is none. */
export interface Limits {
  readonly perPayment: bigint | null
  readonly perDay: bigint | null
  readonly perMonth: bigint | null
  readonly balance: bigint | null
}

/**
 * The tier's limits in US cents at the reference rate, rounded down to the wallet's minor unit.
 * @param own what the customer allows themselves, at or below that: the lower one holds.
 */
export function limitsFor(
  limitPolicy: LimitPolicy,
  { limits }: Pick<Policy, 'limits'>,
  currency: CurrencyCode,
  own: OwnLimits = {}
): Limits {
  if (limitPolicy === UNLIMITED) return { perPayment: null, perDay: null, perMonth: null, balance: null }
  const tier = limits.tiers[limitPolicy]
  const inCurrency = (usd: string, owned?: bigint) => {
    const most = usd === UNLIMITED ? owned : lower(BigInt(usd), owned)
    return most === undefined ? null : fromUsd(most, currency, limits.reference_rates, 'down')
  }
  return {
    perPayment: inCurrency(tier.per_payment_usd, own.per_payment),
    perDay: inCurrency(tier.per_day_usd, own.per_day),
    perMonth: inCurrency(tier.per_month_usd, own.per_month),
    balance: inCurrency(tier.balance_usd)
  }
}

const lower = (a: bigint, b: bigint | undefined): bigint => (b !== undefined && b < a ? b : a)

/** The calendar day and month of an instant where the customer lives: the keys under which sums are limited. */
export interface LimitWindows {
  /** `2026-11-21` */
  readonly day: string
  /** `2026-11` */
  readonly month: string
}

/** @throws {RangeError} for an instant that is none or a zone that is not IANA's. */
export function limitWindows(instant: Date, zone: string): LimitWindows {
  const format = formatOf(zone)
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]))
  const month = `${parts['year']}-${parts['month']}`
  return { day: `${month}-${parts['day']}`, month }
}

const formatOf = createZoneFormats({ year: 'numeric', month: '2-digit', day: '2-digit' })
