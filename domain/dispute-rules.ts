import { addBusinessDays } from './business-days.ts'
import type { CurrencyCode } from './currencies.ts'
import type { DisputeState } from './dispute.ts'
import type { ProblemCode } from './errors.ts'
import { countryOfZone } from './holidays.ts'
import type { PaymentState } from './payment.ts'
import type { DisputePolicy } from './policy/index.ts'
import { fromUsd } from './reference-rates.ts'

/** What a dispute is opened on; amounts in minor units. */
export interface DisputableFacts {
  readonly payment: {
    readonly state: PaymentState
    readonly captured: bigint
    readonly refunded: bigint
    readonly disputed: bigint
    readonly returned: bigint
    readonly createdAt: Date
  }
  /** Won by merchants before, and not disputed again: it is decided. */
  readonly decided: bigint
  /** A card holder has gone to the card's issuer about it. */
  readonly chargedBack: boolean
  /** What a second stage follows; null: there is no such dispute of the payment. Absent: a first stage. */
  readonly previous?: PreviousDispute | null
  readonly now: Date
}

interface PreviousDispute {
  readonly state: DisputeState
  readonly amount: bigint
  readonly endedAt: Date
  readonly isSecondStage: boolean
  readonly hasSuccessor: boolean
}

export interface Fault {
  readonly code: ProblemCode
  readonly data: Readonly<Record<string, unknown>>
}

/** How much of the payment can be disputed now, and why nothing can. */
export function disputable(facts: DisputableFacts, policy: DisputePolicy): { readonly remaining: bigint } | Fault {
  const { payment, previous, chargedBack, now } = facts
  if (payment.state !== 'succeeded') return { code: 'state_conflict', data: { state: payment.state } }
  if (chargedBack) return { code: 'state_conflict', data: { state: payment.state, reason: 'charged_back' } }
  const left = payment.captured - payment.refunded - payment.disputed - payment.returned
  if (previous === undefined) {
    if (isOver(payment.createdAt, policy.window_ms, now)) return { code: 'dispute_window_over', data: {} }
    return { remaining: atLeastZero(left - facts.decided) }
  }
  if (previous?.state !== 'won' || previous.isSecondStage || previous.hasSuccessor)
    return { code: 'state_conflict', data: { reason: 'no_second_stage', ...(previous && { state: previous.state }) } }
  if (isOver(previous.endedAt, policy.second_stage_ms, now)) return { code: 'dispute_window_over', data: {} }
  return { remaining: atLeastZero(left < previous.amount ? left : previous.amount) }
}

const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n)
const isOver = (since: Date, forMs: number, now: Date): boolean => now.getTime() - since.getTime() > forMs

/** Why so much cannot be disputed; undefined: it can. */
export function disputeFault(facts: DisputableFacts, amount: bigint, policy: DisputePolicy): Fault | undefined {
  const most = disputable(facts, policy)
  if ('code' in most) return most
  return amount > 0n && amount <= most.remaining
    ? undefined
    : { code: 'amount_not_disputable', data: { remaining: most.remaining.toString() } }
}

/** Who the customer is, as far as it sets times. */
export interface Disputer {
  readonly zone: string
  readonly createdAt: Date
}

export const isNewAccount = ({ createdAt }: Disputer, openedAt: Date, policy: DisputePolicy): boolean =>
  openedAt.getTime() - createdAt.getTime() < policy.new_account_ms

const countryOf = (zone: string, policy: DisputePolicy): string => countryOfZone(zone) ?? policy.country

/** When the customer gets a provisional credit, if nothing is decided before. */
export function creditDueAt(
  { amount, currency, openedAt }: { amount: bigint; currency: CurrencyCode; openedAt: Date },
  customer: Disputer,
  policy: DisputePolicy
): Date {
  const small = fromUsd(BigInt(policy.credit_at_once_below_usd), currency, policy.limits.reference_rates, 'up')
  if (amount < small) return openedAt
  const days = isNewAccount(customer, openedAt, policy)
    ? policy.new_account_credit_business_days
    : policy.credit_business_days
  return addBusinessDays(openedAt, days, customer.zone, countryOf(customer.zone, policy))
}

/** Until when the customer keeps a provisional credit after they were told that it is taken back. */
export const reversalAt = (toldAt: Date, zone: string, policy: DisputePolicy): Date =>
  addBusinessDays(toldAt, policy.notice_business_days, zone, countryOf(zone, policy))

/** What the merchant pays for the formal stage. */
export const chargebackFee = (currency: CurrencyCode, { fee }: DisputePolicy): bigint =>
  Object.hasOwn(fee, currency) ? BigInt((fee as Readonly<Record<string, string>>)[currency]!) : 0n

/** How many reviewers have to agree. */
export const reviewersOf = (
  { amount, currency }: { readonly amount: bigint; readonly currency: CurrencyCode },
  policy: DisputePolicy
): 1 | 2 =>
  amount > fromUsd(BigInt(policy.four_eyes_above_usd), currency, policy.limits.reference_rates, 'down') ? 2 : 1

/**
 * How `total` splits over an account that has `available` and one that takes the rest.
 * @returns the first account's part; never above either, never below zero.
 */
export const partOf = (total: bigint, available: bigint): bigint =>
  available <= 0n ? 0n : available < total ? available : total
