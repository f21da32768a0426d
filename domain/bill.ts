import type { WireMoney } from './money.ts'

/** What a biller's network says is due on an account there. `unknown`: it did not say, and nothing follows from that. */
export type BillAnswer =
  | {
      readonly kind: 'open'
      readonly billReference: string
      readonly money: WireMoney
      /** `YYYY-MM-DD`. */
      readonly dueDate: string
    }
  | { readonly kind: 'no_bill' }
  | { readonly kind: 'account_unknown' }
  | { readonly kind: 'unknown'; readonly reason: string }

/** Whose bill is asked for. */
export interface BillQuestion {
  /** The biller, as the network calls it. */
  readonly biller: string
  readonly accountNumber: string
  /** This one; absent: the one that is due first. */
  readonly billReference?: string | undefined
}

/** Asks the network for the bill that is due first; never throws for what the outside world does. */
export type AskBill = (question: BillQuestion, signal?: AbortSignal) => Promise<BillAnswer>
