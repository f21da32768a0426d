import { Refusal } from './errors.ts'
import type { Funding } from './funding.ts'
import type { MerchantId } from './ids.ts'
import { apportion, type Share } from './splits.ts'

/** A payment as a refund finds it; amounts in minor units of its currency. */
export interface RefundedPayment {
  readonly state: string
  readonly merchantId: MerchantId
  readonly funding: Funding
  readonly railReference: string | null
  readonly captured: bigint
  readonly refunded: bigint
  readonly disputed: bigint
  /** What the bank has taken back from the payer. */
  readonly returned: bigint
  readonly fee: bigint
  readonly splits: readonly Share[]
}

export interface RefundAsked {
  /** All that is left, whatever `amount` says. */
  readonly whole: boolean
  readonly amount: bigint
}

/** What a merchant gives back. */
export interface RefundPart {
  readonly merchantId: MerchantId
  readonly amount: bigint
}

export interface RefundDecision {
  readonly amount: bigint
  /** Whom it comes from, the payee last or alone; together the amount. */
  readonly parts: readonly RefundPart[]
  /** What of the fee the payee gets back. */
  readonly feeReturned: bigint
}

/** What each merchant has to have for it: the payee less what comes back to them of the fee. */
export const neededOf = ({
  parts,
  merchantId: payee,
  feeReturned
}: Pick<RefundDecision, 'parts' | 'feeReturned'> & Pick<RefundedPayment, 'merchantId'>): RefundPart[] =>
  parts.map(({ merchantId, amount }) => ({
    merchantId,
    amount: merchantId === payee ? amount - feeReturned : amount
  }))

/** What is left of a payment to give back. */
export const refundable = ({
  captured,
  refunded,
  disputed
}: Pick<RefundedPayment, 'captured' | 'refunded' | 'disputed'>): bigint => captured - refunded - disputed

/**
 * How much is given back and by whom, or why it may not: `payment_not_captured`, `amount_exceeds_refundable`.
 * @param feeReturned what of the payment's fee its other refunds give back.
 */
export function decideRefund(
  payment: RefundedPayment,
  { whole, amount: asked }: RefundAsked,
  { return_fee, feeReturned }: { readonly return_fee: boolean; readonly feeReturned: bigint }
): RefundDecision | Refusal {
  if (payment.captured === 0n) return new Refusal('payment_not_captured', { state: payment.state })
  const left = refundable(payment)
  const amount = whole ? left : asked
  if (amount <= 0n || amount > left) return new Refusal('amount_exceeds_refundable', { remaining: left.toString() })
  return {
    amount,
    parts: partsOf(payment, amount),
    feeReturned: return_fee ? feeBack(payment, amount, feeReturned) : 0n
  }
}

/**
 * In proportion to what each share has got and not given back: so nobody gives back more than that, and when all is given
 * back, in whatever parts, each has given back exactly what they got.
 */
function partsOf({ merchantId: payee, splits }: RefundedPayment, amount: bigint): RefundPart[] {
  if (splits.length === 0) return [{ merchantId: payee, amount }]
  const each = apportion(
    amount,
    splits.map(({ captured, refunded }) => captured - refunded)
  )
  const others = splits
    .map(({ merchantId }, index) => ({ merchantId, amount: each[index]! }))
    .filter((part) => part.merchantId !== payee && part.amount > 0n)
  const theirs = others.reduce((sum, part) => sum + part.amount, 0n)
  return [...others, { merchantId: payee, amount: amount - theirs }]
}

/** Half-up in proportion to all that is given back, less what was given back before: with the last part all of it is. */
function feeBack({ captured, refunded, fee }: RefundedPayment, amount: bigint, before: bigint): bigint {
  const whole = (2n * fee * (refunded + amount) + captured) / (2n * captured)
  const due = whole - before
  if (due <= 0n) return 0n
  return due < amount ? due : amount
}

/** The shares once that is given back, or, when it is not after all, with what was meant to be given back theirs again. */
export const sharesAfter = (
  splits: readonly Share[],
  parts: readonly RefundPart[],
  how: 'given_back' | 'kept'
): Share[] =>
  splits.map((share) => {
    const part = parts.find(({ merchantId }) => merchantId === share.merchantId)?.amount ?? 0n
    return { ...share, refunded: share.refunded + (how === 'given_back' ? part : -part) }
  })

/**
 * Where the money goes: back to the bank account or card that it came from, or into the wallet. Into the wallet also what the
 * payer's bank has taken back meanwhile, so that it pays their debt and is not paid out a second time; and what no bank has
 * said itself that it booked.
 * @param sourceLinked false: the account or the card is the customer's no longer, or rests.
 */
export const destinationOf = (
  { funding, railReference, returned }: Pick<RefundedPayment, 'funding' | 'railReference' | 'returned'>,
  sourceLinked: boolean
): 'original' | 'wallet' =>
  funding.type !== 'balance' && railReference !== null && returned === 0n && sourceLinked ? 'original' : 'wallet'
