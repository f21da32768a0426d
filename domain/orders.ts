import type { ConcessionKind } from './concession.ts'
import type { HolidayShift, Rule } from './calendar.ts'
import type { LatePolicy } from './bill-payment.ts'
import type { DisputeReason } from './dispute.ts'
import type { ProblemCode } from './errors.ts'
import type { WireMoney } from './money.ts'
import type { OnboardingPurpose, TargetTier } from './onboarding.ts'

/** What a customer ordered, as it goes into the workflow and onto the record. No personal data. */
export interface PaymentOrder {
  readonly wallet_id: string
  readonly merchant_id: string
  /** What asked for it: its payee, and its amount unless that was open. */
  readonly payment_request_id?: string
  /** Absent: the wallet's balance. */
  readonly funding?: { readonly type: 'bank_account' | 'card'; readonly id: string }
  /** Of the bank account that it is paid from. */
  readonly bank?: 'a' | 'b'
  readonly amount: WireMoney
  /** Who shares it, the payee included; minor units. Absent: all of it is the payee's. */
  readonly splits?: readonly {
    readonly merchant_id: string
    readonly amount: string
    readonly type: 'share' | 'commission'
  }[]
  readonly capture: 'automatic' | 'manual'
  readonly description?: string
  /** Since when the device is known that the customer ordered from, in business time; absent: another way. */
  readonly device_known_since?: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Money between a wallet and a linked bank account. */
export interface BankOrder {
  readonly wallet_id: string
  readonly bank_account_id: string
  readonly bank: 'a' | 'b'
  readonly amount: WireMoney
  readonly metadata: Readonly<Record<string, string>>
  /** By the customer's standing rule; absent: somebody asked for it. */
  readonly automatic?: true
}

/** Money from a linked card into a wallet. */
export interface CardTopUpOrder {
  readonly wallet_id: string
  readonly card_id: string
  readonly amount: WireMoney
  readonly metadata: Readonly<Record<string, string>>
}

export type TopUpOrder = BankOrder | CardTopUpOrder

/** What a merchant asks for. */
export interface PaymentRequestOrder {
  readonly merchant_id: string
  /** Absent: the payer names it. */
  readonly amount?: WireMoney
  readonly currency: string
  readonly description?: string
  readonly reference?: string
  readonly multi_use: boolean
  /** From the first unit on, in business time; the policy's when absent. */
  readonly expires_in_ms?: number
  readonly metadata: Readonly<Record<string, string>>
}
/** The same as a top-up's the other way round. */
export type WithdrawalOrder = BankOrder

/** What is given back of a payment, and what its money came from. */
export interface RefundOrder {
  readonly payment_id: string
  /** As asked for; or all that was left then. */
  readonly amount: WireMoney
  /** All that is left when it is taken in, be it less than that. */
  readonly whole?: true
  readonly reason?: string
  /** Of the bank that paid the payment. */
  readonly bank?: 'a' | 'b'
}

export interface OnboardingOrder {
  readonly customer_id: string
  readonly target_tier: TargetTier
  /** Absent: an application of the customer's own. */
  readonly purpose?: OnboardingPurpose
}

/** A business that wants to be paid. */
export interface BusinessOrder {
  readonly merchant_id: string
  readonly purpose?: OnboardingPurpose
}

export interface BankLinkOrder {
  readonly customer_id: string
  readonly bank: 'a' | 'b'
  readonly method: 'instant' | 'micro_deposits'
}

/** The token is under the card's id in personal data. */
export interface CardLinkOrder {
  readonly customer_id: string
}

/** The pull that brings two micro-deposits back, in one sum. */
export interface DepositRecoveryOrder {
  readonly customer_id: string
  readonly bank_account_id: string
  readonly bank: 'a' | 'b'
  readonly amount: WireMoney
}

/**
 * What a bank has news of: the return's own reference there, which has to be asked about. Of the acquirer: a chargeback, of which
 * the customer answers for the whole, or for what they had been given back before.
 */
export interface BankReturnOrder {
  readonly bank: 'a' | 'b' | 'acquirer'
  readonly reference: string
}

/** What a customer contests. What they say about it is sealed under the dispute's id. */
export interface DisputeOrder {
  readonly payment_id: string
  readonly reason: DisputeReason
  readonly amount: WireMoney
  /** Of a second stage: what it follows. */
  readonly previous_id?: string
  /** The acquirer has taken the amount back for the card's holder; what is left of the payment is disputed. */
  readonly chargeback_id?: string
}

/** What is given up: of goodwill for a dispute, to its customer; else of what the merchant owes. */
export interface ConcessionOrder {
  readonly kind: ConcessionKind
  readonly merchant_id: string
  readonly dispute_id?: string
  readonly amount: WireMoney
  readonly reason: string
}

/** What a merchant has earned, up to a cut-off, to their bank account. */
export interface SettlementOrder {
  readonly merchant_id: string
  readonly currency: string
  readonly trigger: 'daily' | 'on_demand'
  /** `YYYY-MM-DD`. */
  readonly business_date: string
  /** What was captured after it is not due yet; RFC 3339 in business time. */
  readonly cut_off: string
  /** Of the account that it goes to, as it was when this was ordered. */
  readonly bank: 'a' | 'b'
  readonly account_version: number
}

/** A bill, or an occurrence of a mandate. The account number at the biller is sealed under `account_reference`. */
export interface BillPaymentOrder {
  readonly wallet_id: string
  readonly biller_id: string
  /** What the account number stands under in personal data: the payment's own id, or its mandate's. */
  readonly account_reference: string
  readonly bill_reference?: string
  /** What is paid; absent: what the bill says when it is due. */
  readonly amount?: WireMoney
  /** Of a bill whose amount is asked for: above it the customer has to approve. */
  readonly cap?: WireMoney
  /** Business times, RFC 3339; absent: at once. From the first one on its customer has been told. */
  readonly announce_at?: string
  readonly debit_at?: string
  /** Since when the device is known that the customer ordered from, in business time; absent: another way. */
  readonly device_known_since?: string
  /** Of an occurrence: the mandate, the unshifted local date of its rule (`YYYY-MM-DD`), and what becomes of it when it is late. */
  readonly mandate_id?: string
  readonly period?: string
  readonly late_policy?: LatePolicy
  readonly metadata: Readonly<Record<string, string>>
}

/** The day of a bank's statement; UTC. */
export interface ReconciliationOrder {
  readonly bank: 'a' | 'b'
  readonly date: string
}

/** Bills of one account at a biller that pay themselves; dates are `YYYY-MM-DD` where the customer lives. */
export interface MandateOrder {
  readonly wallet_id: string
  readonly biller_id: string
  readonly amount: { readonly fixed: WireMoney } | { readonly bill_up_to: WireMoney }
  readonly rule: Rule
  readonly days_before_due: number
  readonly zone: string
  /** `HH:MM`. */
  readonly time: string
  readonly holiday: HolidayShift
  readonly start: string
  readonly end?: string
  readonly count?: number
  readonly late_policy: LatePolicy
  readonly metadata: Readonly<Record<string, string>>
}

/** Where a process stands, as its activities tell its workflow; instants are RFC 3339. */
export interface Progress<State extends string> {
  readonly id: string
  readonly state: State
  readonly version: number
  readonly decline_code?: string
  /** When the state runs out by itself, in business time. */
  readonly deadline?: string
}

/** The one argument of every workflow that a request starts. */
export interface Start<Order, Policy = unknown> {
  readonly id: string
  readonly order: Order
  /** The policies in force when the run began: they stay in force for it. */
  readonly policy: Policy
  /** Of the parsed request: Temporal answers a repeated update *whatever its arguments*, so the caller compares. */
  readonly fingerprint: string
  /** Who ordered it: `cus_…`, `service:<name>`. */
  readonly actor: string
  /** Of the first request: an answer that carries another one is a replay. */
  readonly requestId: string
}

/** The first step's word: `first_version` is what the first answer told, where the record was there before the run. */
export type Accepted<P> = P & { readonly first_version?: number | undefined }

/** What became of a decision, and where the process stands now. */
export type DecisionOutcome<State extends string = string> = { readonly progress: Progress<State> } & (
  | { readonly kind: 'posted' }
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly data: Readonly<Record<string, unknown>> }
)
