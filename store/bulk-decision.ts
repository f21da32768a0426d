import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type BulkDecisionId, type OperatorId } from '../domain/ids.ts'
import { matching, type BulkFilter } from './bulk-matching.ts'

export type BulkAction = 'retry' | 'assign'

/** `nudged`: the bank is asked; `assigned`; `already_over`: there was nothing to do any more; `failed`: it could not be done. */
export type BulkOutcome = 'nudged' | 'assigned' | 'already_over' | 'failed'

/** One decision about all that a filter matched when it was made, and how far it has come. */
export interface BulkDecision {
  readonly id: BulkDecisionId
  readonly action: BulkAction
  readonly filter: BulkFilter
  readonly assignTo: OperatorId | null
  readonly reason: string | null
  readonly state: 'processing' | 'completed'
  readonly requestedBy: string
  readonly role: string
  readonly fingerprint: string
  readonly requestId: string
  /** Business time. */
  readonly createdAt: Date
  readonly completedAt: Date | null
}

export interface BulkCount {
  readonly matched: number
  readonly waiting: number
  readonly nudged: number
  readonly assigned: number
  readonly already_over: number
  readonly failed: number
}

export type NewBulkDecision = Omit<BulkDecision, 'state' | 'createdAt' | 'completedAt'>

/** How many a filter matches, up to a bound. */
export async function countMatching(
  db: Kysely<Database>,
  action: BulkAction,
  filter: BulkFilter,
  max: number
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from (${matching(action, filter)} limit ${max}) m`.execute(db)
  return rows[0]!.n
}

/** Stores the decision with what it matches now: from then on it is about these, and no others. */
export async function insertBulkDecision(transaction: Transaction<Database>, decision: NewBulkDecision): Promise<void> {
  const { id, action, filter } = decision
  await transaction
    .insertInto('bulk_decision')
    .values({
      id,
      action,
      filter: JSON.stringify(filter),
      assign_to: decision.assignTo,
      reason: decision.reason,
      requested_by: decision.requestedBy,
      role: decision.role,
      fingerprint: decision.fingerprint,
      request_id: decision.requestId
    })
    .execute()
  await sql`
    insert into bulk_decision_item (bulk_id, item_id) select ${id}, m.id from (${matching(action, filter)}) m`.execute(
    transaction
  )
}

export async function findBulkDecision(db: Kysely<Database>, id: string): Promise<BulkDecision | undefined> {
  const row = await db.selectFrom('bulk_decision').selectAll().where('id', '=', id).executeTakeFirst()
  return (
    row && {
      id: idOf('blk', row.id),
      action: row.action as BulkAction,
      filter: row.filter as BulkFilter,
      assignTo: row.assign_to === null ? null : idOf('opr', row.assign_to),
      reason: row.reason,
      state: row.state as BulkDecision['state'],
      requestedBy: row.requested_by,
      role: row.role,
      fingerprint: row.fingerprint,
      requestId: row.request_id,
      createdAt: row.created_at,
      completedAt: row.completed_at
    }
  )
}

export async function countOutcomes(db: Kysely<Database>, id: string): Promise<BulkCount> {
  const { rows } = await sql<BulkCount>`
    select count(*)::integer as matched, (count(*) filter (where outcome is null))::integer as waiting,
        (count(*) filter (where outcome = 'nudged'))::integer as nudged,
        (count(*) filter (where outcome = 'assigned'))::integer as assigned,
        (count(*) filter (where outcome = 'already_over'))::integer as already_over,
        (count(*) filter (where outcome = 'failed'))::integer as failed
      from bulk_decision_item where bulk_id = ${id}`.execute(db)
  return rows[0]!
}

/** What nobody has come by yet, in the order of ids. */
export async function listWaitingItems(db: Kysely<Database>, id: string, limit: number): Promise<string[]> {
  const rows = await itemsOf(db, id).where('outcome', 'is', null).orderBy('item_id').limit(limit).execute()
  return rows.map(({ item_id }) => item_id)
}

/** What could not be done, in the order of ids. */
export async function listFailedItems(db: Kysely<Database>, id: string, limit: number): Promise<string[]> {
  const rows = await itemsOf(db, id).where('outcome', '=', 'failed').orderBy('item_id').limit(limit).execute()
  return rows.map(({ item_id }) => item_id)
}

const itemsOf = (db: Kysely<Database>, id: string) =>
  db.selectFrom('bulk_decision_item').select('item_id').where('bulk_id', '=', id)

/** The first outcome of an item stays. */
export async function putOutcome(
  db: Kysely<Database>,
  id: string,
  itemId: string,
  outcome: BulkOutcome
): Promise<void> {
  await db
    .updateTable('bulk_decision_item')
    .set({ outcome })
    .where('bulk_id', '=', id)
    .where('item_id', '=', itemId)
    .where('outcome', 'is', null)
    .execute()
}

export async function completeBulkDecision(db: Kysely<Database>, id: string): Promise<void> {
  await db
    .updateTable('bulk_decision')
    .set({ state: 'completed', completed_at: sql<Date>`business_now()` })
    .where('id', '=', id)
    .where('state', '=', 'processing')
    .execute()
}

/** For the sweeper: those that nobody has finished. */
export async function listUnfinishedBulkDecisions(db: Kysely<Database>, minAgeMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom('bulk_decision')
    .select('id')
    .where('state', '=', 'processing')
    .where('created_at', '<', sql<Date>`business_now() - ${minAgeMs} * interval '1 millisecond'`)
    .orderBy('id')
    .limit(100)
    .execute()
  return rows.map(({ id }) => id)
}

/** Whoever had it before. @returns false when the task is done. */
export async function assignTask(db: Kysely<Database>, taskId: string, operatorId: string): Promise<boolean> {
  const result = await db
    .updateTable('task')
    .set({ assigned_to: operatorId, assigned_at: sql<Date>`business_now()` })
    .where('id', '=', taskId)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
