import type { CurrencyCode } from './currencies.ts'
import { Refusal } from './errors.ts'
import { captureFee, type MerchantFeePolicy } from './merchant-fee.ts'
import type { PaymentState } from './payment.ts'

/** A held payment as the capture, the void and the expiry find it under its record's lock; amounts in minor units. */
export interface HeldPayment {
  readonly state: PaymentState
  readonly currency: CurrencyCode
  readonly authorized: bigint
  readonly captured: bigint
  /** Business time at which the hold ends. */
  readonly captureBefore: Date
}

export interface CaptureOrder {
  /** Minor units; the whole remainder when absent. */
  readonly amount?: bigint
  /** Gives back what this capture leaves; false with an amount, true without one, when absent. */
  readonly final?: boolean
}

export interface CaptureDecision {
  readonly amount: bigint
  readonly final: boolean
  /** What the final capture gives back to the wallet; 0 while the hold stays open. */
  readonly released: bigint
  /** The fee that this part books, in minor units. */
  readonly feeDelta: bigint
  /** The arrows it crosses: none while more may be captured. */
  readonly path: readonly PaymentState[]
}

/**
 * What a capture does to a hold, or why it may not: `state_conflict`,
 * `hold_expired`, `amount_exceeds_hold`. A capture that takes the last unit is final whatever it said: nothing is left
 * that a later one could take.
 */
export function captureDecision(
  held: HeldPayment,
  order: CaptureOrder,
  now: Date,
  fee: MerchantFeePolicy
): CaptureDecision | Refusal {
  if (held.state !== 'requires_capture') return new Refusal('state_conflict', { state: held.state })
  if (now >= held.captureBefore)
    return new Refusal('hold_expired', { capture_before: held.captureBefore.toISOString() })
  const remaining = remainder(held)
  const amount = order.amount ?? remaining
  if (amount <= 0n) return new Refusal('invalid_request', { reason: 'amount_not_positive' })
  if (amount > remaining) return new Refusal('amount_exceeds_hold', { remaining: remaining.toString() })
  const final = (order.final ?? order.amount === undefined) || amount === remaining
  return {
    amount,
    final,
    released: final ? remaining - amount : 0n,
    feeDelta: captureFee(held.captured, amount, held.currency, fee),
    path: final ? ['succeeded'] : []
  }
}

export interface ReleaseDecision {
  readonly released: bigint
  readonly path: readonly PaymentState[]
}

/** The merchant gives the rest of the hold back: `succeeded` if something was captured, else `canceled`. */
export const voidDecision = (held: HeldPayment): ReleaseDecision | Refusal => release(held, 'canceled')

/** The hold's time is over: `succeeded` if something was captured, else `expired`. Too early is a `state_conflict`. */
export function expiryDecision(held: HeldPayment, now: Date): ReleaseDecision | Refusal {
  if (now < held.captureBefore)
    return new Refusal('state_conflict', { capture_before: held.captureBefore.toISOString() })
  return release(held, 'expired')
}

function release(held: HeldPayment, untouched: PaymentState): ReleaseDecision | Refusal {
  if (held.state !== 'requires_capture') return new Refusal('state_conflict', { state: held.state })
  return { released: remainder(held), path: [held.captured > 0n ? 'succeeded' : untouched] }
}

function remainder({ authorized, captured }: HeldPayment): bigint {
  if (captured < 0n || captured >= authorized) throw new RangeError('an open hold has a remainder')
  return authorized - captured
}
