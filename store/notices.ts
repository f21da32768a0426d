import { randomBytes } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/in-transaction.ts'
import type { NoticeKind } from '../domain/notice-message.ts'
import { idOf, type CustomerId } from '../domain/ids.ts'

/** Something that a customer is told. */
export interface Notice {
  readonly id: string
  readonly customerId: CustomerId
  readonly kind: NoticeKind
  /** The payment or withdrawal that it is about. */
  readonly objectId: string | null
}

/** In the transaction of what it tells of; it is sent within seconds. */
export async function addNotice(
  transaction: Transaction<Database>,
  customerId: CustomerId,
  kind: NoticeKind,
  objectId: string | null = null
): Promise<void> {
  const id = `${kind}:${objectId ?? randomBytes(16).toString('hex')}`
  await transaction
    .insertInto('notice')
    .values({ id, customer_id: customerId, kind, object_id: objectId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * Reads the events on from where it stopped, and puts down a notice for each debit and each turn of a dispute, once; in commit order, as
 * `store/event.ts` does. The load generator's customer is told nothing.
 * @returns how many events there were; less than `limit`: there are no more for now
 */
export function noteDebits(db: Kysely<Database>, limit: number): Promise<number> {
  return inTransaction(db, async (transaction) => {
    await sql`select from notice_cursor for update`.execute(transaction)
    const { rows } = await sql<{ count: bigint }>`
      with page as materialized (
        select e.xid, e.seq, e.type, e.object_id, e.customer_id from event e
          where e.xid < pg_snapshot_xmin(pg_current_snapshot())
            and (e.xid, e.seq) > ((select xid from notice_cursor), (select seq from notice_cursor))
          order by e.xid, e.seq limit ${limit}
      ), noted as (
        insert into notice (id, customer_id, kind, object_id)
          select k.kind || ':' || p.object_id, p.customer_id, k.kind, p.object_id
            from page p join customer c on c.id = p.customer_id and c.policy is null
              join (values ('payment.requires_capture', 'debit'), ('payment.succeeded', 'debit'), ('withdrawal.processing', 'debit'),
                ('dispute.inquiry', 'dispute_opened'), ('dispute.needs_response', 'dispute_opened'),
                ('dispute.credited', 'dispute_credited'), ('dispute.reversal_announced', 'dispute_reversal'),
                ('dispute.lost', 'dispute_for_customer'), ('dispute.accepted', 'dispute_for_customer'),
                ('dispute.expired', 'dispute_for_customer'), ('dispute.decided', 'dispute_for_merchant')) k (type, kind) on k.type = p.type
          on conflict (id) do nothing
      ), moved as (
        update notice_cursor set (xid, seq) = (select xid, seq from page order by xid desc, seq desc limit 1)
          where exists (select from page)
      )
      select count(*) as count from page`.execute(transaction)
    return Number(rows[0]!.count)
  })
}

/** What nobody was told yet, oldest first. What is older than `maxAgeMs` is told to nobody. */
export async function listNotices(db: Kysely<Database>, maxAgeMs: number, limit: number): Promise<Notice[]> {
  const rows = await db
    .selectFrom('notice')
    .select(['id', 'customer_id', 'kind', 'object_id'])
    .where('done_at', 'is', null)
    .where('created_at', '>', sql<Date>`clock_timestamp() - ${maxAgeMs}::bigint * interval '1 millisecond'`)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    customerId: idOf('cus', row.customer_id),
    kind: row.kind as NoticeKind,
    objectId: row.object_id
  }))
}

export async function markNoticeDone(db: Kysely<Database>, id: string): Promise<void> {
  await db
    .updateTable('notice')
    .set({ done_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .execute()
}
