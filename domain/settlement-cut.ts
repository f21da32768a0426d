import { lastBusinessTimes } from './business-days.ts'
import type { CurrencyCode } from './currencies.ts'
import type { SettlementPolicy } from './policy/index.ts'
import { fromUsd } from './reference-rates.ts'
import { salesIn, type SettlementLine } from './settlement-lines.ts'

/** What is known of a merchant's account; minor units. */
export interface SettlementDue {
  readonly currency: CurrencyCode
  /** What is due by the cut-off and in no settlement yet. */
  readonly lines: readonly SettlementLine[]
  /** What a settlement before left over. */
  readonly carriedIn: bigint
  readonly available: bigint
  /** What the merchant owes us. */
  readonly owed: bigint
  readonly activeSince: Date
  readonly now: Date
}

/** How it is parted: carriedIn + due = holdback + reserve + amount + carriedOut. */
export interface SettlementCut {
  readonly due: bigint
  /** Pays what the merchant owes. */
  readonly holdback: bigint
  readonly reserve: bigint
  /** Goes to the merchant's bank account. */
  readonly amount: bigint
  /** Due, and not available: it stays for the next one. */
  readonly carriedOut: bigint
}

/**
 * Parts what is due: first what the merchant owes, as far as it reaches, then the reserve, and the rest is paid.
 * @returns undefined when there is nothing to settle, or too little to be sent.
 */
export function cutOff(seen: SettlementDue, { settlement, limits }: SettlementPolicy): SettlementCut | undefined {
  const due = seen.lines.reduce((sum, { amount }) => sum + amount, 0n)
  const whole = due + seen.carriedIn
  const collected = whole < seen.available ? whole : seen.available
  if (collected <= 0n) return undefined
  const holdback = collected < seen.owed ? collected : seen.owed
  const rest = collected - holdback
  const reserve = reserveOf(rest, seen, settlement.reserve)
  const amount = rest - reserve
  const minimum = fromUsd(BigInt(settlement.minimum_usd), seen.currency, limits.reference_rates, 'up')
  if (holdback === 0n && amount < minimum) return undefined
  return { due, holdback, reserve, amount, carriedOut: whole - collected }
}

/** A part of what was sold, rounded down, and never of money that has been held back before. */
function reserveOf(
  rest: bigint,
  { lines, activeSince, now }: SettlementDue,
  { bps, new_bps, new_for_ms }: SettlementPolicy['settlement']['reserve']
): bigint {
  const sold = salesIn(lines)
  const base = sold < rest ? sold : rest
  const isNew = now.getTime() < activeSince.getTime() + new_for_ms
  return base <= 0n ? 0n : (base * BigInt(isNew ? new_bps : bps)) / 10_000n
}

/** The business day that is settled now, and up to when what was captured is due. */
export interface SettlementDay {
  /** `YYYY-MM-DD`, where the cut-off is. */
  readonly date: string
  readonly cutOff: Date
}

export function settlementDayAt(now: Date, { settlement }: Pick<SettlementPolicy, 'settlement'>): SettlementDay {
  const { cut_off, after_business_days } = settlement
  const times = lastBusinessTimes(now, cut_off.time, cut_off.zone, after_business_days + 1)
  return { date: times[0]!.date, cutOff: times.at(-1)!.at }
}
