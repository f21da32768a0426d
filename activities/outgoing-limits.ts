import type { Limits } from '../domain/limits.ts'
import type { Guard } from '../ledger/unit-of-work.ts'

/**
 * Counts what leaves a customer's wallets against day and month, under the lock, whatever process it is; where neither is
 * limited nothing is counted.
 * @returns the counters that were moved, for `giveBack`.
 */
export function outgoingGuards(
  amount: bigint,
  counters: { readonly day: string; readonly month: string },
  limits: Limits
): { readonly limitCounters: string[]; readonly guards: Guard[] } {
  if (limits.perDay === null && limits.perMonth === null) return { limitCounters: [], guards: [] }
  const counted = (counter: string, max: bigint | null, limit: string): Guard => ({
    kind: 'counter',
    counter,
    add: amount,
    max: max ?? undefined,
    code: 'limit_exceeded',
    data: { limit }
  })
  return {
    limitCounters: [counters.day, counters.month],
    guards: [counted(counters.day, limits.perDay, 'day'), counted(counters.month, limits.perMonth, 'month')]
  }
}

/** What was reserved of the limits and not used is given back to the windows that it was taken from. */
export const giveBack = ({ limitCounters }: { readonly limitCounters: readonly string[] }, amount: bigint): Guard[] =>
  amount === 0n
    ? []
    : limitCounters.map((counter) => ({ kind: 'counter', counter, add: -amount, code: 'limit_exceeded' }))
