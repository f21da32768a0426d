import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type CustomerId, type NotificationId } from '../domain/ids.ts'
import { factsOf } from '../domain/notice-facts.ts'
import { isNoticeKind, noticeKinds, type Channel, type Language, type NoticeKind } from '../domain/notice-kinds.ts'
import type { NoticeFacts } from '../domain/notice-text.ts'

/** What a customer was told, as it is listed in the app. */
export interface InboxItem {
  readonly id: NotificationId
  readonly seq: bigint
  readonly customerId: CustomerId
  readonly kind: NoticeKind
  readonly objectId: string | null
  readonly facts: NoticeFacts
  /** Business time. */
  readonly at: Date
  readonly readAt: Date | null
}

/** Newest first. */
export async function listInbox(
  db: Kysely<Database>,
  { customerId, unread }: { readonly customerId: string; readonly unread?: boolean | undefined },
  before: bigint | undefined,
  limit: number
): Promise<InboxItem[]> {
  const rows = await items(db)
    .where('notice.customer_id', '=', customerId)
    .where('notice.kind', 'in', noticeKinds)
    .$if(unread === true, (query) => query.where('notice.read_at', 'is', null))
    .$if(before !== undefined, (query) => query.where('notice.seq', '<', before!))
    .orderBy('notice.seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toItem)
}

export async function findInboxItem(db: Kysely<Database>, id: NotificationId): Promise<InboxItem | undefined> {
  const row = await items(db)
    .where('notice.id', '=', id)
    .where('notice.customer_id', 'is not', null)
    .where('notice.kind', 'in', noticeKinds)
    .executeTakeFirst()
  return row && toItem(row)
}

export async function countUnread(db: Kysely<Database>, customerId: string): Promise<number> {
  const row = await db
    .selectFrom('notice')
    .select((of) => of.fn.countAll<bigint>().as('count'))
    .where('customer_id', '=', customerId)
    .where('kind', 'in', noticeKinds)
    .where('read_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** The first time stays. */
export async function markRead(transaction: Transaction<Database>, id: NotificationId): Promise<void> {
  await transaction
    .updateTable('notice')
    .set({ read_at: sql<Date>`business_now()` })
    .where('id', '=', id)
    .where('read_at', 'is', null)
    .execute()
}

/** What became of one message, for operators. */
export interface LoggedDelivery {
  readonly seq: bigint
  readonly notificationId: NotificationId
  readonly kind: string
  readonly channel: Channel
  readonly deviceId: string | null
  readonly language: Language
  readonly state: 'waiting' | 'sent' | 'undeliverable'
  readonly attempts: number
  readonly failure: string | null
  readonly dueAt: Date
  readonly endedAt: Date | null
}

/** Newest first. */
export async function listDeliveries(
  db: Kysely<Database>,
  { customerId, state }: { readonly customerId: string; readonly state?: string | undefined },
  before: bigint | undefined,
  limit: number
): Promise<LoggedDelivery[]> {
  const rows = await db
    .selectFrom('notice_delivery')
    .innerJoin('notice', 'notice.id', 'notice_delivery.notice_id')
    .selectAll('notice_delivery')
    .select('notice.kind')
    .where('notice.customer_id', '=', customerId)
    .$if(state !== undefined, (query) => query.where('notice_delivery.state', '=', state!))
    .$if(before !== undefined, (query) => query.where('notice_delivery.seq', '<', before!))
    .orderBy('notice_delivery.seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    seq: row.seq,
    notificationId: idOf('ntf', row.notice_id),
    kind: row.kind,
    channel: row.channel as Channel,
    deviceId: row.device_id,
    language: row.language as Language,
    state: row.state as LoggedDelivery['state'],
    attempts: row.attempts,
    failure: row.failure,
    dueAt: row.due_at,
    endedAt: row.ended_at
  }))
}

const items = (db: Kysely<Database>) =>
  db
    .selectFrom('notice')
    .leftJoin('event', 'event.id', 'notice.event_id')
    .leftJoin('merchant', (join) => join.on(sql<boolean>`merchant.id = event.data ->> 'merchant_id'`))
    .select([
      'notice.id',
      'notice.seq',
      'notice.customer_id',
      'notice.kind',
      'notice.object_id',
      'notice.at',
      'notice.read_at'
    ])
    .leftJoin('biller', (join) => join.on(sql<boolean>`biller.id = event.data ->> 'biller_id'`))
    .select(['event.data', sql<string | null>`coalesce(merchant.name, biller.name)`.as('party')])

function toItem(row: Awaited<ReturnType<ReturnType<typeof items>['executeTakeFirstOrThrow']>>): InboxItem {
  if (!isNoticeKind(row.kind)) throw new TypeError(`nobody is told of ${row.kind}`)
  return {
    id: idOf('ntf', row.id),
    seq: row.seq,
    customerId: idOf('cus', row.customer_id!),
    kind: row.kind,
    objectId: row.object_id,
    facts: { ...factsOf(row.kind, row.data), party: row.party ?? undefined },
    at: row.at,
    readAt: row.read_at
  }
}
