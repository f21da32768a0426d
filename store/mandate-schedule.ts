import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Remembers that a mandate's Schedule was made of that version, and until when it shows enough. */
export async function markScheduled(
  db: Kysely<Database>,
  mandateId: string,
  { made, shortAt }: { readonly made: number; readonly shortAt: Date | null }
): Promise<void> {
  const row = { made, short_at: shortAt, made_at: sql<Date>`clock_timestamp()` }
  await db
    .insertInto('mandate_schedule')
    .values({ mandate_id: mandateId, ...row })
    .onConflict((conflict) => conflict.column('mandate_id').doUpdateSet(row))
    .execute()
}

/** It has none any more. */
export async function markUnscheduled(db: Kysely<Database>, mandateId: string): Promise<void> {
  await db.deleteFrom('mandate_schedule').where('mandate_id', '=', mandateId).execute()
}

/** Whether Temporal has to be told of a mandate's Schedule. */
export async function isScheduleStale(db: Kysely<Database>, mandateId: string): Promise<boolean> {
  const row = await stale(db).where('mandate.id', '=', mandateId).executeTakeFirst()
  return row !== undefined
}

/** Mandates after a given one whose Schedules have to be made, filled up or taken away. */
export async function listStaleSchedules(db: Kysely<Database>, afterId: string, limit: number): Promise<string[]> {
  const rows = await stale(db).where('mandate.id', '>', afterId).orderBy('mandate.id').limit(limit).execute()
  return rows.map(({ id }) => id)
}

/** Mandates that Temporal was told of, and that have something to come. */
export async function listScheduled(db: Kysely<Database>): Promise<string[]> {
  const rows = await db
    .selectFrom('mandate_schedule')
    .innerJoin('mandate', 'mandate.id', 'mandate_schedule.mandate_id')
    .select('mandate.id')
    .where('mandate.next_period', 'is not', null)
    .execute()
  return rows.map(({ id }) => id)
}

const stale = (db: Kysely<Database>) =>
  db
    .selectFrom('mandate')
    .innerJoin('process', 'process.id', 'mandate.id')
    .leftJoin('mandate_schedule', 'mandate_schedule.mandate_id', 'mandate.id')
    .select('mandate.id')
    .where((where) =>
      where.or([
        where.and([
          where('process.open', '=', true),
          where.or([
            where('mandate_schedule.made', 'is', null),
            where('mandate_schedule.made', '<>', where.ref('mandate.schedule_version')),
            where('mandate_schedule.short_at', '<=', sql<Date>`business_now()`)
          ])
        ]),
        where.and([where('process.open', '=', false), where('mandate_schedule.made', 'is not', null)])
      ])
    )
