import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency, type CurrencyCode } from '../domain/currencies.ts'
import { idOf, type ReconciliationItemId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { ItemClass } from '../domain/reconciliation.ts'
import type { RowOf } from './rows.ts'

/** Something to be explained; amounts in minor units. */
export interface ReconciliationItem {
  readonly id: ReconciliationItemId
  readonly reconciliationId: string
  readonly class: ItemClass
  readonly reference: string
  readonly currency: CurrencyCode
  /** Null: our books say nothing, or the statement does not. */
  readonly expected: bigint | null
  readonly said: bigint | null
  readonly amount: bigint
  /** Where it waits: on the bank's suspense account, or still in transit. */
  readonly rests: 'suspense' | 'transit' | 'cash'
  readonly state: 'open' | 'cleared'
  readonly openedOn: string
  readonly clearedAt: Date | null
  readonly clearedBy: string | null
  readonly account: string | null
  readonly reason: string | null
  readonly effectiveOn: string | null
}

export async function findItem(
  db: Kysely<Database>,
  reconciliationId: string,
  id: string
): Promise<ReconciliationItem | undefined> {
  const row = await db
    .selectFrom('reconciliation_item')
    .selectAll()
    .where('reconciliation_id', '=', reconciliationId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toItem(row)
}

export async function listOpenItems(db: Kysely<Database>, reconciliationId: string): Promise<ReconciliationItem[]> {
  const rows = await db
    .selectFrom('reconciliation_item')
    .selectAll()
    .where('reconciliation_id', '=', reconciliationId)
    .where('state', '=', 'open')
    .orderBy('id')
    .execute()
  return rows.map(toItem)
}

/** In the order of their ids. */
export async function listItems(
  db: Kysely<Database>,
  reconciliationId: string,
  { of, state }: { readonly of?: string | undefined; readonly state?: string | undefined },
  after: string | undefined,
  limit: number
): Promise<ReconciliationItem[]> {
  const rows = await db
    .selectFrom('reconciliation_item')
    .selectAll()
    .where('reconciliation_id', '=', reconciliationId)
    .$if(of !== undefined, (query) => query.where('class', '=', of!))
    .$if(state !== undefined, (query) => query.where('state', '=', state!))
    .$if(after !== undefined, (query) => query.where('id', '>', after!))
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toItem)
}

/** A new item's row, whole. */
export const toItemRow = (item: ReconciliationItem): object => ({
  id: item.id,
  reconciliation_id: item.reconciliationId,
  class: item.class,
  reference: item.reference,
  currency: item.currency,
  expected: item.expected?.toString() ?? null,
  said: item.said?.toString() ?? null,
  amount: item.amount.toString(),
  rests: item.rests,
  state: 'open',
  opened_on: item.openedOn
})

const accountOf = { suspense: 'suspense', transit: 'bank_in_transit', cash: 'bank_cash' } as const

/** An item as operators see it. @param today UTC day of business time, for its age. */
export function toItemView(item: ReconciliationItem, today: string) {
  const money = (amount: bigint | null) => (amount === null ? null : toWire({ amount, currency: item.currency }))
  const until = item.clearedAt === null ? today : item.clearedAt.toISOString().slice(0, 10)
  return {
    id: item.id,
    object: 'reconciliation_item' as const,
    class: item.class,
    state: item.state,
    reference: item.reference,
    expected: money(item.expected),
    said: money(item.said),
    amount: toWire({ amount: item.amount, currency: item.currency }),
    rests_on: accountOf[item.rests],
    opened_on: item.openedOn,
    age_days: Math.max(0, Math.round((Date.parse(until) - Date.parse(item.openedOn)) / 86_400_000)),
    cleared_at: item.clearedAt?.toISOString() ?? null,
    cleared_by: item.clearedBy,
    account: item.account,
    reason: item.reason,
    effective_date: item.effectiveOn
  }
}

type ItemRow = RowOf<'reconciliation_item'>

const toItem = (row: ItemRow): ReconciliationItem => ({
  id: idOf('rci', row.id),
  reconciliationId: row.reconciliation_id,
  class: row.class as ItemClass,
  reference: row.reference,
  currency: currency(row.currency),
  expected: row.expected,
  said: row.said,
  amount: row.amount,
  rests: row.rests as ReconciliationItem['rests'],
  state: row.state as ReconciliationItem['state'],
  openedOn: row.opened_on,
  clearedAt: row.cleared_at,
  clearedBy: row.cleared_by,
  account: row.account,
  reason: row.reason,
  effectiveOn: row.effective_on
})
