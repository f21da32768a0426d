import type { CardBrand, CardExpiry, CardFunding } from '../domain/card.ts'
import type { WireMoney } from '../domain/money.ts'
import type { BankAnswer, BankInquiry } from './bank.ts'

/**
 * An instruction about a card. `verify` authorizes nothing, to see that the card is good; `sale` authorizes and captures in
 * one; `of` is the reference of the authorization or sale that the others are about.
 */
export type CardInstruction = {
  /** Ours, unique for ever; the acquirer never books one reference twice. */
  readonly reference: string
} & (
  | { readonly operation: 'verify'; readonly token: string }
  | { readonly operation: 'authorize' | 'sale'; readonly token: string; readonly money: WireMoney }
  | { readonly operation: 'capture'; readonly of: string; readonly money: WireMoney; readonly final: boolean }
  | { readonly operation: 'refund'; readonly of: string; readonly money: WireMoney }
  | { readonly operation: 'void'; readonly of: string }
)

/** Which card a token stands for; never its number. Two tokens of one card have one fingerprint. */
export interface CardDetails {
  readonly fingerprint: string
  readonly brand: CardBrand
  readonly funding: CardFunding
  readonly last4: string
  readonly expiry: CardExpiry
}

/** As a bank's; a verification that was accepted says which card it was. `bankReference` is the acquirer's. */
export type AcquirerAnswer = BankAnswer & { readonly card?: CardDetails }
export type AcquirerInquiry = BankInquiry & {
  readonly card?: CardDetails
  readonly chargebacks?: readonly Chargeback[]
}

/** What card holders have had taken back of a payment. */
export interface Chargeback {
  readonly id: string
  readonly reason: string
  /** Minor units, in the payment's currency. */
  readonly amount: string
}

export interface AcquirerProvider {
  /** Sends once; never throws for what the outside world does. */
  send(instruction: CardInstruction, signal?: AbortSignal): Promise<AcquirerAnswer>
  inquire(reference: string, signal?: AbortSignal): Promise<AcquirerInquiry>
}
