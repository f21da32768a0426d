import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { LatePolicy } from '../domain/bill-payment.ts'
import type { HolidayShift, Plan, Rule } from '../domain/calendar.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { idOf, type BillerId, type CustomerId, type MandateId, type WalletId } from '../domain/ids.ts'
import type { MandateState } from '../domain/mandate.ts'
import { toWire } from '../domain/money.ts'
import type { RecordOf } from './rows.ts'

/** A mandate as its record stands; amounts in minor units of `currency`, instants in business time. */
export interface Mandate {
  readonly id: MandateId
  readonly state: MandateState
  /** Of the record: whoever announces, decides or ends a payment names the version that it was decided on. */
  readonly version: number
  readonly customerId: CustomerId
  readonly walletId: WalletId
  readonly billerId: BillerId
  /** What tells equal account numbers; the number itself stands under the mandate's id. */
  readonly accountIndex: string
  readonly currency: CurrencyCode
  /** `fixed`: so much is paid; `bill_up_to`: what the bill says, and above this its customer is asked. */
  readonly amountType: 'fixed' | 'bill_up_to'
  readonly amount: bigint
  /** Instead of it, of the next occurrence alone. */
  readonly amountOnce: bigint | null
  readonly plan: Plan
  readonly latePolicy: LatePolicy
  readonly metadata: Readonly<Record<string, string>>
  /** The newest period that was announced, skipped or passed over. */
  readonly lastPeriod: string | null
  /** The first that is not announced yet; null: there is none, or none before it is resumed. */
  readonly next: { readonly period: string; readonly announceAt: Date; readonly debitAt: Date } | null
  readonly openPayments: number
  readonly failuresInRow: number
  readonly reason: string | null
  readonly scheduleVersion: number
  readonly createdAt: Date
}

export const mandateRecords = (db: Kysely<Database>) =>
  db
    .selectFrom('mandate')
    .innerJoin('process', 'process.id', 'mandate.id')
    .selectAll('mandate')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])

export async function findMandate(db: Kysely<Database>, id: string): Promise<Mandate | undefined> {
  const row = await mandateRecords(db).where('mandate.id', '=', id).executeTakeFirst()
  return row && toMandate(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getMandate(db: Kysely<Database>, id: string): Promise<Mandate> {
  const mandate = await findMandate(db, id)
  if (!mandate) throw new TypeError(`${id} is not there`)
  return mandate
}

/** Mandates with an occurrence that is to be announced by now, those that wait longest first; `order` is their start. */
export async function listDueMandates(db: Kysely<Database>, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('mandate')
    .select('id')
    .where('next_announce_at', '<=', sql<Date>`business_now()`)
    .orderBy('next_announce_at')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** The posting queue's statement for whole rows; `$1` is a jsonb array of them. */
export const mandateWriter = {
  kind: 'mandate',
  sql: `
    insert into mandate
      select r.* from jsonb_populate_recordset(null::mandate, $1::jsonb) r
      on conflict (id) do update set
        amount = excluded.amount, amount_once = excluded.amount_once, rule = excluded.rule,
        days_before_due = excluded.days_before_due, zone = excluded.zone, debit_time = excluded.debit_time,
        holiday = excluded.holiday, start_on = excluded.start_on, end_on = excluded.end_on,
        occurrences = excluded.occurrences, counts_from = excluded.counts_from, late_policy = excluded.late_policy,
        last_period = excluded.last_period, next_period = excluded.next_period,
        next_announce_at = excluded.next_announce_at, next_debit_at = excluded.next_debit_at,
        open_payments = excluded.open_payments, failures_in_row = excluded.failures_in_row, reason = excluded.reason,
        schedule_version = excluded.schedule_version`
} as const

/** The row of a record, whole. */
export const toMandateRow = (mandate: Mandate): object => ({
  id: mandate.id,
  customer_id: mandate.customerId,
  wallet_id: mandate.walletId,
  biller_id: mandate.billerId,
  account_index: mandate.accountIndex,
  currency: mandate.currency,
  amount_type: mandate.amountType,
  amount: mandate.amount.toString(),
  amount_once: mandate.amountOnce?.toString() ?? null,
  rule: mandate.plan.rule,
  days_before_due: mandate.plan.daysBeforeDue,
  zone: mandate.plan.zone,
  debit_time: mandate.plan.time,
  holiday: mandate.plan.holiday,
  start_on: mandate.plan.start,
  end_on: mandate.plan.end,
  occurrences: mandate.plan.count,
  counts_from: mandate.plan.from,
  late_policy: mandate.latePolicy,
  metadata: mandate.metadata,
  last_period: mandate.lastPeriod,
  next_period: mandate.next?.period ?? null,
  next_announce_at: mandate.next?.announceAt ?? null,
  next_debit_at: mandate.next?.debitAt ?? null,
  open_payments: mandate.openPayments,
  failures_in_row: mandate.failuresInRow,
  reason: mandate.reason,
  schedule_version: mandate.scheduleVersion,
  created_at: mandate.createdAt
})

/** A mandate as callers see it, without its timeline: what an event carries, and what the API answers with. */
export function toMandateView(mandate: Mandate): Record<string, unknown> {
  const { amountType, amount, amountOnce, currency, plan, next, reason, failuresInRow } = mandate
  return {
    id: mandate.id,
    object: 'mandate',
    state: mandate.state,
    ...(reason !== null && { reason }),
    wallet_id: mandate.walletId,
    biller_id: mandate.billerId,
    amount: { [amountType]: toWire({ amount, currency }) },
    rule: plan.rule,
    days_before_due: plan.daysBeforeDue,
    zone: plan.zone,
    time: plan.time,
    holiday: plan.holiday,
    start: plan.start,
    ...(plan.end !== null && { end: plan.end }),
    ...(plan.count !== null && { count: plan.count }),
    late_policy: mandate.latePolicy,
    ...(next !== null && {
      next: {
        period: next.period,
        announce_at: next.announceAt.toISOString(),
        debit_at: next.debitAt.toISOString(),
        ...(amountOnce !== null && { amount: toWire({ amount: amountOnce, currency }) })
      }
    }),
    failures_in_row: failuresInRow,
    metadata: mandate.metadata
  }
}

type MandateRow = RecordOf<'mandate'>

export const toMandate = (row: MandateRow): Mandate => ({
  id: idOf('man', row.id),
  state: row.state as MandateState,
  version: row.version,
  customerId: idOf('cus', row.customer_id),
  walletId: idOf('wal', row.wallet_id),
  billerId: idOf('bil', row.biller_id),
  accountIndex: row.account_index,
  currency: currency(row.currency),
  amountType: row.amount_type as Mandate['amountType'],
  amount: row.amount,
  amountOnce: row.amount_once,
  plan: {
    rule: row.rule as Rule,
    daysBeforeDue: row.days_before_due,
    zone: row.zone,
    time: row.debit_time,
    holiday: row.holiday as HolidayShift,
    start: row.start_on,
    end: row.end_on,
    count: row.occurrences,
    from: row.counts_from
  },
  latePolicy: row.late_policy as LatePolicy,
  metadata: row.metadata as Mandate['metadata'],
  lastPeriod: row.last_period,
  next:
    row.next_period === null
      ? null
      : { period: row.next_period, announceAt: row.next_announce_at!, debitAt: row.next_debit_at! },
  openPayments: row.open_payments,
  failuresInRow: row.failures_in_row,
  reason: row.reason,
  scheduleVersion: row.schedule_version,
  createdAt: row.created_at
})
