import { account, type AccountRef } from '../domain/account-kinds.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import { settlementStates, type SettlementState } from '../domain/settlement.ts'
import type { PostingStep, RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import { derivedId } from '../store/derived-id.ts'
import { toSettlementRow, toSettlementView, type AccountMove, type Settlement } from '../store/settlement.ts'
import type { SettlementFacts } from '../store/settlement-facts.ts'
import { createRecordWrite, type WriteExtra } from './record-write.ts'

const write = createRecordWrite({
  kind: 'settlement',
  states: settlementStates,
  owners: ({ merchantId }: Settlement) => ({ merchantId }),
  view: toSettlementView,
  row: toSettlementRow,
  tasks: true
})

/** The record's write for an arrow; none repeats the state with an event of its own. */
export const settlementWrite = (
  before: Settlement | undefined,
  after: Settlement,
  path: readonly SettlementState[],
  extra: WriteExtra & { readonly row?: AccountMove } = {}
): RecordWrite => write(before, after, path, extra)

/** A settlement's part of the books (ARCHITECTURE.md, "Postings"): what each of its units posts and writes. */

const payable = ({ merchantId, currency }: Settlement): AccountRef => account('merchant_payable', merchantId, currency)
const onItsWay = ({ id, currency }: Settlement): AccountRef => account('settlement_payable', id, currency)
const inTransit = ({ bank, currency }: Settlement): AccountRef => account('bank_in_transit', bank, currency)
const suspense = ({ bank, currency }: Settlement): AccountRef => account('suspense', bank, currency)

/** Takes what is due out of the merchant's account, unless another settlement of the merchant has come in between. */
export function collectPart(
  settlement: Settlement,
  { turn }: SettlementFacts,
  extra: Pick<WriteExtra, 'order' | 'actor'>
): UnitPart {
  const { merchantId, currency, holdback, reserve, amount } = settlement
  const from = payable(settlement)
  return {
    guards: [{ kind: 'unmoved', ...turn }],
    postings: [
      ...step(from, account('merchant_receivable', merchantId, currency), holdback, 'settlement.holdback'),
      ...step(from, account('merchant_reserve', merchantId, currency), reserve, 'settlement.reserve'),
      ...step(from, onItsWay(settlement), amount, 'settlement.payout')
    ],
    // What it owed was all that was due: there is nothing to send.
    records: [settlementWrite(undefined, settlement, ['collecting', amount > 0n ? 'processing' : 'paid'], extra)]
  }
}

/** Nothing could be collected: nothing moves, and whoever asked for it is told why. */
export const refusedPart = (
  settlement: Settlement,
  declineCode: ProblemCode,
  extra: Pick<WriteExtra, 'order' | 'actor'>
): UnitPart => ({
  records: [settlementWrite(undefined, { ...settlement, declineCode }, ['collecting', 'failed'], extra)]
})

/** The bank has booked: the money has left. Without its reference an operator says so, with proof. */
export const bookPart = (settlement: Settlement, bankReference: string | null, actor?: string): UnitPart => ({
  postings: step(onItsWay(settlement), inTransit(settlement), settlement.amount, 'settlement.paid'),
  records: [settlementWrite(settlement, { ...settlement, bankReference }, ['paid'], { actor })]
})

/** What a bank says of an account that it will not pay, whatever the amount. */
const ofTheAccount: ReadonlySet<string> = new Set([
  'account_closed',
  'invalid_bank_account',
  'holder_mismatch',
  'bank_declined'
])

/**
 * The bank has not booked and never will: the merchant has it again, and it is due at once. Where that is the account's
 * fault, nothing more is sent to it, and somebody has to get another one.
 */
export function declinePart(settlement: Settlement, declineCode: ProblemCode): UnitPart {
  const isRefused = ofTheAccount.has(declineCode)
  return {
    postings: step(onItsWay(settlement), payable(settlement), settlement.amount, 'settlement.declined'),
    records: [
      settlementWrite(
        settlement,
        { ...settlement, declineCode },
        ['failed'],
        isRefused ? accountRefused(settlement, declineCode) : {}
      )
    ]
  }
}

/** An operator gives it up, with proof that the bank did not book: the money is the merchant's again. */
export const writeOffPart = (settlement: Settlement, actor: string): UnitPart => ({
  postings: step(onItsWay(settlement), payable(settlement), settlement.amount, 'settlement.written_off'),
  records: [settlementWrite(settlement, { ...settlement, declineCode: 'written_off' }, ['failed'], { actor })]
})

/** Given up, and booked after all: the bank has moved the money, and the merchant has it too. Who owes it has to be found out. */
export const lateBookingPart = (settlement: Settlement, bankReference: string): UnitPart => ({
  postings: step(suspense(settlement), inTransit(settlement), settlement.amount, 'settlement.late_booking'),
  records: [settlementWrite(settlement, { ...settlement, bankReference }, [], { event: 'settlement.booked_late' })]
})

/**
 * An operator said that the bank had booked, and now it says so itself; undefined: it has already. What was contradicted
 * is put right.
 */
export const confirmedPart = (
  settlement: Settlement,
  bankReference: string,
  contradicted: boolean
): UnitPart | undefined =>
  settlement.bankReference !== null || settlement.amount === 0n
    ? undefined
    : {
        postings: contradicted
          ? step(suspense(settlement), inTransit(settlement), settlement.amount, 'settlement.late_booking')
          : [],
        records: [
          settlementWrite(settlement, { ...settlement, bankReference }, [], { event: 'settlement.confirmed_by_bank' })
        ]
      }

/** An operator said that the bank had booked, and it has not. Undefined: the bank itself has said so. */
export const contradictedPart = (settlement: Settlement): UnitPart | undefined =>
  settlement.bankReference !== null || settlement.amount === 0n
    ? undefined
    : {
        postings: step(inTransit(settlement), suspense(settlement), settlement.amount, 'settlement.contradicted'),
        records: [settlementWrite(settlement, settlement, [], { event: 'settlement.contradicted' })]
      }

/** The mark that the bank may have it from now on; made before the first byte leaves. */
export const sendPart = (settlement: Settlement, sentAt: Date): UnitPart => ({
  records: [settlementWrite(settlement, { ...settlement, sentAt }, [], { event: 'settlement.sent' })]
})

/** The connection was refused: the bank certainly does not have it, so the mark is taken back. */
export const undeliveredPart = (settlement: Settlement): UnitPart => ({
  records: [settlementWrite(settlement, { ...settlement, sentAt: null }, [], { event: 'settlement.undelivered' })]
})

/** Nobody knows after 24 hours: an operator has to find out. The money stays on its way. */
export const stuckPart = (settlement: Settlement, clock: WorkClock | undefined): UnitPart => ({
  records: [
    settlementWrite(settlement, settlement, [], {
      event: 'settlement.stuck',
      task: {
        id: sameDigits('tsk', settlement.id),
        kind: 'stuck_bank_instruction',
        clock,
        data: {
          bank: settlement.bank,
          reference: settlement.id,
          amount: toWire(settlement),
          sent_at: settlement.sentAt
        }
      }
    })
  ]
})

/** An operator has the bank asked once more, now. */
export const retryPart = (settlement: Settlement, actor: string): UnitPart => ({
  records: [settlementWrite(settlement, settlement, [], { event: 'settlement.retried', actor })]
})

/** The time of the reserve is over: it is the merchant's, and due. Undefined: it was released before. */
export const releaseReservePart = (settlement: Settlement, now: Date): UnitPart | undefined => {
  const { merchantId, currency, reserve, reserveReleaseAt, reserveReleasedAt } = settlement
  if (reserve === 0n || reserveReleasedAt !== null || now < reserveReleaseAt!) return undefined
  const kept = account('merchant_reserve', merchantId, currency)
  const after = { ...settlement, reserveReleasedAt: now }
  return {
    postings: step(kept, payable(settlement), reserve, 'settlement.reserve_released'),
    records: [settlementWrite(settlement, after, [], { event: 'settlement.reserve_released' })]
  }
}

/** The bank has sent it back: a facet of the record, which stays what it is. Nothing more is sent to that account. */
export const returnedWrite = (settlement: Settlement, amount: bigint): RecordWrite =>
  settlementWrite(settlement, { ...settlement, returned: amount }, [], {
    event: 'settlement.returned',
    ...accountRefused(settlement, 'returned')
  })

/** A merchant cannot be paid until there is another account: nobody finds that out but those who look. */
const accountRefused = (
  { id, merchantId, bank }: Settlement,
  reason: string
): { readonly row: AccountMove; readonly task: NonNullable<WriteExtra['task']> } => ({
  row: { account_refused: reason },
  task: {
    // The settlement's own digits are those of the task that it is stuck with.
    id: derivedId('tsk', `${id}/account`),
    kind: 'settlement_account_refused',
    data: { merchant_id: merchantId, bank, reason }
  }
})

/** Nothing posts nothing. */
const step = (debit: AccountRef, credit: AccountRef, amount: bigint, code: string): PostingStep[] =>
  amount === 0n ? [] : [{ op: 'post', debit, credit, amount, code }]
