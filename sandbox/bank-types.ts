import { z } from 'zod'
import { isCurrency, type CurrencyCode } from '../domain/currencies.ts'
import { REQUEST_AMOUNT } from '../domain/money.ts'

export const BankName = z.enum(['a', 'b'])
export type BankName = z.output<typeof BankName>
export const bankNames = BankName.options

export const Amount = z.strictObject({
  amount: z.string().regex(REQUEST_AMOUNT),
  currency: z.string().refine((code): code is CurrencyCode => isCurrency(code), 'not an ISO 4217 currency')
})

/** The body of `POST /banks/{bank}/instructions`: a pull debits the holder's account, a push credits it. */
export const Order = z.strictObject({
  reference: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$/),
  operation: z.enum(['pull', 'push']),
  iban: z.string().min(1).max(64),
  holder: z.string().min(1).max(140),
  amount: Amount
})
export type Order = z.output<typeof Order>

/** How an instruction will end. `lose`: the bank has taken it and will never book it. */
export type Fate =
  { readonly kind: 'book' } | { readonly kind: 'decline'; readonly code: string } | { readonly kind: 'lose' }

/** An instruction that the bank has taken. */
export interface Taken {
  readonly bank: BankName
  readonly order: Order
  readonly fate: Fate
  /** How often the bank calls back once it has settled. */
  readonly reports: number
  /** When it settles, in milliseconds of the sandbox's own clock. */
  readonly due_at: number
  /** When what it booked comes back, in milliseconds after it has settled; absent: never by itself. */
  readonly return_after_ms?: number
}

/** A line of the bank's books on our account there: `in` raises our balance. */
export interface JournalLine {
  readonly seq: number
  readonly reference: string
  readonly operation: 'opening' | 'pull' | 'push' | 'return' | 'fee' | 'transfer'
  readonly iban: string
  readonly amount: string
  readonly currency: CurrencyCode
  readonly direction: 'in' | 'out'
  readonly booked_at: string
}

export type Standing =
  | { readonly status: 'pending' }
  | { readonly status: 'booked'; readonly bank_reference: string }
  | { readonly status: 'declined'; readonly code: string }
  | { readonly status: 'lost' }

/** The body of `POST /admin/returns`: what the bank had booked goes back. */
export const NewReturn = z.strictObject({
  bank: BankName,
  reference: z.string().min(1).max(100),
  reason: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  /** What the bank takes of us for it, in minor units. */
  charge: z.string().regex(REQUEST_AMOUNT).optional(),
  /** How often it calls back; 0: the news are lost on the way. */
  reports: z.number().int().min(0).max(5).default(1)
})
export type NewReturn = z.output<typeof NewReturn>

/** A return as the bank knows it; `seq` is its line in the journal. */
export interface Returned {
  readonly seq: number
  readonly reference: string
  readonly original_reference: string
  readonly amount: z.output<typeof Amount>
  readonly charge?: z.output<typeof Amount>
  readonly reason: string
  readonly returned_at: string
}

/** Booked, and coming back by itself. */
export interface DueReturn {
  readonly bank: BankName
  readonly reference: string
  readonly due_at: number
}
