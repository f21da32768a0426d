/** What customers may limit for themselves: money that leaves, once, in a day, in a month. */
export const ownLimitNames = ['per_payment', 'per_day', 'per_month'] as const
export type OwnLimitName = (typeof ownLimitNames)[number]

/** What is in force now, in US cents; a name that is missing is not limited by its owner. */
export type OwnLimits = Readonly<Partial<Record<OwnLimitName, bigint>>>

/** One limit with what will take its place; US cents, null: none. */
export interface OwnLimit {
  readonly amount: bigint | null
  readonly next: { readonly amount: bigint | null; readonly at: Date } | null
}

export const noOwnLimit: OwnLimit = { amount: null, next: null }

/** The limit as it stands at this business time: a raise whose time has come has taken its place. */
export const settled = ({ amount, next }: OwnLimit, now: Date): OwnLimit =>
  next && next.at <= now ? { amount: next.amount, next: null } : { amount, next }

/**
 * The limit after its owner asked for `wanted`: a lower one holds at once, and ends a raise that was waiting; a higher one
 * waits for `waitMs`, so that whoever stole the phone and the PIN cannot use it today.
 */
export function changed(
  limit: OwnLimit,
  wanted: bigint | null,
  now: Date,
  waitMs: number
): { readonly limit: OwnLimit; readonly raised: boolean } {
  const { amount } = settled(limit, now)
  if (!isAbove(wanted, amount)) return { limit: { amount: wanted, next: null }, raised: false }
  return { limit: { amount, next: { amount: wanted, at: new Date(now.getTime() + waitMs) } }, raised: true }
}

/** No limit is above every limit. */
const isAbove = (a: bigint | null, b: bigint | null): boolean => b !== null && (a === null || a > b)
