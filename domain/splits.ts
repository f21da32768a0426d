import { idOf, type MerchantId } from './ids.ts'
import type { PaymentOrder } from './orders.ts'

/** One merchant's share of a payment; amounts in minor units of the payment's currency. */
export interface Share {
  readonly merchantId: MerchantId
  readonly amount: bigint
  /** What it has got of that so far. */
  readonly captured: bigint
  /** What it has given back of that. */
  readonly refunded: bigint
  /** `commission`: the marketplace's own. */
  readonly type: 'share' | 'commission'
}

/** Besides at most one commission. */
export const SHARES_MAX = 10

/**
 * `total` in proportion to the weights, in whole units that sum to it: each gets its floor, and what is left goes one by one
 * to the largest remainders, of equal ones to the first. Nobody gets more than their weight while `total` is at most the
 * sum of the weights.
 * @throws {RangeError} when there is nothing to go by.
 */
export function apportion(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((before, weight) => before + weight, 0n)
  if (total < 0n || sum <= 0n || weights.some((weight) => weight < 0n))
    throw new RangeError('a total is apportioned by weights of which one at least is above zero')
  const parts = weights.map((weight) => (total * weight) / sum)
  const left = total - parts.reduce((before, part) => before + part, 0n)
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (total * weight) % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of byRemainder.slice(0, Number(left))) parts[index]! += 1n
  return parts
}

export interface SharedCapture {
  /** What each share gets of this capture, in their order. */
  readonly parts: readonly bigint[]
  readonly after: readonly Share[]
}

/**
 * A capture of `amount`, shared in proportion to what is left of each share: so nobody gets more than theirs, and when all
 * is captured, in whatever parts, each has got exactly theirs.
 */
export function captureShares(shares: readonly Share[], amount: bigint): SharedCapture {
  if (shares.length === 0) return { parts: [], after: [] }
  const parts = apportion(
    amount,
    shares.map((share) => share.amount - share.captured)
  )
  return { parts, after: shares.map((share, index) => ({ ...share, captured: share.captured + parts[index]! })) }
}

/** What the payee keeps of a capture before its fee: all that is not somebody else's. */
export const payeesPart = (
  shares: readonly Share[],
  { parts }: SharedCapture,
  payee: MerchantId,
  amount: bigint
): bigint =>
  shares.reduce((rest, { merchantId }, index) => (merchantId === payee ? rest : rest - parts[index]!), amount)

/** What is wrong with the shares of a payment, and where; undefined: nothing. The fee is the one of the whole amount. */
export function splitsFault(
  shares: readonly Pick<Share, 'merchantId' | 'amount'>[],
  payment: { readonly payee: MerchantId; readonly amount: bigint; readonly fee: bigint }
): { readonly at: string; readonly message: string } | undefined {
  const twice = shares.findIndex(({ merchantId }, index) =>
    shares.slice(0, index).some((before) => before.merchantId === merchantId)
  )
  if (twice >= 0) return { at: `/${twice}/merchant_id`, message: 'must be each merchant once' }
  const sum = shares.reduce((before, { amount }) => before + amount, 0n)
  if (sum !== payment.amount) return { at: '', message: `must make ${payment.amount}, and make ${sum}` }
  const own = shares.find(({ merchantId }) => merchantId === payment.payee)?.amount ?? 0n
  if (own >= payment.fee) return undefined
  return { at: '', message: `must leave the payee at least the fee, ${payment.fee}, and leave ${own}` }
}

/** As ordered; nobody has got anything yet. */
export const sharesOf = ({ splits = [] }: Pick<PaymentOrder, 'splits'>): Share[] =>
  splits.map(({ merchant_id, amount, type }) => ({
    merchantId: idOf('mer', merchant_id),
    amount: BigInt(amount),
    captured: 0n,
    refunded: 0n,
    type
  }))
