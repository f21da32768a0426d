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

/** What a bank has news of: the return's own reference there, which has to be asked about. */
export interface BankReturnOrder {
  readonly bank: 'a' | 'b'
  readonly reference: string
}

/** What a customer contests. What they say about it is sealed under the dispute's id. */
export interface DisputeOrder {
  readonly payment_id: string
  readonly reason: DisputeReason
  readonly amount: WireMoney
  /** Of a second stage: what it follows. */
  readonly previous_id?: string
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

/** The day of a bank's statement; UTC. */
export interface ReconciliationOrder {
  readonly bank: 'a' | 'b'
  readonly date: string
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
