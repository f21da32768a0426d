import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'

/** Ids of all Schedules; the visibility store behind it may be a moment late. */
export type ListSchedules = () => Promise<ReadonlySet<string>>

/** How often and how far apart the list is asked again for a mandate that seems to have none. */
const ATTEMPTS = 10
const PAUSE_MS = 1_000

/**
 * O7 of mandates: each one with something to come has a Schedule `mandate/<id>`. They are made just after their records are
 * written, and the list lags: one that seems to have none is looked at again before it is called a breach.
 * @returns the first mandate without one, in words.
 */
export async function findUnscheduledMandate(
  db: Kysely<Database>,
  listSchedules: ListSchedules
): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const wanted = await wantedMandates(db)
    const there = wanted.length === 0 ? new Set<string>() : await listSchedules()
    const first = wanted.find((id) => !there.has(`mandate/${id}`))
    if (first === undefined) return undefined
    if (attempt === ATTEMPTS) return `${first} has something to pay, and there is no Schedule mandate/${first}`
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

async function wantedMandates(db: Kysely<Database>): Promise<string[]> {
  const rows = await db.selectFrom('mandate').select('id').where('next_period', 'is not', null).orderBy('id').execute()
  return rows.map(({ id }) => id)
}
