import type { Policy } from '../domain/policy/index.ts'

/**
 * How a customer's payments within a sliding window are counted exactly, however many come at once. The window reaches from
 * now back into the stretch of time before this one (both as long as the window, and the same for everybody): those of this
 * stretch are counted under the lock; those of the stretch before, which is over, are read from the records; and that
 * nobody has counted there since is a guard.
 */
export interface PaymentVelocity {
  /** Of this stretch of time. */
  readonly counter: string
  /** The stretch before, and what it counted when all this was read. */
  readonly before: { readonly counter: string; readonly seen: bigint }
  /** Payments of the stretch before that are still within the window. */
  readonly paidBefore: number
}

/** Where they are counted: the window's beginning, and where in it this stretch of time begins. */
export interface VelocityWindow {
  readonly counter: string
  readonly before: string
  readonly from: Date
  readonly turn: Date
}

export function velocityWindow(
  customerId: string,
  now: Date,
  { window_ms: windowMs }: Policy['risk']['payment_velocity']
): VelocityWindow {
  const stretch = Math.floor(now.getTime() / windowMs)
  const counter = (of: number) => `payment-velocity/${customerId}/${windowMs}/${of}`
  return {
    counter: counter(stretch),
    before: counter(stretch - 1),
    from: new Date(now.getTime() - windowMs),
    turn: new Date(stretch * windowMs)
  }
}
