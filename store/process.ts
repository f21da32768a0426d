import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** What every process has in common; `post_units` writes it with the money, nobody else. */
export interface ProcessRecord {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly open: boolean
  readonly version: number
  /** The start argument of its workflow, as the first unit stored it. */
  readonly order: unknown
}

export async function findProcess(db: Kysely<Database>, id: string): Promise<ProcessRecord | undefined> {
  return db
    .selectFrom('process')
    .select(['id', 'kind', 'state', 'open', 'version', 'order'])
    .where('id', '=', id)
    .executeTakeFirst()
}

/**
 * Open records older than `minAgeMs` after a given id, in the order of their ids, for the sweeper to page through: those
 * that were made this moment pass by unseen. Names only: an order is read for the few that are started again.
 */
export function listOpenProcesses(
  db: Kysely<Database>,
  { afterId, minAgeMs, limit }: { afterId: string; minAgeMs: number; limit: number }
): Promise<Pick<ProcessRecord, 'id' | 'kind'>[]> {
  return db
    .selectFrom('process')
    .select(['id', 'kind'])
    .where('open', '=', true)
    .where('id', '>', afterId)
    .where('created_at', '<', sql<Date>`business_now() - ${minAgeMs} * interval '1 millisecond'`)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/**
 * What a moved clock concerns: whatever waits by a timer, which was set by the clock as it was. A mandate has none, and is here
 * once it has something to announce.
 */
export async function listWaitingForClock(db: Kysely<Database>): Promise<Pick<ProcessRecord, 'id' | 'kind'>[]> {
  const due = db
    .selectFrom('mandate')
    .select(['mandate.id', sql<string>`'mandate'`.as('kind')])
    .where('next_announce_at', '<=', sql<Date>`business_now()`)
  return db
    .selectFrom('process')
    .select(['id', 'kind'])
    .where('open', '=', true)
    .where('kind', '<>', 'mandate')
    .unionAll(due)
    .execute()
}

/** Holds that reserve money of a process that is over: there must be none. */
export async function listStrandedHolds(db: Kysely<Database>, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select h.id from hold h join process p on p.id = split_part(h.id, '/', 1)
      where h.posted + h.released < h.amount and not p.open order by h.id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Business time, as RFC 3339 with milliseconds. */
export async function readBusinessNow(db: Kysely<Database>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select business_now() as now`.execute(db)
  return rows[0]!.now
}
