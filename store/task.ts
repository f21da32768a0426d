import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type ReviewId, type TaskId } from '../domain/ids.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import type { RowOf } from './rows.ts'
import { findWork, listWork, toWork, type Work, type WorkFilter, type WorkPlace } from './work-queue.ts'

/**
 * `stuck_bank_instruction`: the bank was asked for 24 hours, and nobody knows whether it booked. `kyc_review`: an
 * application that a reviewer has to look at. `unauthorized_debit`: a customer says that it was not them; done once an
 * operator has thawed their wallets, whatever becomes of the debit meanwhile.
 * `customer_receivable`: a bank took money back that the wallet no longer had. `chargeback_received`: a card
 * holder has had a payment taken back, which is booked by nobody yet. `refund_without_funds`: the merchants of a payment
 * did not have what is to be given back in all the time that it was waited for. `dispute_review`: a dispute that a reviewer
 * decides. `settlement_account_refused`: a merchant cannot be paid; done once there is another account, whatever becomes of
 * the settlement. `open_items`: what a bank's statement leaves to be explained has been open for days. `statement_refused`: a
 * bank's statement cannot be believed, or does not fit behind the last one. `webhook_endpoint_disabled`: a receiver is gone, or
 * took nothing for days; done once it is enabled again, or deleted.
 */
export type TaskKind =
  | 'stuck_bank_instruction'
  | 'kyc_review'
  | 'unauthorized_debit'
  | 'customer_receivable'
  | 'chargeback_received'
  | 'refund_without_funds'
  | 'dispute_review'
  | 'settlement_account_refused'
  | 'open_items'
  | 'statement_refused'
  | 'webhook_endpoint_disabled'

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
  readonly task?: Pick<Task, 'id' | 'kind' | 'data'> & { readonly clock?: WorkClock | undefined }
  /** Asks a reviewer, once. */
  readonly review?: {
    readonly id: ReviewId
    readonly action: string
    readonly data: object
    readonly requested_by: string
    readonly fingerprint: string
    readonly request_id: string
    readonly clock?: WorkClock | undefined
  }
  /** Of the process's open tasks: who has it was reminded or told that it is late, or it waits for somebody else. */
  readonly clock?: 'reminded' | 'escalated' | 'paused'
}

/** Of a task that names no times: a day. */
const DAY_MS = 86_400_000
const inMs = (of: 'task' | 'review', name: string, otherwise: number): string =>
  `business_now() + coalesce((moved.${of} -> 'clock' ->> '${name}')::bigint, ${otherwise}) * interval '1 millisecond'`

/**
 * A process's set-based statement, with the tasks and reviews of its records moved in the same transaction: `$1` is a
 * jsonb array of rows, each with the fields of `TaskMove`.
 */
export const withTasks = (insert: string): string => `
  with moved as (
    select m.* from jsonb_to_recordset($1::jsonb) m (id text, is_over boolean, task jsonb, review jsonb, clock text)
  ), opened as (
    insert into task (id, process_id, kind, data, created_at, remind_at, due_at)
      select moved.task ->> 'id', moved.id, moved.task ->> 'kind', moved.task -> 'data', business_now(),
          ${inMs('task', 'remind_ms', DAY_MS / 2)}, ${inMs('task', 'due_ms', DAY_MS)}
        from moved where moved.task is not null
      on conflict (id) do update set
        remind_at = excluded.remind_at, due_at = excluded.due_at, reminded_at = null, escalated_at = null
        where task.state = 'open'
  ), asked as (
    insert into review (id, process_id, action, data, requested_by, fingerprint, request_id, remind_at, due_at)
      select moved.review ->> 'id', moved.id, moved.review ->> 'action', moved.review -> 'data',
          moved.review ->> 'requested_by', moved.review ->> 'fingerprint', moved.review ->> 'request_id',
          ${inMs('review', 'remind_ms', DAY_MS / 2)}, ${inMs('review', 'due_ms', DAY_MS)}
        from moved where moved.review is not null
      on conflict (id) do nothing
  ), clocked as (
    update task t set
        reminded_at = case moved.clock when 'reminded' then business_now() else t.reminded_at end,
        escalated_at = case moved.clock when 'escalated' then business_now() else t.escalated_at end,
        remind_at = case moved.clock when 'paused' then null else t.remind_at end,
        due_at = case moved.clock when 'paused' then null else t.due_at end
      from moved where moved.clock is not null and t.process_id = moved.id and t.state = 'open'
  ), done as (
    update task t set state = 'done', done_at = business_now()
      from moved where moved.is_over and t.process_id = moved.id and t.state = 'open' and t.kind not in ('unauthorized_debit', 'chargeback_received', 'settlement_account_refused')
  ), lapsed as (
    update review v set state = 'lapsed', decided_at = business_now()
      from moved where moved.is_over and v.process_id = moved.id and v.state = 'open'
  ) ${insert}`

/** A task as work of the queue. */
export type QueuedTask = Task & Work

export async function findTask(db: Kysely<Database>, id: string): Promise<QueuedTask | undefined> {
  const row = await findWork<TaskRow>(db, 'task', id)
  return row && { ...toTask(row), ...toWork(row) }
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

/** What is due first comes first. */
export async function listTasks(
  db: Kysely<Database>,
  filter: WorkFilter,
  after: WorkPlace | undefined,
  limit: number
): Promise<(QueuedTask & { readonly place: WorkPlace })[]> {
  const rows = await listWork<TaskRow>(db, 'task', filter, after, limit)
  return rows.map((row) => ({ ...toTask(row), ...toWork(row), place: [row.due_text, row.id] as const }))
}

type TaskRow = RowOf<'task'>

const toTask = (row: TaskRow): Task => ({
  id: idOf('tsk', row.id),
  processId: row.process_id,
  kind: row.kind as TaskKind,
  state: row.state as Task['state'],
  data: row.data as Task['data'],
  createdAt: row.created_at,
  doneAt: row.done_at
})
