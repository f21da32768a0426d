import type { AskBill } from '../domain/bill.ts'
import type { WireMoney } from '../domain/money.ts'
import type { Bank, BankAnswer, BankInquiry } from './bank.ts'

/** What is paid to a biller: one bill of its, and then no other amount than the bill's; or on account. */
export interface BillInstruction {
  /** Ours, unique for ever; the network never books one reference twice. */
  readonly reference: string
  /** The biller, as the network calls it. */
  readonly biller: string
  readonly accountNumber: string
  readonly billReference?: string | undefined
  readonly money: WireMoney
}

/** What the network tells in one list, in order. */
export type BillerNews = {
  /** Its place in the list. */
  readonly seq: number
  /** The network's own; where the bank has moved it, the bank's. */
  readonly reference: string
  readonly money: WireMoney
  /** RFC 3339. */
  readonly at: string
} & (
  | {
      /** So much was taken from our bank for a biller, for these payments. */
      readonly kind: 'settled'
      readonly bank: Bank
      readonly biller: string
      readonly payments: readonly string[]
    }
  | {
      /** A biller has given a payment back, whole. */
      readonly kind: 'reversed'
      readonly payment: string
      /** Where the money has come back to; absent: it had not left yet. */
      readonly bank?: Bank | undefined
      readonly reason: string
    }
)

/** The billers' network; `bankReference` in its words is the network's own. */
export interface BillerProvider {
  /** Sends once; never throws for what the outside world does. */
  send(instruction: BillInstruction, signal?: AbortSignal): Promise<BankAnswer>
  inquire(reference: string, signal?: AbortSignal): Promise<BankInquiry>
  readonly askBill: AskBill
  /**
   * Its news after a place in its list, oldest first, some at a time.
   * @throws {Error} when there is no answer that can be read: ask again.
   */
  listNews(after: number, signal?: AbortSignal): Promise<readonly BillerNews[]>
}
