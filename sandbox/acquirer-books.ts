import { book } from './journal.ts'
import type { BankName, Standing } from './bank-types.ts'
import type { CardInstruction, CardJournalLine, CardOrder, KnownCard, TakenOrder } from './card-types.ts'

export type AcquirerEvent =
  | { readonly type: 'card_tokenised'; readonly card: KnownCard }
  | { readonly type: 'card_taken'; readonly taken: TakenOrder }
  | {
      readonly type: 'card_settled'
      readonly reference: string
      readonly standing: Standing
      readonly line?: CardJournalLine
    }
  | { readonly type: 'card_fenced'; readonly reference: string }
  | { readonly type: 'chargeback'; readonly chargeback: Chargeback; readonly line: CardJournalLine }
  | { readonly type: 'acquirer_payout'; readonly payout: Payout; readonly lines: readonly CardJournalLine[] }

/** What the acquirer has paid out to our bank, and kept for itself; minor units. */
export interface Payout {
  readonly seq: number
  /** The bank's own. */
  readonly reference: string
  readonly bank: BankName
  readonly amount: string
  readonly fee: string
  readonly currency: string
  readonly at: string
}

/** What a card holder has taken back by their bank. */
export interface Chargeback {
  readonly id: string
  readonly reference: string
  readonly reason: string
  readonly amount: string
  /** Of a second stage: the one that had been won, and is taken back once more. */
  readonly previous?: string
}

/** A chargeback, and whether its money has come back. */
interface KnownChargeback extends Chargeback {
  won: boolean
}

/** What is left of an authorization, in its currency's minor units. */
interface Authorization {
  readonly amount: bigint
  readonly currency: string
  captured: bigint
  refunded: bigint
  open: boolean
  readonly chargebacks: KnownChargeback[]
}

export interface AcquirerBooks {
  readonly cards: Map<string, KnownCard>
  /** Which verification has used a token up. */
  readonly verifiedBy: Map<string, string>
  readonly instructions: Map<string, CardInstruction>
  readonly pending: Map<string, CardInstruction>
  readonly fenced: Set<string>
  readonly authorizations: Map<string, Authorization>
  readonly payouts: Payout[]
  readonly journal: CardJournalLine[]
  readonly balances: Map<string, bigint>
}

export const emptyAcquirerBooks = (): AcquirerBooks => ({
  cards: new Map(),
  verifiedBy: new Map(),
  instructions: new Map(),
  pending: new Map(),
  fenced: new Set(),
  authorizations: new Map(),
  payouts: [],
  journal: [],
  balances: new Map()
})

export function applyAcquirer(books: AcquirerBooks, event: AcquirerEvent): void {
  switch (event.type) {
    case 'card_tokenised':
      books.cards.set(event.card.token, event.card)
      return
    case 'card_taken': {
      const instruction: CardInstruction = { ...event.taken, standing: { status: 'pending' } }
      books.instructions.set(instruction.order.reference, instruction)
      books.pending.set(instruction.order.reference, instruction)
      return
    }
    case 'card_settled': {
      const instruction = books.instructions.get(event.reference)!
      instruction.standing = event.standing
      books.pending.delete(event.reference)
      if (event.standing.status === 'booked') applyBooked(books, instruction.order)
      if (event.line) book(books, event.line)
      return
    }
    case 'card_fenced':
      books.fenced.add(event.reference)
      return
    case 'chargeback':
      books.authorizations.get(event.chargeback.reference)!.chargebacks.push({ ...event.chargeback, won: false })
      book(books, event.line)
      return
    case 'acquirer_payout':
      books.payouts.push(event.payout)
      for (const line of event.lines) book(books, line)
  }
}

function applyBooked({ verifiedBy, authorizations }: AcquirerBooks, order: CardOrder): void {
  switch (order.operation) {
    case 'verify':
      verifiedBy.set(order.token, order.reference)
      return
    case 'authorize':
    case 'sale': {
      const amount = BigInt(order.amount.amount)
      const sold = order.operation === 'sale'
      authorizations.set(order.reference, {
        amount,
        currency: order.amount.currency,
        captured: sold ? amount : 0n,
        refunded: 0n,
        open: !sold,
        chargebacks: []
      })
      return
    }
    case 'capture': {
      const authorization = authorizations.get(order.of)!
      authorization.captured += BigInt(order.amount.amount)
      if (order.final || authorization.captured === authorization.amount) authorization.open = false
      return
    }
    case 'refund':
      authorizations.get(order.of)!.refunded += BigInt(order.amount.amount)
      return
    case 'void':
      authorizations.get(order.of)!.open = false
      return
    case 'represent':
      authorizations.get(order.of)!.chargebacks.find(({ id }) => id === order.chargeback)!.won = true
  }
}
