import { account } from '../domain/account-kinds.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import { withdrawalStates } from '../domain/withdrawal.ts'
import type { Guard, PostingStep, RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import { toWithdrawalRow, toWithdrawalView, type Withdrawal } from '../store/withdrawal.ts'
import { giveBack } from './outgoing-limits.ts'
import { createRecordWrite } from './record-write.ts'

/** The record's write for an arrow; none repeats the state with an event of its own. */
export const withdrawalWrite = createRecordWrite({
  kind: 'withdrawal',
  states: withdrawalStates,
  owners: ({ customerId }: Withdrawal) => ({ customerId }),
  view: toWithdrawalView,
  row: toWithdrawalRow,
  tasks: true
})

/** A withdrawal's part of the books (ARCHITECTURE.md, "Postings"): what each of its units posts and writes. */

/** What is held for it, or has been: the money, and the fee where there is one. */
export function holdsOf({ id, walletId, bank, currency, amount, fee }: Withdrawal) {
  const debit = account('wallet', walletId, currency)
  const money = { hold: `${id}/money`, debit, credit: account('bank_in_transit', bank, currency), amount }
  const feeIncome = account('fee_income', 'withdrawal', currency)
  return [
    { ...money, code: 'withdrawal' },
    ...(fee === 0n ? [] : [{ hold: `${id}/fee`, debit, credit: feeIncome, amount: fee, code: 'withdrawal.fee' }])
  ]
}

/** The bank has booked: the money has left. Without its reference an operator says so, with proof. */
export const bookPart = (withdrawal: Withdrawal, bankReference: string | null, actor?: string): UnitPart => ({
  postings: holdsOf(withdrawal).map(({ hold, debit, credit, amount }) => ({
    op: 'post_hold',
    hold,
    debit,
    credit,
    amount
  })),
  records: [withdrawalWrite(withdrawal, { ...withdrawal, bankReference }, ['succeeded'], { actor })]
})

/**
 * An operator said that the bank had booked, and now it says so itself; undefined: it has already. What was contradicted
 * is put right.
 */
export const confirmedPart = (
  withdrawal: Withdrawal,
  bankReference: string,
  contradicted: boolean
): UnitPart | undefined => {
  if (withdrawal.bankReference !== null) return undefined
  const event = 'withdrawal.confirmed_by_bank'
  return {
    postings: contradicted ? [fromSuspense(withdrawal, 'withdrawal.late_booking')] : [],
    records: [withdrawalWrite(withdrawal, { ...withdrawal, bankReference }, [], { event })]
  }
}

/**
 * An operator said that the bank had booked, and it has not: the money is here, and whose it is has to be found out.
 * Undefined: the bank itself has said so.
 */
export const contradictedPart = (withdrawal: Withdrawal): UnitPart | undefined =>
  withdrawal.bankReference !== null
    ? undefined
    : {
        postings: [
          {
            op: 'post',
            debit: account('bank_in_transit', withdrawal.bank, withdrawal.currency),
            credit: account('suspense', withdrawal.bank, withdrawal.currency),
            amount: withdrawal.amount,
            code: 'withdrawal.contradicted'
          }
        ],
        records: [withdrawalWrite(withdrawal, withdrawal, [], { event: 'withdrawal.contradicted' })]
      }

const fromSuspense = ({ bank, currency, amount }: Withdrawal, code: string): PostingStep => ({
  op: 'post',
  debit: account('suspense', bank, currency),
  credit: account('bank_in_transit', bank, currency),
  amount,
  code
})

/** The bank has not booked and never will. */
export const declinePart = (withdrawal: Withdrawal, code: ProblemCode): UnitPart => ({
  ...release(withdrawal, 'withdrawal.decline'),
  records: [withdrawalWrite(withdrawal, { ...withdrawal, declineCode: code }, ['declined'])]
})

/** An operator gives it up, with proof that the bank did not book: the money is the customer's again. */
export const writeOffPart = (withdrawal: Withdrawal, actor: string): UnitPart => ({
  ...release(withdrawal, 'withdrawal.write_off'),
  records: [withdrawalWrite(withdrawal, { ...withdrawal, declineCode: 'written_off' }, ['failed'], { actor })]
})

/**
 * Given up, and booked after all: the bank has moved the money, and the wallet has it too. Who owes it has to be found
 * out (suspense), whatever the wallet still holds.
 */
export const lateBookingPart = (withdrawal: Withdrawal, bankReference: string): UnitPart => ({
  postings: [fromSuspense(withdrawal, 'withdrawal.late_booking')],
  records: [withdrawalWrite(withdrawal, { ...withdrawal, bankReference }, [], { event: 'withdrawal.booked_late' })]
})

/** The mark that the bank may have it from now on; made before the first byte leaves. */
export const sendPart = (withdrawal: Withdrawal, sentAt: Date): UnitPart => ({
  records: [withdrawalWrite(withdrawal, { ...withdrawal, sentAt }, [], { event: 'withdrawal.sent' })]
})

/** The connection was refused: the bank certainly does not have it, so the mark is taken back. */
export const undeliveredPart = (withdrawal: Withdrawal): UnitPart => ({
  records: [withdrawalWrite(withdrawal, { ...withdrawal, sentAt: null }, [], { event: 'withdrawal.undelivered' })]
})

/** Nobody knows after 24 hours: an operator has to find out. The money stays held. */
export const stuckPart = (withdrawal: Withdrawal, clock: WorkClock | undefined): UnitPart => ({
  records: [
    withdrawalWrite(withdrawal, withdrawal, [], {
      event: 'withdrawal.stuck',
      task: {
        id: sameDigits('tsk', withdrawal.id),
        kind: 'stuck_bank_instruction',
        clock,
        data: {
          bank: withdrawal.bank,
          reference: withdrawal.id,
          amount: toWire(withdrawal),
          sent_at: withdrawal.sentAt
        }
      }
    })
  ]
})

/** An operator has the bank asked once more, now. */
export const retryPart = (withdrawal: Withdrawal, actor: string): UnitPart => ({
  records: [withdrawalWrite(withdrawal, withdrawal, [], { event: 'withdrawal.retried', actor })]
})

/** Taken back before it was confirmed, or not confirmed or reviewed in time: nothing was held, so nothing moves. */
export const endUnconfirmedPart = (
  withdrawal: Withdrawal,
  state: 'canceled' | 'expired',
  actor?: string
): UnitPart => ({
  records: [withdrawalWrite(withdrawal, withdrawal, [state], { actor })]
})

/** A reviewer has said no: nothing was held. */
export const rejectedPart = (withdrawal: Withdrawal, actor: string): UnitPart => ({
  records: [withdrawalWrite(withdrawal, { ...withdrawal, declineCode: 'risk_blocked' }, ['declined'], { actor })]
})

/** The holds are void, and what was reserved of the limits is given back to the windows that it was taken from. */
function release(withdrawal: Withdrawal, code: string): { guards: Guard[]; postings: PostingStep[] } {
  return {
    guards: giveBack(withdrawal, withdrawal.amount),
    postings: holdsOf(withdrawal).map(({ hold, debit, credit }) => ({ op: 'void_hold', hold, debit, credit, code }))
  }
}

/** The bank has sent it back: a facet of the record, which stays what it is. */
export const returnedWrite = (withdrawal: Withdrawal, amount: bigint): RecordWrite =>
  withdrawalWrite(withdrawal, { ...withdrawal, returned: amount }, [], { event: 'withdrawal.returned' })
