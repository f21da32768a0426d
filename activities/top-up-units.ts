import { account } from '../domain/account-kinds.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { transitOf } from '../domain/funding.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import { topUpStates } from '../domain/top-up.ts'
import type { Guard, PostingStep, RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import { onTheWayCounter } from '../store/top-up-facts.ts'
import { toTopUpRow, toTopUpView, type TopUp } from '../store/top-up.ts'
import { createRecordWrite } from './record-write.ts'

/** The record's write for an arrow; none repeats the state with an event of its own. */
export const topUpWrite = createRecordWrite({
  kind: 'top-up',
  states: topUpStates,
  owners: ({ customerId }: TopUp) => ({ customerId }),
  view: toTopUpView,
  row: toTopUpRow,
  tasks: true
})

/** A top-up's part of the books (ARCHITECTURE.md, "Postings"): what each of its units tests, posts, writes. */

/** The bank has booked: the money is the customer's. Without its reference an operator says so, with proof. */
export const bookPart = (topUp: TopUp, bankReference: string | null, actor?: string): UnitPart => ({
  guards: giveBack(topUp),
  postings: [fromBank(topUp, account('wallet', topUp.walletId, topUp.currency), 'top_up')],
  records: [topUpWrite(topUp, { ...topUp, bankReference }, ['succeeded'], { actor })]
})

/**
 * An operator said that the bank had booked, and now it says so itself; undefined: it has already. What was contradicted
 * is put right.
 */
export const confirmedPart = (topUp: TopUp, bankReference: string, contradicted: boolean): UnitPart | undefined => {
  if (topUp.bankReference !== null) return undefined
  const suspense = suspenseOf(topUp)
  return {
    postings: contradicted ? [fromBank(topUp, suspense, 'top_up.late_booking')] : [],
    records: [topUpWrite(topUp, { ...topUp, bankReference }, [], { event: 'top_up.confirmed_by_bank' })]
  }
}

/**
 * An operator said that the bank had booked, and it has not: the wallet keeps it, and who owes it is to be found out.
 * Undefined: the bank itself has said so.
 */
export const contradictedPart = (topUp: TopUp): UnitPart | undefined =>
  topUp.bankReference !== null
    ? undefined
    : {
        postings: [
          {
            op: 'post',
            debit: suspenseOf(topUp),
            credit: account('bank_in_transit', transitOf(topUp.funding), topUp.currency),
            amount: topUp.amount,
            code: 'top_up.contradicted'
          }
        ],
        records: [topUpWrite(topUp, topUp, [], { event: 'top_up.contradicted' })]
      }

/** The bank has not booked and never will. */
export const declinePart = (topUp: TopUp, code: ProblemCode): UnitPart => ({
  guards: giveBack(topUp),
  records: [topUpWrite(topUp, { ...topUp, declineCode: code }, ['declined'])]
})

/** An operator gives it up, with proof that the bank did not book; nothing is posted. */
export const writeOffPart = (topUp: TopUp, actor: string): UnitPart => ({
  guards: giveBack(topUp),
  records: [topUpWrite(topUp, { ...topUp, declineCode: 'written_off' }, ['failed'], { actor })]
})

/** Given up, and booked after all: the bank has moved the money, and whose it is has to be found out (suspense). */
export const lateBookingPart = (topUp: TopUp, bankReference: string): UnitPart => ({
  postings: [fromBank(topUp, suspenseOf(topUp), 'top_up.late_booking')],
  records: [topUpWrite(topUp, { ...topUp, bankReference }, [], { event: 'top_up.booked_late' })]
})

/** The mark that the bank may have it from now on; made before the first byte leaves. */
export const sendPart = (topUp: TopUp, sentAt: Date): UnitPart => ({
  records: [topUpWrite(topUp, { ...topUp, sentAt }, [], { event: 'top_up.sent' })]
})

/** The connection was refused: the bank certainly does not have it, so the mark is taken back. */
export const undeliveredPart = (topUp: TopUp): UnitPart => ({
  records: [topUpWrite(topUp, { ...topUp, sentAt: null }, [], { event: 'top_up.undelivered' })]
})

/** Nobody knows after 24 hours: an operator has to find out. */
export const stuckPart = (topUp: TopUp, clock: WorkClock | undefined): UnitPart => ({
  records: [
    topUpWrite(topUp, topUp, [], {
      event: 'top_up.stuck',
      task: {
        id: sameDigits('tsk', topUp.id),
        kind: 'stuck_bank_instruction',
        clock,
        data: {
          bank: transitOf(topUp.funding),
          reference: topUp.id,
          amount: toWire(topUp),
          sent_at: topUp.sentAt
        }
      }
    })
  ]
})

/** An operator has the bank asked once more, now. */
export const retryPart = (topUp: TopUp, actor: string): UnitPart => ({
  records: [topUpWrite(topUp, topUp, [], { event: 'top_up.retried', actor })]
})

const suspenseOf = ({ funding, currency }: TopUp) => account('suspense', transitOf(funding), currency)

/** However it ends, it does not count against the balance limit any longer. */
const giveBack = ({ walletId, amount }: TopUp): Guard[] => [
  { kind: 'counter', counter: onTheWayCounter(walletId), add: -amount, code: 'balance_limit_exceeded' }
]

const fromBank = ({ funding, currency, amount }: TopUp, credit: PostingStep['credit'], code: string): PostingStep => ({
  op: 'post',
  debit: account('bank_in_transit', transitOf(funding), currency),
  credit,
  amount,
  code
})

/** The bank has taken it back: a facet of the record, which stays what it is. */
export const returnedWrite = (topUp: TopUp, amount: bigint): RecordWrite =>
  topUpWrite(topUp, { ...topUp, returned: amount }, [], { event: 'top_up.returned' })

/** The card's holder has had it taken back: heard of, and booked by a return of its own. */
export const chargebackPart = (topUp: TopUp): UnitPart => ({
  records: [topUpWrite(topUp, topUp, [], { event: 'top_up.chargeback_received', row: { is_over: false } })]
})
