import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { factsOf } from '../domain/notice-facts.ts'
import { isNoticeKind, type Channel, type Language, type NoticeKind } from '../domain/notice-kinds.ts'
import type { NoticeFacts } from '../domain/notice-text.ts'

/** One message to one address or device, as far as it is known without opening anything. */
export interface DueDelivery {
  /** What the notifier takes once. */
  readonly id: string
  readonly kind: NoticeKind
  readonly channel: Channel
  readonly deviceId: string | null
  readonly lane: string
  readonly language: Language
  readonly attempts: number
  /** Business milliseconds since it was due. */
  readonly lateMs: number
  readonly customerId: string | null
  readonly merchantId: string | null
  readonly objectId: string | null
  readonly facts: NoticeFacts
  readonly zone: string
}

/**
 * What is to be told now, in the order in which it happened. What comes after something that is to be tried again waits for
 * it: nobody reads the end of a story before its beginning.
 */
export async function listDueDeliveries(db: Kysely<Database>, limit: number): Promise<DueDelivery[]> {
  const { rows } = await sql<DueRow>`
    select d.id, d.channel, d.device_id, d.lane, d.language, d.attempts, n.kind, n.customer_id, n.merchant_id, n.object_id,
        e.data, coalesce(m.name, b.name) as party, coalesce(c.zone, 'UTC') as zone,
        (extract(epoch from business_now() - d.due_at) * 1000)::double precision as late_ms
      from notice_delivery d join notice n on n.id = d.notice_id
        left join event e on e.id = n.event_id left join customer c on c.id = n.customer_id
        left join merchant m on m.id = e.data ->> 'merchant_id'
        left join biller b on b.id = e.data ->> 'biller_id'
      where d.state = 'waiting' and d.due_at <= business_now() and d.next_at <= clock_timestamp()
        and not exists (select from notice_delivery p where p.lane = d.lane and p.state = 'waiting' and p.seq < d.seq
          and p.next_at > clock_timestamp())
      order by n.seq, d.seq limit ${limit}`.execute(db)
  return rows.map((row) => {
    const kind = mustBeKind(row.kind)
    return {
      id: row.id,
      kind,
      channel: row.channel as Channel,
      deviceId: row.device_id,
      lane: row.lane,
      language: row.language as Language,
      attempts: row.attempts,
      lateMs: row.late_ms,
      customerId: row.customer_id,
      merchantId: row.merchant_id,
      objectId: row.object_id,
      facts: { ...factsOf(kind, row.data), party: row.party ?? undefined },
      zone: row.zone
    }
  })
}

interface DueRow {
  id: string
  channel: string
  device_id: string | null
  lane: string
  language: string
  attempts: number
  kind: string
  customer_id: string | null
  merchant_id: string | null
  object_id: string | null
  data: unknown
  party: string | null
  zone: string
  late_ms: number
}

/** Only kinds that there are get deliveries. */
function mustBeKind(kind: string): NoticeKind {
  if (!isNoticeKind(kind)) throw new TypeError(`nobody is told of ${kind}`)
  return kind
}

/** Whatever was said of it in the meantime by another worker stays. */
export async function endDelivery(
  db: Kysely<Database>,
  id: string,
  end: { readonly state: 'sent' } | { readonly state: 'undeliverable'; readonly failure: string }
): Promise<void> {
  await db
    .updateTable('notice_delivery')
    .set({
      ...end,
      attempts: sql<number>`attempts + 1`,
      ended_at: sql<Date>`clock_timestamp()`
    })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute()
}

/** @param failure why, without anything personal. @param restMs real time until the next attempt. */
export async function postponeDelivery(
  db: Kysely<Database>,
  id: string,
  failure: string,
  restMs: number
): Promise<void> {
  await db
    .updateTable('notice_delivery')
    .set({
      failure,
      attempts: sql<number>`attempts + 1`,
      next_at: sql<Date>`clock_timestamp() + ${restMs}::bigint * interval '1 millisecond'`
    })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute()
}
