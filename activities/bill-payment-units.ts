import type { EventType } from '../domain/event-types.ts'
import { account } from '../domain/account-kinds.ts'
import { longerFor, mayPassLater } from '../domain/bill-acceptance.ts'
import { attemptAt } from '../domain/bill-dates.ts'
import { billPaymentStates, type BillPaymentState } from '../domain/bill-payment.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { sameDigits } from '../domain/ids.ts'
import type { Limits } from '../domain/limits.ts'
import { toWire } from '../domain/money.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import type { BillPaymentPolicy } from '../domain/policy/index.ts'
import { findingOf } from '../domain/risk.ts'
import type { Guard, PostingStep, UnitPart } from '../ledger/unit-of-work.ts'
import type { BillPaymentFacts } from '../store/bill-payment-facts.ts'
import { toBillPaymentRow, toBillPaymentView, type BillPayment } from '../store/bill-payment.ts'
import { giveBack, outgoingGuards } from './outgoing-limits.ts'
import { stepUpGuards } from './payment-units.ts'
import { createRecordWrite, type WriteExtra } from './record-write.ts'
import type { Refused } from './settle.ts'

/** The record's write for an arrow; none repeats the state with an event of its own. */
export const billPaymentWrite = createRecordWrite({
  kind: 'bill-payment',
  states: billPaymentStates,
  owners: ({ customerId }: BillPayment) => ({ customerId }),
  view: toBillPaymentView,
  row: toBillPaymentRow,
  tasks: true
})

/** A bill payment's part of the books (ARCHITECTURE.md, "Postings"): what each of its units posts and writes. */

/** One that knows its amount. @throws {TypeError} before the bill was asked for */
export function amountOf({ id, amount }: BillPayment): bigint {
  if (amount === null) throw new TypeError(`${id} has no amount yet`)
  return amount
}

/** What is held for it, or has been: the money, and the fee where there is one. */
function holdsOf(payment: BillPayment) {
  const { id, walletId, billerId, currency, fee } = payment
  const debit = account('wallet', walletId, currency)
  const bill = { hold: `${id}/bill`, debit, credit: account('biller_payable', billerId, currency) }
  const feeIncome = account('fee_income', 'bill', currency)
  return [
    { ...bill, amount: amountOf(payment), code: 'bill_payment' },
    ...(fee === 0n ? [] : [{ hold: `${id}/fee`, debit, credit: feeIncome, amount: fee, code: 'bill_payment.fee' }])
  ]
}

/** One bill is paid once, whoever orders it, by hand or by a mandate: until this one has failed, it is this one's. */
const claim = ({ billerId, accountIndex, billReference }: BillPayment, add: 1n | -1n): Guard[] =>
  billReference === null
    ? []
    : [
        {
          kind: 'counter',
          counter: `bill/${billerId}/${accountIndex}/${billReference}`,
          add,
          ...(add > 0n && { max: 1n }),
          code: 'bill_already_paid'
        }
      ]

/** What the first unit of one takes; of a later one only where its bill has just become known. */
export const claimOf = (before: BillPayment | undefined, after: BillPayment): Guard[] =>
  before === undefined || before.billReference === null ? claim(after, 1n) : []

interface Step {
  readonly before: BillPayment | undefined
  /** With what is known now, and as it would be if nothing were decided about it. */
  readonly payment: BillPayment
  readonly extra: WriteExtra
}

/** A new one passes through `announced`. */
const pathOf = ({ before }: Step, ...path: BillPaymentState[]): BillPaymentState[] =>
  before === undefined ? ['announced', ...path] : path

/** It waits for its day. */
export const announcePart = ({ before, payment, extra }: Step): UnitPart => ({
  guards: claimOf(before, payment),
  records: [billPaymentWrite(before, payment, ['announced'], extra)]
})

/** Holds the money, and has it counted. */
export function payPart(
  step: Step,
  facts: BillPaymentFacts,
  limits: Limits,
  policy: Pick<BillPaymentPolicy, 'step_up' | 'limits'>
): UnitPart {
  const { before, payment, extra } = step
  const amount = amountOf(payment)
  const { limitCounters, guards } = outgoingGuards(amount, facts.counters, limits)
  const { scheduled, mandateId, approvedAt, currency } = payment
  const unwatched = scheduled || mandateId !== null || approvedAt !== null
  const after = { ...payment, heldAt: facts.now, limitCounters, declineCode: null, nextAttemptAt: null }
  return {
    guards: [...claimOf(before, payment), ...guards, ...stepUpGuards({ amount, currency }, facts, policy, unwatched)],
    postings: holdsOf(payment).map((hold) => ({ op: 'hold', ...hold })),
    records: [billPaymentWrite(before, { ...after, attempt: payment.attempt + 1 }, pathOf(step, 'processing'), extra)]
  }
}

/** The customer has to say yes first. */
export function askPart(step: Step, until: Date): UnitPart {
  const { before, payment, extra } = step
  const after = { ...payment, approvalDeadline: until }
  return {
    guards: claimOf(before, payment),
    records: [billPaymentWrite(before, after, pathOf(step, 'awaiting_approval'), extra)]
  }
}

/** It cannot be paid now: it waits for the next attempt, or that was the last one. */
export function unpaidPart(
  step: Step,
  { code, data }: Refused,
  zone: string,
  { attempt_days, debit_hour }: Pick<BillPaymentPolicy, 'attempt_days' | 'debit_hour'>
): UnitPart {
  const { before, payment, extra } = step
  const attempt = payment.attempt + 1
  const days = attempt_days[attempt]
  const risk = findingOf(code, data) ?? payment.risk
  const tried = { ...payment, attempt, declineCode: code, risk }
  if (days !== undefined && mayPassLater(code, payment.scheduled)) {
    const nextAttemptAt = attemptAt(payment.debitAt, days, debit_hour, zone)
    const after = { ...tried, nextAttemptAt }
    return {
      guards: claimOf(before, payment),
      records: [billPaymentWrite(before, after, pathOf(step, 'processing', 'awaiting_funds'), extra)]
    }
  }
  return {
    guards: before === undefined ? [] : released(before),
    records: [billPaymentWrite(before, { ...tried, nextAttemptAt: null }, pathOf(step, 'processing', 'failed'), extra)]
  }
}

/** Somebody else may pay the bill: of what had claimed it. */
const released = (before: BillPayment): Guard[] => claim(before, -1n)

/** It ends before anything was held. */
export const endPart = (
  before: BillPayment,
  state: 'canceled' | 'skipped',
  declineCode: ProblemCode | null,
  actor?: string
): UnitPart => ({
  guards: released(before),
  records: [billPaymentWrite(before, { ...before, declineCode, nextAttemptAt: null }, [state], { actor })]
})

/** Nobody has approved in time: it waits longer, or ends. */
export function unapprovedPart(
  before: BillPayment,
  policy: Pick<BillPaymentPolicy, 'approval_ms' | 'late_ms'>
): UnitPart {
  const longer = longerFor(before, policy)
  if (longer === undefined) return endPart(before, before.scheduled ? 'skipped' : 'canceled', 'confirmation_expired')
  const approvalDeadline = new Date(before.approvalDeadline!.getTime() + longer)
  const after = { ...before, approvalDeadline, approvalExtended: true }
  return { records: [billPaymentWrite(before, after, [], { event: 'bill_payment.approval_asked_again' })] }
}

/** A facet of the record that changes nothing else: told, warned, approved beforehand. */
export const notedPart = (
  before: BillPayment,
  change: Partial<Pick<BillPayment, 'noticedAt' | 'warned' | 'approvedAt' | 'approvedAmount'>>,
  event: EventType,
  actor?: string
): UnitPart => ({ records: [billPaymentWrite(before, { ...before, ...change }, [], { event, actor })] })

/** The network has booked: the money is the biller's. */
export const bookPart = (payment: BillPayment, networkReference: string): UnitPart => ({
  postings: holdsOf(payment).map(({ hold, debit, credit, amount }) => ({
    op: 'post_hold',
    hold,
    debit,
    credit,
    amount
  })),
  records: [billPaymentWrite(payment, { ...payment, networkReference }, ['paid'])]
})

/** The network has not booked and never will. */
export const declinePart = (payment: BillPayment, code: ProblemCode): UnitPart =>
  failedPart(payment, code, 'bill_payment.decline')

/** An operator gives it up, with proof that the network did not book: the money is the customer's again. */
export const writeOffPart = (payment: BillPayment, actor: string): UnitPart =>
  failedPart(payment, 'written_off', 'bill_payment.write_off', actor)

function failedPart(payment: BillPayment, declineCode: ProblemCode, code: string, actor?: string): UnitPart {
  const postings = holdsOf(payment).map(({ hold, debit, credit }): PostingStep => ({
    op: 'void_hold',
    hold,
    debit,
    credit,
    code
  }))
  return {
    guards: [...giveBack(payment, amountOf(payment)), ...released(payment)],
    postings,
    records: [billPaymentWrite(payment, { ...payment, declineCode }, ['failed'], { actor })]
  }
}

/**
 * Given up, and booked after all: the biller has its money, which our bank will pay, and the wallet has it too. Who owes it
 * has to be found out.
 */
export const lateBookingPart = (payment: BillPayment, networkReference: string, bank: 'a' | 'b'): UnitPart => ({
  postings: [
    {
      op: 'post',
      debit: account('suspense', bank, payment.currency),
      credit: account('biller_payable', payment.billerId, payment.currency),
      amount: amountOf(payment),
      code: 'bill_payment.late_booking'
    }
  ],
  records: [billPaymentWrite(payment, { ...payment, networkReference }, [], { event: 'bill_payment.booked_late' })]
})

/**
 * The biller gives it back: out of what it is owed; or, where it was settled, from our bank, to which the money has come.
 * The bill may be paid again; the fee stays. Of one that was given up the wallet has its money already: whose this is has to
 * be found out.
 */
export function reversePart(payment: BillPayment, bank: 'a' | 'b' | undefined): UnitPart {
  const { billerId, walletId, currency } = payment
  const amount = amountOf(payment)
  const from = bank ? account('bank_in_transit', bank, currency) : account('biller_payable', billerId, currency)
  const isPaid = payment.state === 'paid'
  const to = isPaid ? account('wallet', walletId, currency) : account('suspense', bank ?? 'a', currency)
  return {
    guards: isPaid ? released(payment) : [],
    postings: [{ op: 'post', debit: from, credit: to, amount, code: 'bill_payment.reverse' }],
    records: [billPaymentWrite(payment, { ...payment, reversed: amount }, [], { event: 'bill_payment.reversed' })]
  }
}

/** The mark that the network may have it from now on; made before the first byte leaves. */
export const sendPart = (payment: BillPayment, sentAt: Date): UnitPart => ({
  records: [billPaymentWrite(payment, { ...payment, sentAt }, [], { event: 'bill_payment.sent' })]
})

/** The connection was refused: the network certainly does not have it, so the mark is taken back. */
export const undeliveredPart = (payment: BillPayment): UnitPart => ({
  records: [billPaymentWrite(payment, { ...payment, sentAt: null }, [], { event: 'bill_payment.undelivered' })]
})

/** Nobody knows after 24 hours: an operator has to find out. The money stays held. */
export const stuckPart = (payment: BillPayment, clock: WorkClock | undefined): UnitPart => ({
  records: [
    billPaymentWrite(payment, payment, [], {
      event: 'bill_payment.stuck',
      task: {
        id: sameDigits('tsk', payment.id),
        kind: 'stuck_bank_instruction',
        clock,
        data: {
          biller_id: payment.billerId,
          reference: payment.id,
          amount: toWire({ amount: amountOf(payment), currency: payment.currency }),
          sent_at: payment.sentAt
        }
      }
    })
  ]
})

/** An operator has the network asked once more, now. */
export const retryPart = (payment: BillPayment, actor: string): UnitPart => ({
  records: [billPaymentWrite(payment, payment, [], { event: 'bill_payment.retried', actor })]
})
