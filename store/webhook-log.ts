import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type EventId, type WebhookEndpointId } from '../domain/ids.ts'
import { PING, type DeliveryState } from '../domain/webhook-endpoint.ts'
import type { EventPlace } from './event.ts'
import { wants } from './webhook-delivery.ts'

/** One event and one endpoint, with all that was tried, newest last; instants are business time. */
export interface WebhookDelivery {
  readonly eventId: EventId
  readonly type: string
  readonly objectId: string
  readonly state: DeliveryState
  readonly createdAt: Date
  readonly nextAttemptAt: Date | null
  readonly endedAt: Date | null
  readonly attempts: readonly WebhookAttempt[]
}

interface WebhookAttempt {
  readonly at: Date
  readonly durationMs: number
  readonly status: number | null
  readonly error: string | null
  readonly answer: string | null
}

/** The plan has fewer than twenty; by hand it may be sent again for ever. */
const ATTEMPTS_SHOWN = 50

export async function findWebhookDelivery(
  db: Kysely<Database>,
  endpointId: string,
  eventId: string
): Promise<WebhookDelivery | undefined> {
  const { rows } = await read(db, sql`d.endpoint_id = ${endpointId} and d.event_id = ${eventId}`, 1)
  return rows[0] && toDelivery(rows[0])
}

/** Newest first. */
export async function listWebhookDeliveries(
  db: Kysely<Database>,
  { endpointId, state, type }: { endpointId: string; state?: string | undefined; type?: string | undefined },
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<(WebhookDelivery & { readonly place: readonly [string, string] })[]> {
  const { rows } = await read(
    db,
    sql`d.endpoint_id = ${endpointId}
      ${state === undefined ? sql`` : sql`and d.state = ${state}`}
      ${type === undefined ? sql`` : sql`and d.type = ${type}`}
      ${before ? sql`and (d.created_at, d.event_id) < (${before.createdAt}::timestamptz, ${before.id})` : sql``}`,
    limit
  )
  return rows.map((row) => ({ ...toDelivery(row), place: [row.created_text, row.event_id] as const }))
}

/** Has it sent something that is no event of the books. */
export async function insertPing(
  transaction: Transaction<Database>,
  endpointId: WebhookEndpointId,
  eventId: EventId
): Promise<void> {
  await transaction
    .insertInto('webhook_delivery')
    .values({ endpoint_id: endpointId, event_id: eventId, type: PING, object_id: endpointId, xid: null, seq: null })
    .execute()
}

/** Which events are sent again: one, those of a time in the log, or those behind a place in the list of events. */
export type ResendRange =
  | { readonly eventId: string }
  | { readonly from: Date; readonly to: Date; readonly state?: string | undefined }
  | { readonly after: EventPlace; readonly until?: EventPlace | undefined }

/**
 * Has them sent again, with a plan of their own from now on; events of a range that it was never told as well, where it has
 * asked for them by now. @returns how many; above `max` the caller takes it back.
 */
export async function resendEvents(
  transaction: Transaction<Database>,
  endpointId: WebhookEndpointId,
  range: ResendRange,
  max: number
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with again as (
      insert into webhook_delivery (endpoint_id, event_id, type, object_id, xid, seq)
        ${'from' in range ? fromLog(endpointId, range, max) : fromEvents(endpointId, range, max)}
        on conflict (endpoint_id, event_id) do update set state = 'waiting', attempts = 0, first_attempt_at = null,
          next_attempt_at = business_now(), ended_at = null
        returning event_id
    ) select count(*)::integer as count from again`.execute(transaction)
  return rows[0]!.count
}

const fromLog = (
  endpointId: string,
  { from, to, state }: { readonly from: Date; readonly to: Date; readonly state?: string | undefined },
  max: number
): RawBuilder<unknown> => sql`
  select d.endpoint_id, d.event_id, d.type, d.object_id, d.xid, d.seq from webhook_delivery d
    where d.endpoint_id = ${endpointId} and d.created_at >= ${from} and d.created_at < ${to} and d.type <> ${PING}
      ${state === undefined ? sql`` : sql`and d.state = ${state}`}
    order by d.created_at, d.event_id limit ${max + 1}`

const fromEvents = (
  endpointId: string,
  range: Exclude<ResendRange, { readonly from: Date }>,
  max: number
): RawBuilder<unknown> => sql`
  select w.id, e.id, e.type, e.object_id, e.xid, e.seq from webhook_endpoint w cross join event e
    where w.id = ${endpointId} and ${wants} and ${'eventId' in range ? sql`e.id = ${range.eventId}` : placed(range)}
    order by e.xid, e.seq limit ${max + 1}`

const placed = ({ after, until }: { readonly after: EventPlace; readonly until?: EventPlace | undefined }) => sql`
  (e.xid, e.seq) > (${after.xid}::xid8, ${after.seq.toString()}::bigint) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
  ${until ? sql`and (e.xid, e.seq) <= (${until.xid}::xid8, ${until.seq.toString()}::bigint)` : sql``}`

interface DeliveryRow {
  event_id: string
  type: string
  object_id: string
  state: string
  created_at: Date
  created_text: string
  next_attempt_at: Date | null
  ended_at: Date | null
  tried: string
}

const read = (db: Kysely<Database>, where: RawBuilder<unknown>, limit: number) =>
  sql<DeliveryRow>`
    select d.*, d.created_at::text as created_text, (
        select coalesce(json_agg(json_build_object('at', to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'durationMs', a.duration_ms,
            'status', a.status, 'error', a.error, 'answer', a.answer) order by a.nr), '[]')::text
          from (select * from webhook_attempt t where t.endpoint_id = d.endpoint_id and t.event_id = d.event_id
            order by t.nr desc limit ${ATTEMPTS_SHOWN}) a) as tried
      from webhook_delivery d where ${where} order by d.created_at desc, d.event_id desc limit ${limit}`.execute(db)

const toDelivery = (row: DeliveryRow): WebhookDelivery => ({
  eventId: idOf('evt', row.event_id),
  type: row.type,
  objectId: row.object_id,
  state: row.state as DeliveryState,
  createdAt: row.created_at,
  nextAttemptAt: row.next_attempt_at,
  endedAt: row.ended_at,
  attempts: (JSON.parse(row.tried) as (Omit<WebhookAttempt, 'at'> & { at: string })[]).map((attempt) => ({
    ...attempt,
    at: new Date(attempt.at)
  }))
})
