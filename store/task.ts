import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type TaskId } from '../domain/ids.ts'

/**
 * `stuck_bank_instruction`: the bank was asked for 24 hours, and nobody knows whether it booked. `kyc_review`: an
 * application that a reviewer has to look at. `chargeback_received`: a card holder has had a payment taken back, which is
 * booked by nobody yet.
 */
export type TaskKind = 'stuck_bank_instruction' | 'kyc_review' | 'chargeback_received'

/** What waits for an operator. It is opened by the unit of work that got stuck, and done with the one that ends the process. */
export interface Task {
  readonly id: TaskId
  readonly processId: string
  readonly kind: TaskKind
  readonly state: 'open' | 'done'
  readonly data: Readonly<Record<string, unknown>>
  /** Business time. */
  readonly createdAt: Date
  readonly doneAt: Date | null
}

/** What a record's row carries beside its columns, for `withTasks`. */
export interface TaskMove {
  /** The process is over: its open tasks are done, its open reviews have lapsed. */
  readonly is_over: boolean
  readonly task?: Pick<Task, 'id' | 'kind' | 'data'>
}

/**
 * A process's set-based statement, with the tasks and reviews of its records moved in the same transaction: `$1` is a
 * jsonb array of rows, each with the fields of `TaskMove`.
 */
export const withTasks = (insert: string): string => `
  with moved as (
    select m.* from jsonb_to_recordset($1::jsonb) m (id text, is_over boolean, task jsonb)
  ), opened as (
    insert into task (id, process_id, kind, data, created_at)
      select moved.task ->> 'id', moved.id, moved.task ->> 'kind', moved.task -> 'data', business_now()
        from moved where moved.task is not null
      on conflict (id) do nothing
  ), done as (
    update task t set state = 'done', done_at = business_now()
      from moved where moved.is_over and t.process_id = moved.id and t.state = 'open'
  ), lapsed as (
    update review v set state = 'lapsed', decided_at = clock_timestamp()
      from moved where moved.is_over and v.process_id = moved.id and v.state = 'open'
  ) ${insert}`

export async function findTask(db: Kysely<Database>, id: string): Promise<Task | undefined> {
  const row = await db.selectFrom('task').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toTask(row)
}

/** The open task of that kind about a process. */
export async function findOpenTask(db: Kysely<Database>, processId: string, kind: TaskKind): Promise<Task | undefined> {
  const row = await db
    .selectFrom('task')
    .selectAll()
    .where('process_id', '=', processId)
    .where('kind', '=', kind)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return row && toTask(row)
}

/** Oldest first: who has waited longest. @param after creation time (as Postgres writes it) and id of the last one shown. */
export async function listTasks(
  db: Kysely<Database>,
  filter: { state?: Task['state'] | undefined; processId?: string | undefined },
  after: readonly [createdAt: string, id: string] | undefined,
  limit: number
): Promise<(Task & { readonly place: readonly [string, string] })[]> {
  const rows = await db
    .selectFrom('task')
    .selectAll()
    .select(sql<string>`created_at::text`.as('at_text'))
    .$if(filter.state !== undefined, (query) => query.where('state', '=', filter.state!))
    .$if(filter.processId !== undefined, (query) => query.where('process_id', '=', filter.processId!))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) > (${after![0]}::timestamptz, ${after![1]})`)
    )
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toTask(row), place: [row.at_text, row.id] as const }))
}

const toTask = (row: {
  id: string
  process_id: string
  kind: string
  state: string
  data: unknown
  created_at: Date
  done_at: Date | null
}): Task => ({
  id: idOf('tsk', row.id),
  processId: row.process_id,
  kind: row.kind as TaskKind,
  state: row.state as Task['state'],
  data: row.data as Task['data'],
  createdAt: row.created_at,
  doneAt: row.done_at
})
