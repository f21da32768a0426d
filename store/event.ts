import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { isWanted } from '../domain/event-types.ts'

/** A row of a process's history, and what the world is told of it. `data` is the thing as callers see it at that moment. */
export interface ProcessEvent {
  readonly id: string
  readonly type: string
  readonly objectId: string
  readonly version: number
  readonly from: string | null
  readonly to: string
  readonly customerId: string | null
  readonly merchantId: string | null
  /** Who asked for it; null: the process itself. */
  readonly actor: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

/** The history of one thing up to a version, oldest first; empty when there is no such thing (yet). */
export async function listHistory(db: Kysely<Database>, objectId: string, version?: number): Promise<ProcessEvent[]> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where('object_id', '=', objectId)
    .$if(version !== undefined, (query) => query.where('object_version', '<=', version!))
    .orderBy('object_version')
    .execute()
  return rows.map(toEvent)
}

/**
 * The version that the first committed unit reached: what the first answer told. For the rare replay that Temporal no
 * longer remembers.
 */
export async function findFirstVersion(db: Kysely<Database>, objectId: string): Promise<number | undefined> {
  const { rows } = await sql<{ version: number | null }>`
    select max(object_version) as version from event
      where object_id = ${objectId} and xid = (select xid from event where object_id = ${objectId} and object_version = 1)
  `.execute(db)
  return rows[0]?.version ?? undefined
}

/** Whether that has happened to a thing. */
export async function hasEvent(db: Kysely<Database>, objectId: string, type: string): Promise<boolean> {
  const row = await db
    .selectFrom('event')
    .select('id')
    .where('object_id', '=', objectId)
    .where('type', '=', type)
    .executeTakeFirst()
  return row !== undefined
}

export interface EventFilter {
  readonly customerId?: string
  readonly merchantId?: string
  /** Types, or `<object>.*`; none: all. */
  readonly types?: readonly string[]
  readonly objectId?: string
  /** From that instant on, in business time. */
  readonly createdAfter?: Date
  /** Up to that instant, without it. */
  readonly createdBefore?: Date
}

/** What `listEventsAfter` asks of the database, of an event that is in hand. */
export const matchesFilter = (
  { type, objectId, customerId, merchantId, createdAt }: ProcessEvent,
  filter: EventFilter
): boolean =>
  (filter.customerId === undefined || filter.customerId === customerId) &&
  (filter.merchantId === undefined || filter.merchantId === merchantId) &&
  (filter.types === undefined || isWanted(type, filter.types)) &&
  (filter.objectId === undefined || filter.objectId === objectId) &&
  (filter.createdAfter === undefined || createdAt >= filter.createdAfter) &&
  (filter.createdBefore === undefined || createdAt < filter.createdBefore)

export interface EventPlace {
  readonly xid: string
  readonly seq: bigint
}

export type PlacedEvent = ProcessEvent & { readonly place: EventPlace }

export const isBefore = (one: EventPlace, other: EventPlace): boolean =>
  one.xid === other.xid ? one.seq < other.seq : BigInt(one.xid) < BigInt(other.xid)

/** The place from which a reader goes on who has read up to `last`, and looked at everything below the horizon. */
export const furthest = (last: EventPlace | undefined, horizon: EventPlace): EventPlace =>
  last && !isBefore(last, horizon) ? last : horizon

/**
 * Events after a place in commit order. Rows of transactions that may still be running, or began after one that is, are
 * not shown yet: two batches in flight commit in any order, and a cursor that had passed one would hide it for ever.
 * Those of one thing are shown at once: a unit is prepared on the version that the unit before it has committed, so that
 * no later one can come before, and who changed a thing reads what they have done.
 */
export async function listEventsAfter(
  db: Kysely<Database>,
  filter: EventFilter,
  after: EventPlace | undefined,
  limit: number
): Promise<PlacedEvent[]> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .select(sql<string>`xid::text`.as('xid_text'))
    .$if(filter.objectId === undefined, (query) =>
      query.where(sql<boolean>`xid < pg_snapshot_xmin(pg_current_snapshot())`)
    )
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(xid, seq) > (${after!.xid}::xid8, ${after!.seq.toString()}::bigint)`)
    )
    .$if(filter.customerId !== undefined, (query) => query.where('customer_id', '=', filter.customerId!))
    .$if(filter.merchantId !== undefined, (query) => query.where('merchant_id', '=', filter.merchantId!))
    .$if(filter.types !== undefined, (query) => query.where(ofTypes(filter.types!)))
    .$if(filter.objectId !== undefined, (query) => query.where('object_id', '=', filter.objectId!))
    .$if(filter.createdAfter !== undefined, (query) => query.where('created_at', '>=', filter.createdAfter!))
    .$if(filter.createdBefore !== undefined, (query) => query.where('created_at', '<', filter.createdBefore!))
    .orderBy('xid')
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toEvent(row), place: { xid: row.xid_text, seq: row.seq } }))
}

function ofTypes(types: readonly string[]) {
  const objects = types.filter((type) => type.endsWith('.*')).map((type) => type.slice(0, -2))
  const exact = types.filter((type) => !type.endsWith('.*'))
  return sql<boolean>`(type = any(${sql.val(exact)}::text[]) or split_part(type, '.', 1) = any(${sql.val(objects)}::text[]))`
}

/** The place before which no event can appear any more: all transactions that began before it are over. */
export async function readEventHorizon(db: Kysely<Database>): Promise<EventPlace> {
  const { rows } = await sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`.execute(db)
  return { xid: rows[0]!.xid, seq: 0n }
}

export async function findEvent(db: Kysely<Database>, id: string): Promise<ProcessEvent | undefined> {
  const row = await db.selectFrom('event').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toEvent(row)
}

/** Business time at which we heard that the bank has booked it, in time or after it was given up. */
export async function findBookedAt(db: Kysely<Database>, objectId: string): Promise<Date | null> {
  const row = await db
    .selectFrom('event')
    .select('created_at')
    .where('object_id', '=', objectId)
    .where(sql<boolean>`(to_state in ('succeeded', 'paid') and from_state <> to_state or type like '%.booked_late')`)
    .orderBy('object_version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.created_at ?? null
}

interface EventRow {
  id: string
  type: string
  object_id: string
  object_version: number
  from_state: string | null
  to_state: string
  customer_id: string | null
  merchant_id: string | null
  actor: string | null
  data: unknown
  created_at: Date
}

const toEvent = (row: EventRow): ProcessEvent => ({
  id: row.id,
  type: row.type,
  objectId: row.object_id,
  version: row.object_version,
  from: row.from_state,
  to: row.to_state,
  customerId: row.customer_id,
  merchantId: row.merchant_id,
  actor: row.actor,
  data: row.data as Readonly<Record<string, unknown>>,
  createdAt: row.created_at
})
