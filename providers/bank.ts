import type { WireMoney } from '../domain/money.ts'

/** The banks we hold accounts with; IBAN bank code `COFA` → `a`, `COFB` → `b`. */
export type Bank = 'a' | 'b'

/** An instruction to move money: a pull debits the customer's bank account, a push credits it. */
export interface BankInstruction {
  readonly bank: Bank
  readonly operation: 'pull' | 'push'
  /** Ours, unique for ever; the bank never books one reference twice. */
  readonly reference: string
  readonly iban: string
  readonly holder: string
  readonly money: WireMoney
}

/**
 * What an answer, or its absence, means.
 * `unknown` (a time-out, a reset, a 5xx, "taken, will tell you") is never a refusal: ask under the same reference.
 * `undelivered` is proven: the connection was refused before a byte was sent, so the send may be repeated.
 */
export type BankAnswer =
  | { readonly kind: 'accepted'; readonly bankReference: string }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'undelivered'; readonly reason: string }

/** The bank's word on a reference. `not_found` fences it: the bank will never book it later. */
export type BankInquiry =
  | { readonly kind: 'booked'; readonly bankReference: string }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'pending' }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'unknown'; readonly reason: string }

export const journalOperations = [
  ...(['opening', 'pull', 'push', 'return', 'fee', 'transfer'] as const),
  ...(['sale', 'capture', 'refund', 'chargeback', 'representment', 'payout'] as const)
] as const

/** Who keeps money of ours, and a journal of it: the banks and the card acquirer. */
export type Counterpart = Bank | 'acquirer'

/** A line of the bank's own journal, as the bank oracle (O4) reads it. */
export interface BankJournalLine {
  readonly seq: number
  readonly reference: string
  readonly operation: (typeof journalOperations)[number]
  /** None at the acquirer. */
  readonly iban?: string
  /** Only at the acquirer: the authorization or sale that it is about, if any. */
  readonly of?: string
  /** Minor units as a decimal string, always positive; `direction` says which way. */
  readonly amount: string
  readonly currency: string
  readonly direction: 'in' | 'out'
  readonly booked_at: string
}

/** A question about an account at a bank, and about the customer who says that it is theirs. */
export interface AccountQuestion {
  readonly bank: Bank
  /** Ours, of the link: the same asks the same. */
  readonly reference: string
  readonly iban: string
  readonly name: string
}

/** Confirmation of payee: how like the account holder's name is. `closed`: unknown to the bank, or no longer open. */
export interface PayeeAnswer {
  readonly kind: 'match' | 'close' | 'no_match' | 'closed'
}

/** Whether it is that customer's account; `pending`: the bank will call back, and tells whoever asks again. */
export interface OwnershipAnswer {
  readonly kind: 'owned' | 'not_owned' | 'pending'
}

/**
 * The bank's word on a return, asked by the bank's own reference of it: which instruction of ours came back, what moved, and
 * what the bank takes of us for it.
 */
export type ReturnInquiry =
  | {
      readonly kind: 'returned'
      readonly originalReference: string
      readonly money: WireMoney
      /** In the same currency; absent: nothing. */
      readonly charge?: WireMoney | undefined
      readonly reason: string
      /** RFC 3339. */
      readonly returnedAt: string
    }
  | { readonly kind: 'not_found' }

/** What banks take back after they have booked it. */
export interface BankReturns {
  /** @throws {Error} when there is no answer that can be read: ask again. */
  inquireReturn(bank: Bank, reference: string, signal?: AbortSignal): Promise<ReturnInquiry>
  /**
   * The bank's returns after a place in its books, oldest first, some at a time.
   * @throws {Error} as `inquireReturn` does.
   */
  listReturns(bank: Bank, after: number, signal?: AbortSignal): Promise<{ seq: number; reference: string }[]>
}

/** `unknown`: no answer, or none that can be read: ask again. */
export type StatementAnswer =
  | { readonly kind: 'statement'; readonly content: string }
  | { readonly kind: 'not_yet' }
  | { readonly kind: 'unknown'; readonly reason: string }

/** What banks say happened on our account, day by day. */
export interface BankStatements {
  /** A UTC day's camt.053, as it came. Never throws for what the outside world does. */
  fetchStatement(bank: Bank, date: string, maxBytes: number, signal?: AbortSignal): Promise<StatementAnswer>
}

export interface BankProvider extends AccountChecks, BankReturns, BankStatements {
  /** Sends once; never throws for what the outside world does. */
  send(instruction: BankInstruction, signal?: AbortSignal): Promise<BankAnswer>
  inquire(bank: Bank, reference: string, signal?: AbortSignal): Promise<BankInquiry>
}

/** Questions that move nothing: they may be repeated without harm. */
export interface AccountChecks {
  /** @throws {Error} without anything personal in it when there is no answer that can be read: repeat. */
  confirmPayee(question: AccountQuestion, signal?: AbortSignal): Promise<PayeeAnswer>
  /** @throws {Error} as `confirmPayee` does. */
  checkOwnership(question: AccountQuestion, signal?: AbortSignal): Promise<OwnershipAnswer>
}
