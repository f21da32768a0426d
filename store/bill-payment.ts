import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { billPaymentStates, type BillPaymentState, type LatePolicy } from '../domain/bill-payment.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { idOf, sameDigits, type BillerId, type BillPaymentId, type CustomerId, type WalletId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { RiskFinding } from '../domain/risk.ts'
import type { Judged } from './risk.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A bill payment as its record stands; amounts in minor units of `currency`. Its id is the network's reference. */
export interface BillPayment extends Judged {
  readonly id: BillPaymentId
  readonly state: BillPaymentState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly customerId: CustomerId
  readonly walletId: WalletId
  readonly billerId: BillerId
  /** What the account number stands under in personal data, and what tells equal numbers. */
  readonly accountReference: string
  readonly accountIndex: string
  readonly billReference: string | null
  readonly currency: CurrencyCode
  /** Null: not known before the bill is asked for. */
  readonly amount: bigint | null
  /** Above it the customer has to approve what the bill says; null: the amount is fixed. */
  readonly cap: bigint | null
  /** What the wallet pays beside the amount. */
  readonly fee: bigint
  readonly dueDate: string | null
  /** Business times: when the customer is told, and when it is paid. */
  readonly announceAt: Date
  readonly debitAt: Date
  readonly noticedAt: Date | null
  readonly scheduled: boolean
  /** By the rules for what its customer orders: they confirm it with the PIN. */
  readonly approvalRequired: boolean
  readonly approvedAt: Date | null
  readonly approvedAmount: bigint | null
  readonly approvalDeadline: Date | null
  readonly approvalExtended: boolean
  /** How often the money was looked for, and when that is done next. */
  readonly attempt: number
  readonly nextAttemptAt: Date | null
  /** The customer knows that the next attempt is the last. */
  readonly warned: boolean
  /** Business time since which the money is held; null: it is not. */
  readonly heldAt: Date | null
  readonly limitCounters: readonly string[]
  readonly networkReference: string | null
  /** Business time from which the network may have it; null: it certainly does not. */
  readonly sentAt: Date | null
  readonly declineCode: string | null
  /** What the biller has given back since. */
  readonly reversed: bigint
  readonly metadata: Readonly<Record<string, string>>
  /** Of a mandate's occurrence: whose, of which unshifted local date, and what becomes of it when nobody approves. */
  readonly mandateId: string | null
  readonly period: string | null
  readonly latePolicy: LatePolicy | null
  readonly createdAt: Date
}

export const billPaymentRecords = (db: Kysely<Database>) =>
  db
    .selectFrom('bill_payment')
    .innerJoin('process', 'process.id', 'bill_payment.id')
    .selectAll('bill_payment')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])

export async function findBillPayment(db: Kysely<Database>, id: string): Promise<BillPayment | undefined> {
  const row = await billPaymentRecords(db).where('bill_payment.id', '=', id).executeTakeFirst()
  return row && toBillPayment(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getBillPayment(db: Kysely<Database>, id: string): Promise<BillPayment> {
  const payment = await findBillPayment(db, id)
  if (!payment) throw new TypeError(`${id} is not there`)
  return payment
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them. */
export const billPaymentWriter = {
  kind: 'bill-payment',
  sql: withTasks(`
    insert into bill_payment
      select r.* from jsonb_populate_recordset(null::bill_payment, $1::jsonb) r
      on conflict (id) do update set
        bill_reference = excluded.bill_reference, amount = excluded.amount, cap = excluded.cap, due_date = excluded.due_date,
        announce_at = excluded.announce_at, debit_at = excluded.debit_at, noticed_at = excluded.noticed_at,
        approval_required = excluded.approval_required, approved_at = excluded.approved_at,
        approved_amount = excluded.approved_amount, approval_deadline = excluded.approval_deadline,
        approval_extended = excluded.approval_extended, attempt = excluded.attempt,
        next_attempt_at = excluded.next_attempt_at, warned = excluded.warned, held_at = excluded.held_at,
        limit_counters = excluded.limit_counters, network_reference = excluded.network_reference,
        sent_at = excluded.sent_at, decline_code = excluded.decline_code, claimed = excluded.claimed,
        reversed = excluded.reversed, risk = excluded.risk, late_policy = excluded.late_policy`)
} as const

/** Nobody else pays its bill while it may come to that, and once it has. */
const UNPAID: ReadonlySet<BillPaymentState> = new Set(['failed', 'canceled', 'skipped'])

/** The row of a record, whole. */
export const toBillPaymentRow = (payment: BillPayment): object => ({
  id: payment.id,
  customer_id: payment.customerId,
  wallet_id: payment.walletId,
  biller_id: payment.billerId,
  account_reference: payment.accountReference,
  account_index: payment.accountIndex,
  bill_reference: payment.billReference,
  currency: payment.currency,
  amount: payment.amount?.toString() ?? null,
  cap: payment.cap?.toString() ?? null,
  fee: payment.fee.toString(),
  due_date: payment.dueDate,
  announce_at: payment.announceAt,
  debit_at: payment.debitAt,
  noticed_at: payment.noticedAt,
  scheduled: payment.scheduled,
  approval_required: payment.approvalRequired,
  approved_at: payment.approvedAt,
  approved_amount: payment.approvedAmount?.toString() ?? null,
  approval_deadline: payment.approvalDeadline,
  approval_extended: payment.approvalExtended,
  attempt: payment.attempt,
  next_attempt_at: payment.nextAttemptAt,
  warned: payment.warned,
  held_at: payment.heldAt,
  limit_counters: payment.limitCounters,
  network_reference: payment.networkReference,
  sent_at: payment.sentAt,
  decline_code: payment.declineCode,
  claimed: !UNPAID.has(payment.state) && payment.reversed === 0n,
  reversed: payment.reversed.toString(),
  metadata: payment.metadata,
  risk: payment.risk,
  mandate_id: payment.mandateId,
  period: payment.period,
  late_policy: payment.latePolicy,
  created_at: payment.createdAt
})

/** A bill payment as callers see it, without its timeline: what an event carries, and what the API answers with. */
export function toBillPaymentView(payment: BillPayment): Record<string, unknown> {
  const money = (amount: bigint) => toWire({ amount, currency: payment.currency })
  const isOpen = !billPaymentStates.isTerminal(payment.state)
  const { amount, cap, billReference, dueDate, declineCode, approvalDeadline, nextAttemptAt, networkReference } =
    payment
  return {
    id: payment.id,
    object: 'bill_payment',
    state: payment.state,
    ...(declineCode !== null && { decline_code: declineCode }),
    wallet_id: payment.walletId,
    biller_id: payment.billerId,
    ...(billReference !== null && { bill_reference: billReference }),
    ...(amount !== null && { amount: money(amount) }),
    ...(cap !== null && { cap: money(cap) }),
    fee: money(payment.fee),
    ...(dueDate !== null && { due_date: dueDate }),
    ...(payment.scheduled && { debit_at: payment.debitAt.toISOString() }),
    approval_required: payment.approvalRequired,
    ...(payment.approvedAt && { approved_at: payment.approvedAt.toISOString() }),
    ...(payment.state === 'awaiting_approval' && { approve_before: approvalDeadline?.toISOString() }),
    attempts: payment.attempt,
    ...(isOpen && nextAttemptAt && { next_attempt_at: nextAttemptAt.toISOString() }),
    ...(networkReference !== null && { network_reference: networkReference }),
    ...(payment.state === 'paid' && { receipt_id: sameDigits('rct', payment.id) }),
    ...(payment.reversed > 0n && { reversed: money(payment.reversed) }),
    ...(payment.mandateId !== null && { mandate_id: payment.mandateId, period: payment.period }),
    metadata: payment.metadata
  }
}

export type BillPaymentRow = RecordOf<'bill_payment'>

export const toBillPayment = (row: BillPaymentRow): BillPayment => ({
  id: idOf('bpm', row.id),
  state: row.state as BillPaymentState,
  version: row.version,
  customerId: idOf('cus', row.customer_id),
  walletId: idOf('wal', row.wallet_id),
  billerId: idOf('bil', row.biller_id),
  accountReference: row.account_reference,
  accountIndex: row.account_index,
  billReference: row.bill_reference,
  currency: currency(row.currency),
  amount: row.amount,
  cap: row.cap,
  fee: row.fee,
  dueDate: row.due_date,
  announceAt: row.announce_at,
  debitAt: row.debit_at,
  noticedAt: row.noticed_at,
  scheduled: row.scheduled,
  approvalRequired: row.approval_required,
  approvedAt: row.approved_at,
  approvedAmount: row.approved_amount,
  approvalDeadline: row.approval_deadline,
  approvalExtended: row.approval_extended,
  attempt: row.attempt,
  nextAttemptAt: row.next_attempt_at,
  warned: row.warned,
  heldAt: row.held_at,
  limitCounters: row.limit_counters,
  networkReference: row.network_reference,
  sentAt: row.sent_at,
  declineCode: row.decline_code,
  reversed: row.reversed,
  metadata: row.metadata as BillPayment['metadata'],
  risk: row.risk as RiskFinding | null,
  // No reviewer looks at bills.
  reviewBefore: null,
  mandateId: row.mandate_id,
  period: row.period,
  latePolicy: row.late_policy as LatePolicy | null,
  createdAt: row.created_at
})
