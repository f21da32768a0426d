import type { CardBrand, CardExpiry, CardFunding } from '../domain/card.ts'
import type { WireMoney } from '../domain/money.ts'
import type { Bank, BankAnswer, BankInquiry } from './bank.ts'

/**
 * An instruction about a card. `verify` authorizes nothing, to see that the card is good; `sale` authorizes and captures in
 * one; `of` is the reference of the authorization or sale that the others are about. `represent` contests a chargeback of it:
 * accepted is that the money came back, declined that it stays where it is, and weeks may pass before either.
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
  | {
      readonly operation: 'represent'
      readonly of: string
      readonly chargeback: string
      readonly money: WireMoney
      readonly evidence: readonly ShownEvidence[]
    }
)

/** What a payee shows against a chargeback, for the card's issuer to look at. */
export interface ShownEvidence {
  readonly text?: string
  readonly files: readonly {
    readonly name: string
    readonly media_type: string
    readonly sha256: string
    /** The bytes in Base64. */
    readonly content: string
  }[]
}

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
  /** Of a second stage: the one that had been won. */
  readonly previous?: string | undefined
}

/** A chargeback as the acquirer's list names it; what it is, an inquiry of the reference says. */
export interface ListedChargeback {
  /** Its place in the acquirer's list: they rise, and leave some out. */
  readonly seq: number
  readonly id: string
  /** Of the payment or the top-up, as we had called it. */
  readonly reference: string
}

/** What the acquirer has paid out to our bank; minor units. */
export interface AcquirerPayout {
  /** Its place in the acquirer's list: 1, 2, 3 … */
  readonly seq: number
  /** As the bank calls it. */
  readonly reference: string
  readonly bank: Bank
  readonly money: WireMoney
  /** What the acquirer has kept for itself; none: `0`. */
  readonly fee: string
  readonly at: string
}

export interface AcquirerProvider {
  /** Sends once; never throws for what the outside world does. */
  send(instruction: CardInstruction, signal?: AbortSignal): Promise<AcquirerAnswer>
  inquire(reference: string, signal?: AbortSignal): Promise<AcquirerInquiry>
  /**
   * Its payouts after a place in its list, oldest first, some at a time.
   * @throws {Error} when there is no answer that can be read: ask again.
   */
  listPayouts(after: number, signal?: AbortSignal): Promise<readonly AcquirerPayout[]>
  /** What card holders have had taken back after a place in its list, in the same way. */
  listChargebacks(after: number, signal?: AbortSignal): Promise<readonly ListedChargeback[]>
}
