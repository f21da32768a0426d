import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'

/** What waits for operators: a task, or a review that another operator has asked for. */
export type WorkTable = 'task' | 'review'

/** What tasks and reviews have in common as work; instants are business time. */
export interface Work {
  /** Of the process that it is about; null where that is no process. */
  readonly processKind: string | null
  /** Null: it waits for somebody else, and no clock runs. */
  readonly dueAt: Date | null
  readonly remindedAt: Date | null
  readonly escalatedAt: Date | null
  readonly overdue: boolean
  /** Since it was opened, until it was done. */
  readonly ageMs: number
  readonly assignedTo: string | null
}

export interface WorkFilter {
  readonly state?: string | undefined
  /** A task's kind, or what a review would carry out. */
  readonly kind?: string | undefined
  readonly processKind?: string | undefined
  readonly processId?: string | undefined
  /** `nobody`: unclaimed. */
  readonly assignedTo?: string | undefined
  readonly overdue?: boolean | undefined
}

/** Place in the queue: when it is due (as Postgres writes it), and its id. */
export type WorkPlace = readonly [dueAt: string, id: string]

interface WorkRow {
  process_kind: string | null
  due_at: Date | null
  reminded_at: Date | null
  escalated_at: Date | null
  overdue: boolean
  age_ms: number
  assigned_to: string | null
}

const kindOf = { task: sql.raw('w.kind'), review: sql.raw('w.action') }
const doneOf = { task: sql.raw('w.done_at'), review: sql.raw('w.decided_at') }

const selectWork = (table: WorkTable) => sql`
  select w.*, p.kind as process_kind, coalesce(w.due_at, 'infinity')::text as due_text,
      w.state = 'open' and coalesce(w.due_at <= business_now(), false) as overdue,
      greatest(0, floor(extract(epoch from coalesce(${doneOf[table]}, business_now()) - w.created_at) * 1000))::float8 as age_ms
    from ${sql.table(table)} w left join process p on p.id = w.process_id`

/** What is due first comes first. */
export async function listWork<Row>(
  db: Kysely<Database>,
  table: WorkTable,
  filter: WorkFilter,
  after: WorkPlace | undefined,
  limit: number
): Promise<(Row & WorkRow & { readonly id: string; readonly due_text: string })[]> {
  const { state, kind, processKind, processId, assignedTo, overdue } = filter
  const conditions = [
    ...(state === undefined ? [] : [sql`w.state = ${state}`]),
    ...(kind === undefined ? [] : [sql`${kindOf[table]} = ${kind}`]),
    ...(processKind === undefined ? [] : [sql`p.kind = ${processKind}`]),
    ...(processId === undefined ? [] : [sql`w.process_id = ${processId}`]),
    ...(assignedTo === undefined
      ? []
      : [assignedTo === 'nobody' ? sql`w.assigned_to is null` : sql`w.assigned_to = ${assignedTo}`]),
    ...(overdue === undefined
      ? []
      : [sql`(w.state = 'open' and coalesce(w.due_at <= business_now(), false)) = ${overdue}`]),
    ...(after ? [sql`(coalesce(w.due_at, 'infinity'), w.id) > (${after[0]}::timestamptz, ${after[1]})`] : [])
  ]
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
  const { rows } = await sql<Row & WorkRow & { id: string; due_text: string }>`
    ${selectWork(table)} ${where} order by coalesce(w.due_at, 'infinity'), w.id limit ${limit}`.execute(db)
  return rows
}

export async function findWork<Row>(
  db: Kysely<Database>,
  table: WorkTable,
  id: string
): Promise<(Row & WorkRow) | undefined> {
  const { rows } = await sql<Row & WorkRow>`${selectWork(table)} where w.id = ${id}`.execute(db)
  return rows[0]
}

export const toWork = (row: WorkRow): Work => ({
  processKind: row.process_kind,
  dueAt: row.due_at,
  remindedAt: row.reminded_at,
  escalatedAt: row.escalated_at,
  overdue: row.overdue,
  ageMs: row.age_ms,
  assignedTo: row.assigned_to
})

/** How much waits, of one kind. */
export interface WorkCount {
  readonly object: WorkTable
  readonly kind: string
  readonly processKind: string | null
  readonly open: number
  /** More than half of its time is over. */
  readonly dueSoon: number
  readonly overdue: number
  readonly unassigned: number
}

export async function countWork(db: Kysely<Database>): Promise<WorkCount[]> {
  const { rows } = await sql<{
    object: WorkTable
    kind: string
    process_kind: string | null
    open: number
    due_soon: number
    overdue: number
    unassigned: number
  }>`
    select w.object, w.kind, p.kind as process_kind, count(*)::integer as open,
        (count(*) filter (where remind_at <= business_now() and due_at > business_now()))::integer as due_soon,
        (count(*) filter (where due_at <= business_now()))::integer as overdue,
        (count(*) filter (where assigned_to is null))::integer as unassigned
      from (
        select 'task' as object, kind, process_id, remind_at, due_at, assigned_to from task where state = 'open'
        union all select 'review', action, process_id, remind_at, due_at, assigned_to from review where state = 'open'
      ) w left join process p on p.id = w.process_id
      group by 1, 2, 3 order by 1, 2, 3`.execute(db)
  return rows.map(({ process_kind, due_soon, ...row }) => ({ ...row, processKind: process_kind, dueSoon: due_soon }))
}

/** Whom it would go to, under its lock; only what is open is anybody's. @throws {Refusal} `not_found`, `state_conflict` */
async function lockWork(transaction: Transaction<Database>, table: WorkTable, id: string) {
  const requester = table === 'review' ? sql`requested_by` : sql`null`
  const { rows } = await sql<{ state: string; kind: string; assigned_to: string | null; requested_by: string | null }>`
    select w.state, ${kindOf[table]} as kind, w.assigned_to, ${requester} as requested_by
      from ${sql.table(table)} w where w.id = ${id} for no key update`.execute(transaction)
  const work = rows[0]
  if (!work) throw new Refusal('not_found')
  if (work.state !== 'open') throw new Refusal('state_conflict', { state: work.state })
  return work
}

/**
 * It is this operator's from now on, until they release it or it is done.
 * @param mayTake by the kind of a task; a review is anybody's but the one's who asked for it.
 * @throws {Refusal} `claimed_by_another`; `four_eyes_required` for one's own request; `forbidden`
 */
export async function claimWork(
  transaction: Transaction<Database>,
  table: WorkTable,
  { id, operatorId, mayTake }: { id: string; operatorId: string; mayTake: (kind: string) => boolean }
): Promise<void> {
  const { kind, assigned_to, requested_by } = await lockWork(transaction, table, id)
  if (requested_by === operatorId) throw new Refusal('four_eyes_required')
  if (table === 'task' && !mayTake(kind)) throw new Refusal('forbidden')
  if (assigned_to !== null && assigned_to !== operatorId) throw new Refusal('claimed_by_another')
  await assign(transaction, table, id, operatorId)
}

/** @throws {Refusal} `claimed_by_another`, unless `anybodys`; `state_conflict` when it is nobody's */
export async function releaseWork(
  transaction: Transaction<Database>,
  table: WorkTable,
  { id, operatorId, anybodys }: { id: string; operatorId: string; anybodys: boolean }
): Promise<void> {
  const { assigned_to, state } = await lockWork(transaction, table, id)
  if (assigned_to === null) throw new Refusal('state_conflict', { state })
  if (assigned_to !== operatorId && !anybodys) throw new Refusal('claimed_by_another')
  await assign(transaction, table, id, null)
}

const assign = (db: Kysely<Database>, table: WorkTable, id: string, operatorId: string | null) =>
  db
    .updateTable(table)
    .set({ assigned_to: operatorId, assigned_at: operatorId === null ? null : sql<Date>`business_now()` })
    .where('id', '=', id)
    .execute()
