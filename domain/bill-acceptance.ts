import type { BillerState } from './biller.ts'
import type { LatePolicy } from './bill-payment.ts'
import type { CurrencyCode } from './currencies.ts'
import type { ProblemCode } from './errors.ts'
import { limitsFor, type LimitPolicy, type Limits } from './limits.ts'
import type { OwnLimits } from './own-limits.ts'
import type { BillPaymentPolicy } from './policy/index.ts'
import { ruleFinding, type RiskRule } from './risk.ts'
import { stepUpRequired, type StepUpInput, type StepUpRule } from './step-up.ts'

/** What is known when a bill is to be paid; amounts in minor units of the wallet's currency. */
export interface BillRequested {
  readonly currency: CurrencyCode
  /** False for a customer who is suspended, closing or closed; one who is only registered is stopped by the limit. */
  readonly customerMayPay: boolean
  readonly walletState: 'active' | 'frozen' | 'closed'
  readonly billerState: BillerState
  /** A kill switch is on for bills. */
  readonly suspended: boolean
  readonly limitPolicy: LimitPolicy
  readonly ownLimits: OwnLimits
  readonly available: bigint
  readonly usedToday: bigint
  readonly usedThisMonth: bigint
  readonly riskRules: readonly RiskRule[]
  readonly sinceStepUp: StepUpInput['sinceStepUp']
  readonly recent: StepUpInput['recent']
}

export type BillDecision =
  | { readonly kind: 'pay'; readonly limits: Limits }
  | { readonly kind: 'refuse'; readonly code: ProblemCode; readonly data: Readonly<Record<string, unknown>> }

/**
 * Whether the money for a bill is held now: on facts read without a lock. The unit of work repeats limits and funds under
 * the lock, so a race can only turn a yes into a no. A rule that holds payments for a reviewer blocks a bill: there is no
 * reviewer who would be done before it is due.
 */
export function decideBill(
  facts: BillRequested,
  { amount, fee }: { readonly amount: bigint; readonly fee: bigint },
  policy: Pick<BillPaymentPolicy, 'limits'>
): BillDecision {
  const refuse = (code: ProblemCode, data: Record<string, unknown> = {}): BillDecision => ({
    kind: 'refuse',
    code,
    data
  })
  if (facts.suspended) return refuse('rail_suspended')
  if (facts.billerState !== 'active') return refuse('biller_unavailable')
  if (facts.walletState === 'closed') return refuse('account_closed')
  if (facts.walletState === 'frozen' || !facts.customerMayPay) return refuse('wallet_frozen')
  const limits = limitsFor(facts.limitPolicy, policy, facts.currency, facts.ownLimits)
  const passed = (limit: bigint | null, used: bigint) => limit !== null && used + amount > limit
  if (passed(limits.perPayment, 0n)) return refuse('limit_exceeded', { limit: 'payment' })
  if (passed(limits.perDay, facts.usedToday)) return refuse('limit_exceeded', { limit: 'day' })
  if (passed(limits.perMonth, facts.usedThisMonth)) return refuse('limit_exceeded', { limit: 'month' })
  const risk = ruleFinding(facts.riskRules, { amount, currency: facts.currency })
  if (risk) return refuse('risk_blocked', { risk })
  if (facts.available < amount + fee) return refuse('insufficient_funds')
  return { kind: 'pay', limits }
}

/** By which rules its customer has to confirm a bill that they order, as they would a payment. */
export const billStepUp = (
  facts: BillRequested,
  amount: bigint,
  deviceAgeMs: number | undefined,
  policy: Pick<BillPaymentPolicy, 'limits' | 'step_up'>
): readonly StepUpRule[] => stepUpRequired({ ...facts, amount, deviceAgeMs }, policy).rules

/** What of a bill payment says whether its customer has said yes to it. */
interface Approved {
  readonly cap: bigint | null
  readonly approvalRequired: boolean
  readonly approvedAmount: bigint | null
}

/** Above what was agreed, or to be confirmed, and not approved up to that amount. */
export const needsApproval = ({ cap, approvalRequired, approvedAmount }: Approved, amount: bigint): boolean =>
  (approvalRequired || (cap !== null && amount > cap)) && (approvedAmount === null || approvedAmount < amount)

/** Tomorrow it may be otherwise; of what is due at once only money is waited for, everything else is an answer. */
export const mayPassLater = (code: ProblemCode, scheduled: boolean): boolean =>
  code === 'insufficient_funds' || (scheduled && (code === 'wallet_frozen' || code === 'rail_suspended'))

/**
 * Nobody has approved in time: for how much longer it waits. It is never paid without its customer's word, whatever the
 * policy: `pay_late` leaves them the days in which a late bill is still paid, `ask` asks once more.
 * @returns undefined where it ends instead
 */
export const longerFor = (
  { latePolicy, approvalExtended }: { readonly latePolicy: LatePolicy | null; readonly approvalExtended: boolean },
  { approval_ms, late_ms }: Pick<BillPaymentPolicy, 'approval_ms' | 'late_ms'>
): number | undefined => {
  if (approvalExtended) return undefined
  if (latePolicy === 'pay_late') return late_ms
  return latePolicy === 'ask' ? approval_ms : undefined
}
