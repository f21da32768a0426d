import { access } from './access.ts'
import { automaticTopUp } from './automatic-top-up.ts'
import { bank } from './bank.ts'
import { billPayment } from './bill-payment.ts'
import { bankLink } from './bank-link.ts'
import { kyb } from './kyb.ts'
import { bankReturn } from './bank-return.ts'
import { dispute } from './dispute.ts'
import { events } from './events.ts'
import { cardLink } from './card-link.ts'
import { kyc } from './kyc.ts'
import { limits } from './limits.ts'
import { mandate } from './mandate.ts'
import { mergeOver, type DeepReadonly } from './merge.ts'
import { notifications } from './notifications.ts'
import { payment } from './payment.ts'
import { paymentRequest } from './payment-request.ts'
import { pin } from './pin.ts'
import { refund } from './refund.ts'
import { reconciliation } from './reconciliation.ts'
import { registration } from './registration.ts'
import { risk } from './risk.ts'
import { debitReport, passwordReset, secondFactor } from './service.ts'
import { settlement } from './settlement.ts'
import { stepUp } from './step-up.ts'
import { webhook } from './webhook.ts'
import { withdrawal } from './withdrawal.ts'

const defaults = {
  payment,
  payment_request: paymentRequest,
  bank,
  limits,
  step_up: stepUp,
  pin,
  access,
  registration,
  kyc,
  kyb,
  withdrawal,
  bank_link: bankLink,
  password_reset: passwordReset,
  second_factor: secondFactor,
  debit_report: debitReport,
  bank_return: bankReturn,
  automatic_top_up: automaticTopUp,
  card_link: cardLink,
  refund,
  dispute,
  risk,
  settlement,
  reconciliation,
  events,
  webhook,
  notifications,
  bill_payment: billPayment,
  mandate
}

/** Every number that governs a process, by topic. JSON-able: money is a string of minor units, durations end in `_ms`. */
export type Policy = DeepReadonly<typeof defaults>

/**
 * The defaults with the content of `COFFER_POLICY` laid over them.
 * @throws {TypeError} naming the path of the first unknown key or unfit value.
 */
export const mergePolicy = (overrides: unknown): Policy => mergeOver(defaults, overrides)

/** What holds when nothing is overridden; frozen through and through. */
export const defaultPolicy: Policy = mergePolicy({})

/** What one payment's run keeps from start to end, whatever the installation's policy becomes meanwhile. */
export type PaymentPolicy = Policy['payment'] &
  Pick<Policy, 'limits' | 'step_up'> & {
    /** Absent: of a run that began before there was a policy for it. */
    readonly risk?: RiskReviewPolicy & Pick<Policy['risk'], 'payment_velocity'>
  }

export const paymentPolicy = ({ payment, limits, step_up, risk }: Policy): PaymentPolicy => ({
  ...payment,
  limits,
  step_up,
  risk: { ...riskReviewPolicy(risk), payment_velocity: risk.payment_velocity }
})

/** How long a reviewer has. */
export type RiskReviewPolicy = Pick<Policy['risk'], 'review_sla_ms' | 'review_ms'>

const riskReviewPolicy = ({ review_sla_ms, review_ms }: Policy['risk']): RiskReviewPolicy => ({
  review_sla_ms,
  review_ms
})

/** What orders to a bank are judged by; absent: of a run that began before there was a policy for it. */
interface BankOrderRisk {
  readonly risk?: RiskReviewPolicy & Pick<Policy['risk'], 'structuring'>
}

const bankOrderRisk = ({ risk }: Policy): Required<BankOrderRisk> => ({
  risk: { ...riskReviewPolicy(risk), structuring: risk.structuring }
})

/** How a bank is talked to. */
export type BankPolicy = Policy['bank']

/** What the run of a payment keeps that is paid from a bank account. */
export type FundedPaymentPolicy = PaymentPolicy & BankPolicy

export const fundedPaymentPolicy = (policy: Policy): FundedPaymentPolicy => ({
  ...policy.bank,
  ...paymentPolicy(policy)
})

/** What it takes to know whether a write-off needs a second operator. */
export type WriteOffPolicy = Pick<BankPolicy, 'write_off_four_eyes_usd' | 'stuck_sla_ms'> & Pick<Policy, 'limits'>

/** What one top-up's run keeps: how to ask the bank, and the balance limit's table. */
export type TopUpPolicy = BankPolicy & Pick<Policy, 'limits'> & BankOrderRisk

export const topUpPolicy = (policy: Policy): TopUpPolicy => ({
  ...policy.bank,
  limits: policy.limits,
  ...bankOrderRisk(policy)
})

/** What one application's run keeps: deadlines, thresholds, weights. */
export type OnboardingPolicy = Pick<Policy, 'kyc'>

export const onboardingPolicy = ({ kyc }: Policy): OnboardingPolicy => ({ kyc })

/** The same of a business's. */
export type BusinessPolicy = OnboardingPolicy & Pick<Policy, 'kyb'>

export const businessPolicy = ({ kyc, kyb }: Policy): BusinessPolicy => ({ kyc, kyb })

/** What one payment request's run keeps: how long it may be paid. */
export type PaymentRequestPolicy = Policy['payment_request']

export const paymentRequestPolicy = ({ payment_request }: Policy): PaymentRequestPolicy => payment_request

/** What one withdrawal's run keeps: how to ask the bank, its own numbers, limits, and when it has to be confirmed. */
export type WithdrawalPolicy = BankPolicy & Policy['withdrawal'] & Pick<Policy, 'limits' | 'step_up'> & BankOrderRisk

export const withdrawalPolicy = (policy: Policy): WithdrawalPolicy => ({
  ...policy.bank,
  ...policy.withdrawal,
  limits: policy.limits,
  step_up: policy.step_up,
  ...bankOrderRisk(policy)
})

/** What one bank link's run keeps: how to ask the bank, and how long the customer is waited for. */
export type BankLinkPolicy = Policy['bank'] & Pick<Policy, 'bank_link'>

export const bankLinkPolicy = ({ bank, bank_link }: Policy): BankLinkPolicy => ({ ...bank, bank_link })

/** What one bank return's run keeps: how to ask the bank, and the windows. */
export type BankReturnPolicy = BankPolicy & Pick<Policy, 'bank_return'>

export const bankReturnPolicy = ({ bank, bank_return }: Policy): BankReturnPolicy => ({ ...bank, bank_return })

/** What one card link's run keeps: how to ask the acquirer, and how many cards a customer may have. */
export type CardLinkPolicy = Policy['bank'] & Pick<Policy, 'card_link'>

export const cardLinkPolicy = ({ bank, card_link }: Policy): CardLinkPolicy => ({ ...bank, card_link })

/** What one refund's run keeps: how to ask the bank, and how long the merchant's money is waited for. */
export type RefundPolicy = BankPolicy & Policy['refund'] & Pick<Policy, 'limits'>

export const refundPolicy = ({ bank, refund, limits }: Policy): RefundPolicy => ({ ...bank, ...refund, limits })

/** What one dispute's run keeps: its deadlines and amounts. */
export type DisputePolicy = Policy['dispute'] & Pick<Policy, 'limits'>

export const disputePolicy = ({ dispute, limits }: Policy): DisputePolicy => ({ ...dispute, limits })

/** What one concession's run keeps: when it takes two. */
export type ConcessionPolicy = DisputePolicy

/** What one settlement's run keeps: how to ask the bank, and how what is due is parted. */
export type SettlementPolicy = BankPolicy & Pick<Policy, 'limits' | 'settlement'>

export const settlementPolicy = ({ bank, limits, settlement }: Policy): SettlementPolicy => ({
  ...bank,
  limits,
  settlement
})

/** What one reconciliation's run keeps: its times, and when an adjustment takes two. Our own account numbers stay here. */
export type ReconciliationPolicy = WriteOffPolicy & { readonly reconciliation: ReconciliationTimes }

type ReconciliationTimes = Pick<
  Policy['reconciliation'],
  'date_tolerance_days' | 'retry_every_ms' | 'look_every_ms' | 'task_after_ms'
>

export const reconciliationPolicy = ({ bank, limits, reconciliation: of }: Policy): ReconciliationPolicy => ({
  write_off_four_eyes_usd: bank.write_off_four_eyes_usd,
  stuck_sla_ms: bank.stuck_sla_ms,
  limits,
  reconciliation: {
    date_tolerance_days: of.date_tolerance_days,
    retry_every_ms: of.retry_every_ms,
    look_every_ms: of.look_every_ms,
    task_after_ms: of.task_after_ms
  }
})

/** What one bill payment's run keeps: how the network is asked, its own numbers, limits, and when it has to be confirmed. */
export type BillPaymentPolicy = BankPolicy & Policy['bill_payment'] & Pick<Policy, 'limits' | 'step_up'> & BankOrderRisk

export const billPaymentPolicy = (policy: Policy): BillPaymentPolicy => ({
  ...policy.bank,
  ...policy.bill_payment,
  limits: policy.limits,
  step_up: policy.step_up,
  ...bankOrderRisk(policy)
})

/** A mandate's own numbers. */
export type MandatePolicy = Policy['mandate']

/** What a mandate keeps from its first day on, for itself and for what it pays. */
export type MandatePolicies = MandatePolicy & { readonly bill_payment: BillPaymentPolicy }

export const mandatePolicies = (policy: Policy): MandatePolicies => ({
  ...policy.mandate,
  bill_payment: billPaymentPolicy(policy)
})
