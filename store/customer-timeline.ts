import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Something that happened to a customer: an event of one of their processes, or a row of the audit log about them. */
export interface TimelineEntry {
  /** Of the event, or `aud_` and the number of the audit log's row. */
  readonly id: string
  /** Business time of events, the machine's of the audit log: the same wherever nobody moves the clock. */
  readonly at: Date
  /** `<thing>.<what>` */
  readonly type: string
  readonly objectId: string
  /** Of the process; null where it is none. */
  readonly processKind: string | null
  readonly state: string | null
  readonly by: string | null
  /** In the order of the list, as Postgres writes it. */
  readonly place: TimelinePlace
}

export type TimelinePlace = readonly [at: string, id: string]

export interface TimelineFilter {
  readonly customerId: string
  /** A whole type, or the thing before its dot. */
  readonly type?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
}

/**
 * Newest first, from both indexes at once (`event_of_customer`, the key of `audit_subject`): each gives a page, and the
 * newest of both are the page.
 */
export async function listTimeline(
  db: Kysely<Database>,
  filter: TimelineFilter,
  before: TimelinePlace | undefined,
  limit: number
): Promise<TimelineEntry[]> {
  const { rows } = await timelineQuery(filter, before, limit).execute(db)
  return rows.map(({ object_id, process_kind, at_text, ...row }) => ({
    ...row,
    objectId: object_id,
    processKind: process_kind,
    place: [at_text, row.id] as const
  }))
}

interface TimelineRow {
  id: string
  at: Date
  type: string
  object_id: string
  process_kind: string | null
  state: string | null
  by: string | null
  at_text: string
}

/** The statement itself, so that a test can have it explained. */
export function timelineQuery(
  { customerId, type, from, to }: TimelineFilter,
  before: TimelinePlace | undefined,
  limit: number
) {
  const within = (at: string, of: string) => sql`
    ${sql.ref(of)} = ${customerId}
    ${from === undefined ? sql`` : sql`and ${sql.ref(at)} >= ${from}`}
    ${to === undefined ? sql`` : sql`and ${sql.ref(at)} < ${to}`}`
  const earlier = (at: string, id: string) =>
    before === undefined ? sql`` : sql`and (${sql.ref(at)}, ${sql.ref(id)}) < (${before[0]}::timestamptz, ${before[1]})`
  const isType = (column: string) => {
    if (type === undefined) return sql``
    return type.includes('.')
      ? sql`and ${sql.ref(column)} = ${type}`
      : sql`and split_part(${sql.ref(column)}, '.', 1) = ${type}`
  }
  return sql<TimelineRow>`
    select t.id, t.at, t.type, t.object_id, p.kind as process_kind, t.state, t.by, t.at::text as at_text
      from (
        (select e.id, e.created_at as at, e.type, e.object_id, e.to_state as state, e.actor as by from event e
          where ${within('e.created_at', 'e.customer_id')} ${earlier('e.created_at', 'e.id')} ${isType('e.type')}
          order by e.created_at desc, e.id desc limit ${limit})
        union all
        (select s.id, s.at, a.action, a.object, null, a.actor from audit_subject s join audit_log a on a.seq = s.seq
          where ${within('s.at', 's.customer_id')} ${earlier('s.at', 's.id')} ${isType('a.action')}
          order by s.at desc, s.id desc limit ${limit})
      ) t left join process p on p.id = t.object_id
      order by t.at desc, t.id desc limit ${limit}`
}
