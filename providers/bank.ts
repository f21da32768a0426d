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

/** A line of the bank's own journal, as the bank oracle (O4) reads it. */
export interface BankJournalLine {
  readonly seq: number
  readonly reference: string
  readonly operation: 'opening' | 'pull' | 'push' | 'return' | 'fee'
  readonly iban: string
  /** Minor units as a decimal string, always positive; `direction` says which way. */
  readonly amount: string
  readonly currency: string
  readonly direction: 'in' | 'out'
  readonly booked_at: string
}

export interface BankProvider {
  /** Sends once; never throws for what the outside world does. */
  send(instruction: BankInstruction, signal?: AbortSignal): Promise<BankAnswer>
  inquire(bank: Bank, reference: string, signal?: AbortSignal): Promise<BankInquiry>
}
