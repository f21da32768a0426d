import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'

/** What someone decided about a running process: the authority that a workflow reads back. */
export interface Decision {
  /** 128 bits of hex, from principal, route and idempotency key: a retry is the same decision. */
  readonly id: string
  readonly processId: string
  /** The verb of the route: `capture`, `void`, `confirm`, `cancel`, `retry`, `write-off`, `resolve`. */
  readonly action: string
  readonly data: Readonly<Record<string, unknown>>
  readonly actor: string
  readonly role: string
  readonly fingerprint: string
  readonly requestId: string
}

/** The key of the unit of work that carries the decision out. */
export const decisionUnitKey = ({ processId, action, id }: Pick<Decision, 'processId' | 'action' | 'id'>): string =>
  `${processId}:${action}:${id}`

/**
 * Stores the decision, once.
 * @returns whether it was made now, and the request id of the first time when it was there already: this one is a replay
 * @throws {Refusal} `idempotency_key_reused` when the key stands for another decision
 */
export async function recordDecision(
  db: Kysely<Database>,
  decision: Decision
): Promise<{ made: boolean; replayOf?: string }> {
  const { id, processId, action, data, actor, role, fingerprint, requestId } = decision
  const made = await db
    .insertInto('decision')
    .values({
      id,
      process_id: processId,
      action,
      data: JSON.stringify(data),
      actor,
      role,
      fingerprint,
      request_id: requestId,
      unit_key: decisionUnitKey(decision)
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (made.numInsertedOrUpdatedRows === 1n) return { made: true }
  const before = await db
    .selectFrom('decision')
    .select(['fingerprint', 'request_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (before.fingerprint !== fingerprint) throw new Refusal('idempotency_key_reused')
  return before.request_id === requestId ? { made: false } : { made: false, replayOf: before.request_id }
}

/** Whether it was made before, and so whoever made it has proved what it takes. */
export async function isRecorded(db: Kysely<Database>, processId: string, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('decision')
    .select('id')
    .where('id', '=', id)
    .where('process_id', '=', processId)
    .executeTakeFirst()
  return row !== undefined
}

/** @throws {Refusal} `not_found` when a message came without the row that gives it authority. */
export async function getDecision(db: Kysely<Database>, processId: string, id: string): Promise<Decision> {
  const row = await db
    .selectFrom('decision')
    .selectAll()
    .where('id', '=', id)
    .where('process_id', '=', processId)
    .executeTakeFirst()
  if (!row) throw new Refusal('not_found', { process: processId, decision: id.slice(0, 64) })
  return toDecision(row)
}

/** Whether somebody has decided that about a process, whatever became of it. */
export async function wasDecided(db: Kysely<Database>, processId: string, action: string): Promise<boolean> {
  const row = await db
    .selectFrom('decision')
    .select('id')
    .where('process_id', '=', processId)
    .where('action', '=', action)
    .executeTakeFirst()
  return row !== undefined
}

/** Decisions of a process that no unit of work has carried out, in the order they were made. */
export async function listPendingDecisions(db: Kysely<Database>, processId: string): Promise<Decision[]> {
  const rows = await pending(db).where('decision.process_id', '=', processId).execute()
  return rows.map(toDecision)
}

/** Open processes with decisions older than `minAgeMs` that nobody consumed. */
export async function listProcessesToNudge(
  db: Kysely<Database>,
  minAgeMs: number
): Promise<{ kind: string; id: string }[]> {
  return db
    .selectFrom('decision')
    .innerJoin('process', 'process.id', 'decision.process_id')
    .leftJoin('unit', 'unit.key', 'decision.unit_key')
    .select(['process.kind', 'process.id'])
    .distinct()
    .where('unit.key', 'is', null)
    .where('process.open', '=', true)
    .where('decision.created_at', '<', sql<Date>`clock_timestamp() - ${minAgeMs} * interval '1 millisecond'`)
    .limit(1_000)
    .execute()
}

const pending = (db: Kysely<Database>) =>
  db
    .selectFrom('decision')
    .leftJoin('unit', 'unit.key', 'decision.unit_key')
    .selectAll('decision')
    .where('unit.key', 'is', null)
    .orderBy('decision.created_at')
    .limit(1_000)

interface DecisionRow {
  id: string
  process_id: string
  action: string
  data: unknown
  actor: string
  role: string
  fingerprint: string
  request_id: string
}

const toDecision = (row: DecisionRow): Decision => ({
  id: row.id,
  processId: row.process_id,
  action: row.action,
  data: row.data as Decision['data'],
  actor: row.actor,
  role: row.role,
  fingerprint: row.fingerprint,
  requestId: row.request_id
})
