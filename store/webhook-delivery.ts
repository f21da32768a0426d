import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/in-transaction.ts'
import { PING, type DeliveryState, type WebhookEndpointState } from '../domain/webhook-endpoint.ts'

/** Whether an endpoint (`w`) has asked for an event (`e`), and may be told it. */
export const wantsEvent = `w.types && array['*', e.type, split_part(e.type, '.', 1) || '.*']
  and (w.merchant_id is null or e.merchant_id = w.merchant_id)`
export const wants: RawBuilder<boolean> = sql.raw(wantsEvent)

/**
 * Reads the events on from an enabled endpoint's cursor, in commit order, and puts down those that it is to be told, in one
 * transaction with the cursor's move; whoever does it at the same time takes turns. Rows of transactions that may still be
 * running stay for later, as in `store/event.ts`.
 * @returns undefined: it is not enabled; `read` below the limit: there are no more for now
 */
export async function takeEvents(
  db: Kysely<Database>,
  endpointId: string,
  limit: number
): Promise<{ readonly read: number; readonly taken: number } | undefined> {
  const { rows } = await sql<{ read: number; taken: number }>`
    with w as materialized (
      select * from webhook_endpoint where id = ${endpointId} and state = 'enabled' for no key update
    ), page as materialized (
      select e.id, e.xid, e.seq, e.type, e.object_id, e.merchant_id from event e
        where e.xid < pg_snapshot_xmin(pg_current_snapshot())
          and (e.xid, e.seq) > ((select cursor_xid from w), (select cursor_seq from w))
        order by e.xid, e.seq limit ${limit}
    ), taken as (
      insert into webhook_delivery (endpoint_id, event_id, type, object_id, xid, seq)
        select w.id, e.id, e.type, e.object_id, e.xid, e.seq from page e cross join w where ${wants}
        on conflict (endpoint_id, event_id) do nothing returning event_id
    ), moved as (
      update webhook_endpoint u set (cursor_xid, cursor_seq) = (select xid, seq from page order by xid desc, seq desc limit 1)
        where u.id = (select id from w) and exists (select from page)
    )
    select (select count(*) from page)::integer as read, (select count(*) from taken)::integer as taken from w`.execute(
    db
  )
  return rows[0]
}

/** Whether a delivery (`d`) has nothing before it that its endpoint (`w`) wants first. */
const unblocked: RawBuilder<boolean> = sql`
  (not w.ordered or not exists (
    select from webhook_delivery b where b.endpoint_id = d.endpoint_id and b.object_id = d.object_id
      and b.state in ('waiting', 'failing') and (b.xid, b.seq) < (d.xid, d.seq)))`

/** Something to be sent now; instants are business time. */
export interface DueDelivery {
  /** The event's. */
  readonly id: string
  readonly type: string
  readonly firstAttemptAt: Date | null
  /** As the event has them, so that what is sent is the same at every attempt. */
  readonly createdAt: Date
  readonly data: Readonly<Record<string, unknown>>
}

/** What is due of an enabled endpoint: what was never tried first, then what failed, each in commit order. */
export async function listDueDeliveries(
  db: Kysely<Database>,
  endpointId: string,
  limit: number
): Promise<DueDelivery[]> {
  const { rows } = await sql<{
    event_id: string
    type: string
    first_attempt_at: Date | null
    created_at: Date
    data: Record<string, unknown>
  }>`
    select d.event_id, d.type, d.first_attempt_at, coalesce(e.created_at, d.created_at) as created_at, e.data
      from webhook_delivery d
        join webhook_endpoint w on w.id = d.endpoint_id and w.state = 'enabled'
        left join event e on e.id = d.event_id
      where d.endpoint_id = ${endpointId} and d.state in ('waiting', 'failing') and d.next_attempt_at <= business_now()
        and ${unblocked}
      order by d.state = 'failing', d.xid, d.seq limit ${limit}`.execute(db)
  return rows.map((row) => ({
    id: row.event_id,
    type: row.type,
    firstAttemptAt: row.first_attempt_at,
    createdAt: row.created_at,
    data: row.type === PING ? { object: 'webhook_endpoint', id: endpointId } : row.data
  }))
}

/** When the next one is due that was not at `now`; null: nothing fails. What waits behind another one is not counted. */
export async function findNextAttempt(db: Kysely<Database>, endpointId: string, now: Date): Promise<Date | null> {
  const row = await db
    .selectFrom('webhook_delivery')
    .select((select) => select.fn.min('next_attempt_at').as('at'))
    .where('endpoint_id', '=', endpointId)
    .where('state', 'in', ['waiting', 'failing'])
    .where('next_attempt_at', '>', now)
    .executeTakeFirst()
  return row?.at ?? null
}

/** What came of one attempt, and what follows from it. */
export interface AttemptMade {
  readonly event_id: string
  /** Business time at which it began. */
  readonly at: Date
  readonly duration_ms: number
  readonly status: number | null
  readonly error: string | null
  readonly answer: string | null
  readonly state: Exclude<DeliveryState, 'waiting'>
  readonly next_attempt_at: Date | null
}

/** Puts attempts into the log and moves what they were about, in one transaction. @returns how the endpoint stands then. */
export function markAttempts(
  db: Kysely<Database>,
  endpointId: string,
  made: readonly AttemptMade[]
): Promise<{ state: WebhookEndpointState; failingSince: Date | null }> {
  const taken = made.some(({ state }) => state === 'delivered')
  return inTransaction(db, async (transaction) => {
    await sql`
      with made as (
        select * from jsonb_to_recordset(${JSON.stringify(made)}::jsonb) m (event_id text, at timestamptz, duration_ms integer,
          status integer, error text, answer text, state text, next_attempt_at timestamptz)
      ), logged as (
        insert into webhook_attempt (endpoint_id, event_id, at, duration_ms, status, error, answer)
          select ${endpointId}, event_id, at, duration_ms, status, error, answer from made order by at
      )
      update webhook_delivery d set state = m.state, attempts = d.attempts + 1,
          first_attempt_at = coalesce(d.first_attempt_at, m.at), next_attempt_at = m.next_attempt_at,
          ended_at = case when m.next_attempt_at is null then business_now() end
        from made m where d.endpoint_id = ${endpointId} and d.event_id = m.event_id and d.state in ('waiting', 'failing')`.execute(
      transaction
    )
    await transaction
      .updateTable('webhook_endpoint')
      .set({ failing_since: taken ? null : sql<Date>`business_now()` })
      .where('id', '=', endpointId)
      .where('failing_since', taken ? 'is not' : 'is', null)
      .execute()
    const row = await transaction
      .selectFrom('webhook_endpoint')
      .select(['state', 'failing_since'])
      .where('id', '=', endpointId)
      .executeTakeFirstOrThrow()
    return { state: row.state as WebhookEndpointState, failingSince: row.failing_since }
  })
}

/** Enabled endpoints behind which something has happened, each with its cursor as text. */
export async function listEndpointsBehind(
  db: Kysely<Database>
): Promise<{ readonly id: string; readonly cursor: string }[]> {
  const { rows } = await sql<{ id: string; cursor: string }>`
    select w.id, w.cursor_xid || ':' || w.cursor_seq as cursor from webhook_endpoint w
      where w.state = 'enabled' and exists (select from event e
        where (e.xid, e.seq) > (w.cursor_xid, w.cursor_seq) and e.xid < pg_snapshot_xmin(pg_current_snapshot()))
      order by w.id`.execute(db)
  return rows
}

/** Enabled ones with something that has been due for so long (business time), or whose record does not follow yet. */
export async function listForgottenEndpoints(db: Kysely<Database>, ageMs: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select w.id from webhook_endpoint w join process p on p.id = w.id
      where (p.state <> w.state and w.updated_at < business_now() - ${ageMs}::bigint * interval '1 millisecond')
        or (w.state = 'enabled' and exists (
          select from webhook_delivery d where d.endpoint_id = w.id and d.state in ('waiting', 'failing')
            and d.next_attempt_at < business_now() - ${ageMs}::bigint * interval '1 millisecond' and ${unblocked}))
      order by w.id limit 500`.execute(db)
  return rows.map(({ id }) => id)
}
