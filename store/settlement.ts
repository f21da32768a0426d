import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { idOf, type MerchantId, type SettlementId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { totalsOf, type SettlementLine } from '../domain/settlement-lines.ts'
import type { SettlementState } from '../domain/settlement.ts'
import type { RecordOf } from './rows.ts'
import { withTasks } from './task.ts'

/** A settlement as its record stands; amounts in minor units of `currency`. Its id is the bank's reference. */
export interface Settlement {
  readonly id: SettlementId
  readonly state: SettlementState
  /** Of the record: a write names the version that it was decided on. */
  readonly version: number
  readonly merchantId: MerchantId
  readonly currency: CurrencyCode
  /** The merchant's first, second …; null: it has collected nothing. */
  readonly number: bigint | null
  readonly trigger: 'daily' | 'on_demand'
  /** `YYYY-MM-DD`. */
  readonly businessDate: string
  readonly cutOff: Date
  readonly bank: 'a' | 'b'
  readonly accountVersion: number
  /** Versions of entries of the merchant's account, as Postgres writes a multirange: `{[1,4),[7,9)}`. */
  readonly entries: string
  readonly lines: readonly SettlementLine[]
  /** The first version that is in no settlement yet. */
  readonly openFrom: bigint
  /** What the entries add up to. */
  readonly due: bigint
  readonly carriedIn: bigint
  readonly carriedOut: bigint
  readonly holdback: bigint
  readonly reserve: bigint
  /** What the merchant's bank account gets. */
  readonly amount: bigint
  readonly reserveReleaseAt: Date | null
  readonly reserveReleasedAt: Date | null
  readonly declineCode: string | null
  readonly bankReference: string | null
  /** Business time from which the bank may have it; null: it certainly does not. */
  readonly sentAt: Date | null
  /** What the bank has sent back since. */
  readonly returned: bigint
  readonly createdAt: Date
}

export const settlementRecords = (db: Kysely<Database>) =>
  db
    .selectFrom('settlement')
    .innerJoin('process', 'process.id', 'settlement.id')
    .selectAll('settlement')
    .select(['process.state', 'process.version', 'process.created_at as recorded_at', 'process.updated_at'])

export async function findSettlement(db: Kysely<Database>, id: string): Promise<Settlement | undefined> {
  const row = await settlementRecords(db).where('settlement.id', '=', id).executeTakeFirst()
  return row && toSettlement(row)
}

/** @throws {TypeError} when there is none: for ids that we made and wrote. */
export async function getSettlement(db: Kysely<Database>, id: string): Promise<Settlement> {
  const settlement = await findSettlement(db, id)
  if (!settlement) throw new TypeError(`${id} is not there`)
  return settlement
}

/** What a row carries beside its columns: why its bank refuses the account that it went to. */
export interface AccountMove {
  readonly account_refused?: string
}

/**
 * The posting queue's statement for whole rows; `$1` is a jsonb array of them, each with the fields of `AccountMove`. An
 * account that was changed meanwhile is another one, and is not refused.
 */
export const settlementWriter = {
  kind: 'settlement',
  sql: withTasks(`, refused as (
    insert into settlement_account as a (merchant_id, version, state, reason)
      select distinct on (r.merchant_id) r.merchant_id, r.account_version, 'refused', r.account_refused
        from jsonb_to_recordset($1::jsonb) r (merchant_id text, account_version integer, account_refused text)
        where r.account_refused is not null order by r.merchant_id, r.account_version desc
      on conflict (merchant_id) do update set state = excluded.state, reason = excluded.reason
        where a.version = excluded.version
  )
    insert into settlement
      select r.* from jsonb_populate_recordset(null::settlement, $1::jsonb) r
      on conflict (id) do update set
        reserve_released_at = excluded.reserve_released_at, decline_code = excluded.decline_code,
        bank_reference = excluded.bank_reference, sent_at = excluded.sent_at, returned = excluded.returned`)
} as const

/** The row of a record, whole. */
export const toSettlementRow = (settlement: Settlement): object => ({
  id: settlement.id,
  merchant_id: settlement.merchantId,
  currency: settlement.currency,
  number: settlement.number === null ? null : settlement.number.toString(),
  trigger: settlement.trigger,
  business_date: settlement.businessDate,
  cut_off: settlement.cutOff,
  bank: settlement.bank,
  account_version: settlement.accountVersion,
  entries: settlement.entries,
  lines: settlement.lines.map(({ code, amount }) => ({ code, amount: amount.toString() })),
  open_from: settlement.openFrom.toString(),
  due: settlement.due.toString(),
  carried_in: settlement.carriedIn.toString(),
  carried_out: settlement.carriedOut.toString(),
  holdback: settlement.holdback.toString(),
  reserve: settlement.reserve.toString(),
  amount: settlement.amount.toString(),
  reserve_release_at: settlement.reserveReleaseAt,
  reserve_released_at: settlement.reserveReleasedAt,
  decline_code: settlement.declineCode,
  bank_reference: settlement.bankReference,
  sent_at: settlement.sentAt,
  returned: settlement.returned.toString(),
  created_at: settlement.createdAt
})

/** A settlement as callers see it, without its timeline: what an event carries, and what the API answers with. */
export function toSettlementView(settlement: Settlement): Record<string, unknown> {
  const money = (amount: bigint) => toWire({ amount, currency: settlement.currency })
  const { lines, reserve, reserveReleaseAt, reserveReleasedAt } = settlement
  const totals = Object.entries(totalsOf(lines)).map(([name, amount]) => [name, money(amount)] as const)
  return {
    id: settlement.id,
    object: 'settlement',
    state: settlement.state,
    merchant_id: settlement.merchantId,
    trigger: settlement.trigger,
    business_date: settlement.businessDate,
    cut_off: settlement.cutOff.toISOString(),
    ...(settlement.declineCode && { decline_code: settlement.declineCode }),
    totals: {
      carried_in: money(settlement.carriedIn),
      ...Object.fromEntries(totals),
      holdback: money(-settlement.holdback),
      reserve_taken: money(-reserve),
      carried_out: money(-settlement.carriedOut)
    },
    amount: money(settlement.amount),
    lines: lines.map(({ code, amount }) => ({ code, amount: money(amount) })),
    ...(reserve > 0n && {
      reserve: {
        amount: money(reserve),
        release_at: reserveReleaseAt!.toISOString(),
        ...(reserveReleasedAt && { released_at: reserveReleasedAt.toISOString() })
      }
    }),
    ...(settlement.bankReference !== null && { bank_reference: settlement.bankReference }),
    ...(settlement.returned > 0n && { returned: money(settlement.returned) })
  }
}

export type SettlementRow = RecordOf<'settlement'>

export const toSettlement = (row: SettlementRow): Settlement => ({
  id: idOf('set', row.id),
  state: row.state as SettlementState,
  version: row.version,
  merchantId: idOf('mer', row.merchant_id),
  currency: currency(row.currency),
  number: row.number,
  trigger: row.trigger as Settlement['trigger'],
  businessDate: row.business_date,
  cutOff: row.cut_off,
  bank: row.bank as Settlement['bank'],
  accountVersion: row.account_version,
  entries: row.entries,
  lines: (row.lines as { code: string; amount: string }[]).map(({ code, amount }) => ({
    code,
    amount: BigInt(amount)
  })),
  openFrom: row.open_from,
  due: row.due,
  carriedIn: row.carried_in,
  carriedOut: row.carried_out,
  holdback: row.holdback,
  reserve: row.reserve,
  amount: row.amount,
  reserveReleaseAt: row.reserve_release_at,
  reserveReleasedAt: row.reserve_released_at,
  declineCode: row.decline_code,
  bankReference: row.bank_reference,
  sentAt: row.sent_at,
  returned: row.returned,
  createdAt: row.created_at
})
