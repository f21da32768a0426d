import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { WorkTable } from './work-queue.ts'

/** A task or a review whose time has come. */
export interface LateWork {
  readonly table: WorkTable
  readonly id: string
  readonly step: 'reminded' | 'escalated'
}

/** A late one, with the record that it is about as it stands. */
export interface LateRecord extends LateWork {
  readonly processId: string
  readonly processKind: string
  readonly state: string
  readonly version: number
  readonly customerId: string | null
  readonly merchantId: string | null
  /** What the record's last event carries. */
  readonly view: Readonly<Record<string, unknown>>
}

/** An application's run reminds its reviewers itself. */
const REMINDED_BY_THEIR_RUN = ['kyc_review']

/** Open ones of open processes whose next time has come: half of it first, then the end; those that are due longest first. */
export async function listLateWork(db: Kysely<Database>, limit: number): Promise<LateWork[]> {
  const { rows } = await sql<LateWork>`
    select w."table", w.id, case when w.due_at <= business_now() then 'escalated' else 'reminded' end as step
      from (
        select 'task' as "table", id, process_id, remind_at, due_at, reminded_at, escalated_at from task
          where state = 'open' and escalated_at is null and kind <> all (${sql.val(REMINDED_BY_THEIR_RUN)}::text[])
        union all
        select 'review', id, process_id, remind_at, due_at, reminded_at, escalated_at from review
          where state = 'open' and escalated_at is null
      ) w join process p on p.id = w.process_id and p.open
      where w.due_at <= business_now() or (w.remind_at <= business_now() and w.reminded_at is null)
      order by w.due_at, w.id limit ${limit}`.execute(db)
  return rows
}

/** Undefined: it was decided meanwhile, or somebody was told already. */
export async function findLateRecord(
  db: Kysely<Database>,
  { table, id, step }: LateWork
): Promise<LateRecord | undefined> {
  const { rows } = await sql<{
    process_id: string
    kind: string
    state: string
    version: number
    customer_id: string | null
    merchant_id: string | null
    data: Readonly<Record<string, unknown>>
  }>`
    select p.id as process_id, p.kind, p.state, p.version, e.customer_id, e.merchant_id, e.data
      from ${sql.table(table)} w
        join process p on p.id = w.process_id and p.open
        join event e on e.object_id = p.id and e.object_version = p.version
      where w.id = ${id} and w.state = 'open' and w.escalated_at is null
        and ${step === 'escalated' ? sql`true` : sql`w.reminded_at is null`}`.execute(db)
  const row = rows[0]
  if (!row) return undefined
  return {
    table,
    id,
    step,
    processId: row.process_id,
    processKind: row.kind,
    state: row.state,
    version: row.version,
    customerId: row.customer_id,
    merchantId: row.merchant_id,
    view: row.data
  }
}

/**
 * Writes no record of its own: the process's, whose version is its guard, gets an event, and the task or the review gets
 * the time, both or neither.
 */
export const workClockWriter = {
  kind: 'work-clock',
  sql: `
    with moved as (
      select m.id, m.step from jsonb_to_recordset($1::jsonb) m (id text, step text)
    ), of_tasks as (
      update task t set
          reminded_at = coalesce(t.reminded_at, business_now()),
          escalated_at = case m.step when 'escalated' then business_now() else t.escalated_at end
        from moved m where t.id = m.id
    )
    update review r set
        reminded_at = coalesce(r.reminded_at, business_now()),
        escalated_at = case m.step when 'escalated' then business_now() else r.escalated_at end
      from moved m where r.id = m.id`
} as const
