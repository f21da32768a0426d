import { book } from './journal.ts'
import type { Bill, BillerNews, BillInstruction, BillJournalLine, BillStanding, TakenBill } from './biller-types.ts'

export type BillerEvent =
  | { readonly type: 'bill_issued'; readonly bill: Bill }
  | { readonly type: 'bill_taken'; readonly taken: TakenBill }
  | {
      readonly type: 'bill_settled'
      readonly reference: string
      readonly standing: BillStanding
      readonly line?: BillJournalLine
    }
  | { readonly type: 'bill_fenced'; readonly reference: string }
  /** Brought to their biller, or given back by it. */
  | {
      readonly type: 'biller_news'
      readonly news: BillerNews
      readonly payments: readonly string[]
      readonly line: BillJournalLine
    }

export interface BillerBooks {
  /** By biller, account number and reference. */
  readonly bills: Map<string, Bill>
  readonly instructions: Map<string, BillInstruction>
  readonly pending: Map<string, BillInstruction>
  readonly fenced: Set<string>
  readonly news: BillerNews[]
  readonly journal: BillJournalLine[]
  readonly balances: Map<string, bigint>
}

export const emptyBillerBooks = (): BillerBooks => ({
  bills: new Map(),
  instructions: new Map(),
  pending: new Map(),
  fenced: new Set(),
  news: [],
  journal: [],
  balances: new Map()
})

export const billKey = (of: Pick<Bill, 'biller' | 'account_number'>, reference: string): string =>
  `${of.biller}|${of.account_number}|${reference}`

export function applyBiller(books: BillerBooks, event: BillerEvent): void {
  switch (event.type) {
    case 'bill_issued':
      books.bills.set(billKey(event.bill, event.bill.bill_reference), event.bill)
      return
    case 'bill_taken': {
      const instruction: BillInstruction = { ...event.taken, standing: { status: 'pending' } }
      books.instructions.set(instruction.order.reference, instruction)
      books.pending.set(instruction.order.reference, instruction)
      return
    }
    case 'bill_settled': {
      const instruction = books.instructions.get(event.reference)!
      instruction.standing = event.standing
      books.pending.delete(event.reference)
      if (event.standing.status === 'booked') markBill(books, instruction, 'paid')
      if (event.line) book(books, event.line)
      return
    }
    case 'bill_fenced':
      books.fenced.add(event.reference)
      return
    case 'biller_news': {
      books.news.push(event.news)
      for (const reference of event.payments) {
        const instruction = books.instructions.get(reference)!
        if (event.news.kind === 'settled') instruction.settled = event.news.reference
        else {
          instruction.reversed = true
          markBill(books, instruction, 'open')
        }
      }
      book(books, event.line)
    }
  }
}

function markBill({ bills }: BillerBooks, { order }: BillInstruction, status: Bill['status']): void {
  if (order.bill_reference === undefined) return
  const key = billKey(order, order.bill_reference)
  const bill = bills.get(key)
  if (bill) bills.set(key, { ...bill, status })
}
