import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import { idOf, type ReviewId } from '../domain/ids.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import { findWork, listWork, toWork, type Work, type WorkFilter, type WorkPlace } from './work-queue.ts'

/** A decision that one operator has asked for and another one has to make. */
export interface Review {
  readonly id: ReviewId
  readonly processId: string
  /** The verb that is carried out once it is approved: `write-off`. */
  readonly action: string
  readonly data: Readonly<Record<string, unknown>>
  /** `lapsed`: the process ended before anyone decided. */
  readonly state: 'open' | 'approved' | 'rejected' | 'lapsed'
  readonly requestedBy: string
  readonly decidedBy: string | null
  readonly requestId: string
  readonly createdAt: Date
  readonly decidedAt: Date | null
}

export interface ReviewRequest extends Pick<
  Review,
  'id' | 'processId' | 'action' | 'data' | 'requestedBy' | 'requestId'
> {
  readonly fingerprint: string
  /** Absent: a day. */
  readonly clock?: WorkClock | undefined
}

const inMs = (ms: number) => sql<Date>`business_now() + ${ms} * interval '1 millisecond'`

/**
 * Asks for a review, once.
 * @returns whether it was made now; else it was there: a replay
 * @throws {Refusal} `idempotency_key_reused` when the id stands for another request; `state_conflict` with the review's
 * id when the same thing waits for a review already
 */
export async function insertReview(db: Kysely<Database>, request: ReviewRequest): Promise<{ made: boolean }> {
  const { id, processId, action, data, requestedBy, requestId, fingerprint, clock } = request
  const made = await db
    .insertInto('review')
    .values({
      id,
      process_id: processId,
      action,
      data: JSON.stringify(data),
      requested_by: requestedBy,
      request_id: requestId,
      fingerprint,
      ...(clock && { remind_at: inMs(clock.remind_ms), due_at: inMs(clock.due_ms) })
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (made.numInsertedOrUpdatedRows === 1n) return { made: true }
  const known = await db.selectFrom('review').select('fingerprint').where('id', '=', id).executeTakeFirst()
  if (known?.fingerprint === fingerprint) return { made: false }
  if (known) throw new Refusal('idempotency_key_reused')
  const open = await db
    .selectFrom('review')
    .select('id')
    .where('process_id', '=', processId)
    .where('action', '=', action)
    .where('state', '=', 'open')
    .executeTakeFirst()
  throw new Refusal('state_conflict', { review_id: open?.id })
}

export async function findReview(db: Kysely<Database>, id: string): Promise<Review | undefined> {
  const row = await db.selectFrom('review').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toReview(row)
}

/**
 * Decides an open review, under its lock.
 * @throws {Refusal} `not_found`; `four_eyes_required` for the one who asked; `state_conflict` when it is not open any more
 */
export async function decideReview(
  transaction: Transaction<Database>,
  id: string,
  { state, decidedBy }: { state: 'approved' | 'rejected'; decidedBy: string }
): Promise<Review> {
  const row = await transaction
    .selectFrom('review')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw new Refusal('not_found')
  if (row.requested_by === decidedBy) throw new Refusal('four_eyes_required')
  if (row.state !== 'open') throw new Refusal('state_conflict', { state: row.state })
  const decided = await transaction
    .updateTable('review')
    .set({ state, decided_by: decidedBy, decided_at: sql<Date>`business_now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toReview(decided)
}

/** A review as work of the queue. */
export type QueuedReview = Review & Work

export async function findQueuedReview(db: Kysely<Database>, id: string): Promise<QueuedReview | undefined> {
  const row = await findWork<ReviewRow>(db, 'review', id)
  return row && { ...toReview(row), ...toWork(row) }
}

/** What is due first comes first. */
export async function listReviews(
  db: Kysely<Database>,
  filter: WorkFilter,
  after: WorkPlace | undefined,
  limit: number
): Promise<(QueuedReview & { readonly place: WorkPlace })[]> {
  const rows = await listWork<ReviewRow>(db, 'review', filter, after, limit)
  return rows.map((row) => ({ ...toReview(row), ...toWork(row), place: [row.due_text, row.id] as const }))
}

interface ReviewRow {
  id: string
  process_id: string
  action: string
  data: unknown
  state: string
  requested_by: string
  decided_by: string | null
  request_id: string
  created_at: Date
  decided_at: Date | null
}

const toReview = (row: ReviewRow): Review => ({
  id: idOf('rev', row.id),
  processId: row.process_id,
  action: row.action,
  data: row.data as Review['data'],
  state: row.state as Review['state'],
  requestedBy: row.requested_by,
  decidedBy: row.decided_by,
  requestId: row.request_id,
  createdAt: row.created_at,
  decidedAt: row.decided_at
})
