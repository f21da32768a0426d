import { account } from '../domain/account-kinds.ts'
import { isCardHold, pendingCapture } from '../domain/card-capture.ts'
import { Refusal, type ProblemCode } from '../domain/errors.ts'
import type { Limits } from '../domain/limits.ts'
import { merchantFee } from '../domain/merchant-fee.ts'
import type { CaptureDecision, HeldPayment } from '../domain/payment-rules.ts'
import { authorizedPath, paymentStates, type PaymentState } from '../domain/payment.ts'
import type { PaymentPolicy } from '../domain/policy/index.ts'
import { captureShares, payeesPart, type SharedCapture } from '../domain/splits.ts'
import { fromUsd } from '../domain/reference-rates.ts'
import type { Guard, PostingStep, UnitPart } from '../ledger/unit-of-work.ts'
import type { PaymentFacts } from '../store/payment-facts.ts'
import { toPaymentRow, toPaymentView, type Payment } from '../store/payment.ts'
import { giveBack, outgoingGuards } from './outgoing-limits.ts'
import { createRecordWrite } from './record-write.ts'
import { wasHeld } from './risk-review.ts'

/** The payment's part of the books (ARCHITECTURE.md, "Postings"): what each of its units tests, posts, writes. */

export const holdId = (payment: Payment): string => `${payment.id}/authorization`

const sides = ({ walletId, merchantId, currency }: Payment) => ({
  debit: account('wallet', walletId, currency),
  credit: account('merchant_payable', merchantId, currency)
})

const feePosting = ({ merchantId, currency }: Payment, amount: bigint): PostingStep[] =>
  amount === 0n
    ? []
    : [
        {
          op: 'post',
          debit: account('merchant_payable', merchantId, currency),
          credit: account('fee_income', 'merchant', currency),
          amount,
          code: 'payment.fee'
        }
      ]

/** The payment as it stands once it is authorized, with what its unit posts. */
export function authorized(
  payment: Payment,
  facts: PaymentFacts,
  limits: Limits,
  policy: PaymentPolicy
): { payment: Payment; path: readonly PaymentState[]; guards: Guard[]; postings: PostingStep[] } {
  const { amount } = payment
  const captureBefore = new Date(facts.now.getTime() + policy.hold_ms)
  const { limitCounters, guards: limited } = outgoingGuards(amount, facts.counters, limits)
  const guards = [...limited, ...velocityGuards(facts, policy)]
  const common = { authorizedAt: facts.now, limitCounters }
  if (payment.funding.type !== 'balance') {
    const path = authorizedPath(payment.capture, payment.funding.type)
    return { payment: { ...payment, ...common }, path, guards, postings: [] }
  }
  if (payment.capture === 'manual') {
    const postings: PostingStep[] = [
      {
        op: 'hold',
        hold: holdId(payment),
        ...sides(payment),
        amount,
        code: 'payment.capture',
        expiresAt: captureBefore
      }
    ]
    return { payment: { ...payment, ...common, captureBefore }, path: authorizedPath('manual'), guards, postings }
  }
  const whole = capturedWhole({ ...payment, ...common }, policy)
  return { ...whole, path: authorizedPath('automatic'), guards }
}

/** Counts it, and refuses the one too many: what was read before stands as long as nobody has paid there since. */
function velocityGuards({ velocity }: PaymentFacts, { risk }: PaymentPolicy): Guard[] {
  if (!velocity || !risk) return []
  const { counter, before, paidBefore } = velocity
  const max = BigInt(risk.payment_velocity.max - paidBefore)
  return [
    { kind: 'still', ...before },
    { kind: 'counter', counter, add: 1n, max, code: 'velocity_exceeded', data: { limit: 'payments' } }
  ]
}

/** All of it moves to the merchant at once, out of the wallet. */
export function capturedWhole(
  payment: Payment,
  { merchant_fee }: Pick<PaymentPolicy, 'merchant_fee'>
): { payment: Payment; postings: PostingStep[] } {
  const { amount, currency } = payment
  const fee = merchantFee(amount, currency, merchant_fee)
  const shared = captureShares(payment.splits, amount)
  const postings: PostingStep[] = [
    { op: 'post', ...sides(payment), amount, code: 'payment.capture' },
    ...sharePostings(payment, shared),
    ...feePosting(payment, fee)
  ]
  return { payment: { ...payment, captured: amount, fee, splits: shared.after }, postings }
}

/** What the payee passes on of a capture; its fee comes out of what is left. */
const sharePostings = ({ merchantId: payee, currency, splits }: Payment, { parts }: SharedCapture): PostingStep[] =>
  splits.flatMap(({ merchantId, type }, index) =>
    merchantId === payee || parts[index] === 0n
      ? []
      : [
          {
            op: 'post' as const,
            debit: account('merchant_payable', payee, currency),
            credit: account('merchant_payable', merchantId, currency),
            amount: parts[index]!,
            code: `payment.${type}`
          }
        ]
  )

/**
 * Counts the payment since the last confirmation, and refuses the one that would pass the rules when several come at
 * once: under the lock, where ten parallel payments cannot each be the first.
 */
export function stepUpGuards(
  { amount, currency }: Pick<Payment, 'amount' | 'currency'>,
  { counters, limitPolicy }: Pick<PaymentFacts, 'counters' | 'limitPolicy'>,
  { step_up, limits }: Pick<PaymentPolicy, 'step_up' | 'limits'>,
  confirmed: boolean
): Guard[] {
  if (limitPolicy === 'unlimited' || confirmed) return []
  const usd = (cents: string) => fromUsd(BigInt(cents), currency, limits.reference_rates, 'down')
  const watched = amount > usd(step_up.floor_usd)
  const code: ProblemCode = 'confirmation_required'
  return [
    {
      kind: 'counter',
      counter: counters.stepUpTotal,
      add: amount,
      max: watched ? usd(step_up.cumulative_usd) : undefined,
      code,
      data: { rules: ['cumulative_amount'] }
    },
    {
      kind: 'counter',
      counter: counters.stepUpCount,
      add: 1n,
      max: watched ? BigInt(step_up.payments_since) : undefined,
      code,
      data: { rules: ['payment_count'] }
    }
  ]
}

/**
 * Captures `amount` of the hold, shares it, and releases what is left when `released` is above zero.
 * @returns a refusal, `share_below_fee`, where what the payee keeps of the part would not pay its fee.
 */
export function capturedPart(
  payment: Payment,
  { amount, feeDelta, released }: Pick<CaptureDecision, 'amount' | 'feeDelta' | 'released'>
): { payment: Payment; postings: PostingStep[] } | Refusal {
  const hold = { hold: holdId(payment), ...sides(payment) }
  const moved: PostingStep = { op: 'post_hold', ...hold, amount }
  const rest: PostingStep[] = released > 0n ? [{ op: 'void_hold', ...hold, code: 'payment.release' }] : []
  const captured = sharedCapture(payment, { amount, feeDelta }, moved)
  return captured instanceof Refusal ? captured : { ...captured, postings: [...captured.postings, ...rest] }
}

/**
 * The part of a capture that comes from outside: `funding` brings it into the wallet, which passes it on.
 * @returns a refusal, `share_below_fee`.
 */
export function capturedThrough(
  payment: Payment,
  { amount, feeDelta }: Pick<CaptureDecision, 'amount' | 'feeDelta'>,
  funding: PostingStep[]
): { payment: Payment; postings: PostingStep[] } | Refusal {
  const moved: PostingStep = { op: 'post', ...sides(payment), amount, code: 'payment.capture' }
  const captured = sharedCapture(payment, { amount, feeDelta }, moved)
  return captured instanceof Refusal ? captured : { ...captured, postings: [...funding, ...captured.postings] }
}

/** What is captured (`moved`), passed on by the payee, and paid as its fee. */
function sharedCapture(
  payment: Payment,
  { amount, feeDelta }: Pick<CaptureDecision, 'amount' | 'feeDelta'>,
  moved: PostingStep
): { payment: Payment; postings: PostingStep[] } | Refusal {
  const shared = captureShares(payment.splits, amount)
  const kept = payeesPart(payment.splits, shared, payment.merchantId, amount)
  if (kept < feeDelta)
    return new Refusal('share_below_fee', { detail: `the payee would keep ${kept} and pay ${feeDelta}` })
  const captured = payment.captured + amount
  return {
    payment: { ...payment, captured, fee: payment.fee + feeDelta, splits: shared.after },
    postings: [moved, ...sharePostings(payment, shared), ...feePosting(payment, feeDelta)]
  }
}

export const releasePosting = (payment: Payment, op: 'void_hold' | 'expire_hold'): PostingStep => ({
  op,
  hold: holdId(payment),
  ...sides(payment),
  code: op === 'void_hold' ? 'payment.void' : 'payment.expire'
})

/**
 * The record's write for a path of states. `after` carries the new columns; a path of none repeats the state with an
 * event of its own (`payment.captured` for a part). Between two arrows of one unit nothing was captured yet.
 */
export const paymentWrite = createRecordWrite({
  kind: 'payment',
  states: paymentStates,
  owners: ({ customerId, merchantId }: Payment) => ({ customerId, merchantId }),
  view: (payment, last) => toPaymentView(last ? payment : { ...payment, captured: 0n, fee: 0n }),
  row: toPaymentRow,
  tasks: (payment) => payment.funding.type !== 'balance' || wasHeld(payment)
})

/** The hold as the rules see it, or why there is none, or why nothing can be done about it now. */
export function heldPayment(payment: Payment): HeldPayment | Refusal {
  const { state, currency, amount, captured, captureBefore, lastCapture } = payment
  if (state !== 'requires_capture') return new Refusal('state_conflict', { state })
  if (pendingCapture(lastCapture)) return new Refusal('capture_pending')
  return { state, currency, authorized: amount, captured, captureBefore: captureBefore! }
}

/** Gives back what is left of the hold, and of the limits. A card's is the acquirer's, which is told of it afterwards. */
export function releasePart(
  payment: Payment,
  { released, path }: { released: bigint; path: readonly Payment['state'][] },
  op: 'void_hold' | 'expire_hold',
  actor?: string
): UnitPart {
  const guards = giveBack(payment, released)
  if (isCardHold(payment))
    return { guards, records: [paymentWrite(payment, { ...payment, holdRelease: 'due' }, path, { actor })] }
  return {
    guards,
    postings: [releasePosting(payment, op)],
    records: [paymentWrite(payment, payment, path, { actor })]
  }
}
