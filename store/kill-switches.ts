import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Suspends new orders of a process, on one rail or (rail `''`) on all of them. */
export interface KillSwitch {
  readonly process: string
  readonly rail: string
  readonly on: boolean
  readonly changedBy: string
  readonly changedAt: Date
  /** Null: nobody said why. */
  readonly reason: string | null
}

/** True while new orders of this process on this rail are declined with `rail_suspended`. */
export async function isSuspended(db: Kysely<Database>, process: string, rail: string): Promise<boolean> {
  const row = await db
    .selectFrom('kill_switch')
    .select('process')
    .where('process', '=', process)
    .where('rail', 'in', ['', rail])
    .where('on', '=', true)
    .executeTakeFirst()
  return row !== undefined
}

export async function setKillSwitch(db: Kysely<Database>, given: Omit<KillSwitch, 'changedAt'>): Promise<KillSwitch> {
  const { process, rail, on, changedBy, reason } = given
  const row = { on, reason, changed_by: changedBy, changed_at: sql<Date>`clock_timestamp()` }
  const stored = await db
    .insertInto('kill_switch')
    .values({ process, rail, ...row })
    .onConflict((conflict) => conflict.columns(['process', 'rail']).doUpdateSet(row))
    .returningAll()
    .executeTakeFirstOrThrow()
  return toKillSwitch(stored)
}

export async function listKillSwitches(db: Kysely<Database>): Promise<KillSwitch[]> {
  const rows = await db.selectFrom('kill_switch').selectAll().orderBy('process').orderBy('rail').execute()
  return rows.map(toKillSwitch)
}

const toKillSwitch = (row: {
  process: string
  rail: string
  on: boolean
  changed_by: string
  changed_at: Date
  reason: string | null
}): KillSwitch => ({
  process: row.process,
  rail: row.rail,
  on: row.on,
  changedBy: row.changed_by,
  changedAt: row.changed_at,
  reason: row.reason
})
