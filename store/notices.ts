import { randomBytes } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/in-transaction.ts'
import type { CustomerId, MerchantId } from '../domain/ids.ts'
import { noticesOfEvents } from '../domain/notice-events.ts'
import type { NoticeKind } from '../domain/notice-kinds.ts'

/**
 * Something that a customer is told which is no event; in the transaction of what it tells of.
 * @param key what has happened, where it may be repeated and has to be told once; by default the object, if there is one
 */
export const addNotice = (
  db: Kysely<Database> | Transaction<Database>,
  customerId: CustomerId,
  kind: NoticeKind,
  objectId: string | null = null,
  key: string = objectId ?? randomBytes(16).toString('hex')
): Promise<void> =>
  add(db, { key: `${kind}:${key}`, customer_id: customerId, merchant_id: null, kind, object_id: objectId })

/** The same to a business. */
export const addMerchantNotice = (
  db: Kysely<Database> | Transaction<Database>,
  merchantId: MerchantId,
  kind: NoticeKind,
  objectId: string,
  key: string
): Promise<void> =>
  add(db, { key: `${kind}:${key}`, customer_id: null, merchant_id: merchantId, kind, object_id: objectId })

async function add(
  db: Kysely<Database>,
  row: { key: string; customer_id: string | null; merchant_id: string | null; kind: string; object_id: string | null }
): Promise<void> {
  await db
    .insertInto('notice')
    .values({ ...row, event_id: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Whether the dispatcher has anything to do; reads, and writes nothing. */
export async function isNewsThere(db: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select exists (
        select from event where xid < pg_snapshot_xmin(pg_current_snapshot())
          and (xid, seq) > ((select xid from notice_cursor), (select seq from notice_cursor)))
      or exists (select from notice where planned_at is null)
      or exists (select from notice_delivery
          where state = 'waiting' and due_at <= business_now() and next_at <= clock_timestamp()) as there`.execute(db)
  return rows[0]!.there
}

const wanted = JSON.stringify(
  noticesOfEvents.map(({ type, kind, to, once = false, from = null, has = null }) => ({
    ...{ type, kind, to, once, has },
    came_from: from
  }))
)

/**
 * Reads the events on from where it stopped, and puts down what somebody is told of, once; in commit order, as
 * `store/event.ts` does. The load generator's customer is told nothing.
 * @returns how many events there were; less than `limit`: there are no more for now
 */
export function noteEvents(db: Kysely<Database>, limit: number): Promise<number> {
  return inTransaction(db, async (transaction) => {
    await sql`select from notice_cursor for update`.execute(transaction)
    const { rows } = await sql<{ count: bigint }>`
      with page as materialized (
        select e.id, e.xid, e.seq, e.type, e.from_state, e.object_id, e.customer_id, e.merchant_id, e.data
          from event e
          where e.xid < pg_snapshot_xmin(pg_current_snapshot())
            and (e.xid, e.seq) > ((select xid from notice_cursor), (select seq from notice_cursor))
          order by e.xid, e.seq limit ${limit}
      ), noted as (
        insert into notice (key, customer_id, merchant_id, kind, object_id, event_id)
          select k.kind || ':' || case when k.once then p.object_id else p.id end,
              case when k.to = 'customer' then p.customer_id end, case when k.to = 'merchant' then p.merchant_id end,
              k.kind, p.object_id, p.id
            from page p
              join jsonb_to_recordset(${wanted}::jsonb) k (type text, kind text, "to" text, once boolean, has text, came_from jsonb)
                on k.type = p.type and (k.came_from is null or k.came_from = 'null' or k.came_from @> to_jsonb(p.from_state))
                  and (k.has is null or p.data ? k.has)
              left join customer c on c.id = p.customer_id
            where case when k.to = 'customer' then c.id is not null and c.policy is null else p.merchant_id is not null end
            order by p.xid, p.seq
          on conflict (key) do nothing
      ), moved as (
        update notice_cursor set (xid, seq) = (select xid, seq from page order by xid desc, seq desc limit 1)
          where exists (select from page)
      )
      select count(*) as count from page`.execute(transaction)
    return Number(rows[0]!.count)
  })
}
