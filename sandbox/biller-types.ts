import { z } from 'zod'
import type { CurrencyCode } from '../domain/currencies.ts'
import { Amount, type BankName, type Fate } from './bank-types.ts'

/** A biller by its code, and one of its customers by their number there. */
const Account = {
  biller: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  account_number: z.string().regex(/^[A-Z0-9]{1,40}$/)
}
const BillReference = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_./-]{0,63}$/)

/** The body of `POST /billers/payments`: with a bill it pays that one, and no other amount; without, on account. */
export const BillOrder = z.strictObject({
  reference: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$/),
  ...Account,
  bill_reference: BillReference.optional(),
  amount: Amount
})
export type BillOrder = z.output<typeof BillOrder>

/** The body of `POST /billers/bills/inquire`. */
export const BillQuestion = z.strictObject({ ...Account, bill_reference: BillReference.optional() })
export type BillQuestion = z.output<typeof BillQuestion>

/** The body of `POST /admin/bills`: issues a bill, or changes the one that is there under its reference. */
export const NewBill = z.strictObject({
  ...Account,
  bill_reference: BillReference,
  amount: Amount,
  due_date: z.iso.date()
})
/** The body of `POST /admin/bills/cancel`. */
export const WithdrawnBill = z.strictObject({ ...Account, bill_reference: BillReference })

export interface Bill extends z.output<typeof NewBill> {
  readonly status: 'open' | 'paid' | 'canceled'
}

/** The body of `POST /admin/bill-reversals`: the biller gives a payment back, whole. */
export const NewReversal = z.strictObject({
  reference: z.string().min(1).max(100),
  reason: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)
})

/** A payment that the network has taken. */
export interface TakenBill {
  readonly order: BillOrder
  readonly fate: Fate
  readonly reports: number
  /** In milliseconds of the sandbox's own clock. */
  readonly due_at: number
}

export type BillStanding =
  | { readonly status: 'pending' }
  | { readonly status: 'booked'; readonly network_reference: string }
  | { readonly status: 'declined'; readonly code: string }

export interface BillInstruction extends TakenBill {
  standing: BillStanding
  /** The settlement that has brought it to its biller. */
  settled?: string
  reversed?: true
}

/** A line of the network's books on what it is owed: `in` raises that. */
export interface BillJournalLine {
  readonly seq: number
  readonly reference: string
  readonly operation: 'pay' | 'settle' | 'reverse' | 'refund'
  readonly amount: string
  readonly currency: CurrencyCode
  readonly direction: 'in' | 'out'
  readonly booked_at: string
}

interface News {
  readonly seq: number
  readonly amount: z.output<typeof Amount>
  readonly at: string
}

/** What those who use the network are told in one list, in order. */
export type BillerNews =
  /** So much was taken from their bank for a biller, under a reference of its own. */
  | (News & {
      readonly kind: 'settled'
      readonly reference: string
      readonly bank: BankName
      readonly biller: string
      readonly payments: readonly string[]
    })
  /** A biller has given a payment back: with a bank's reference, where it was settled and the money has come back. */
  | (News & {
      readonly kind: 'reversed'
      readonly reference: string
      readonly payment: string
      readonly bank?: BankName
      readonly reason: string
    })
