import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { dayAfter } from '../domain/reconciliation.ts'
import { findFirstDay } from './bank-expectation.ts'
import type { Reconciliation } from './reconciliation.ts'

/** The order of a bank's days: each is booked before the next one's statement is looked at. */

/** Whether a day of the bank before that one is not booked yet: what it shows would be missing from this one. */
export async function isEarlierDayUnbooked(
  db: Kysely<Database>,
  { bank, date }: Pick<Reconciliation, 'bank' | 'date'>
): Promise<boolean> {
  const earlier = await db
    .selectFrom('reconciliation')
    .leftJoin('process', 'process.id', 'reconciliation.id')
    .select('reconciliation.id')
    .where('bank', '=', bank)
    .where('date', '<', date)
    .where((of) => of.or([of('process.state', 'is', null), of('process.state', 'in', ['importing', 'matching'])]))
    .limit(1)
    .executeTakeFirst()
  return earlier !== undefined
}

/** The bank's other days that may go on now: those with open items, and the next one whose statement is waited for. */
export async function listOpenDays(db: Kysely<Database>, bank: 'a' | 'b', except: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with open_day as (
      select r.id, r.date, p.state from reconciliation r join process p on p.id = r.id
        where p.open and r.bank = ${bank} and r.id <> ${except}
    )
    (select id from open_day where state = 'open_items' order by date limit 1000)
    union all
    (select id from open_day where state <> 'open_items' order by date limit 1)`.execute(db)
  return rows.map(({ id }) => id)
}

/** The last day of a bank that was asked for. */
async function findLastDay(db: Kysely<Database>, bank: 'a' | 'b'): Promise<string | undefined> {
  const row = await db
    .selectFrom('reconciliation')
    .select('date')
    .where('bank', '=', bank)
    .orderBy('date', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.date
}

/** Days of one bank that are asked for at once: more than a year's are not one day's work. */
const DAYS_MAX = 400

/**
 * The days of a bank that nobody has asked for, from the one after the last one (at first: from the bank's first entry in our
 * books) up to that one; none when it lies before them.
 */
export async function listMissingDays(db: Kysely<Database>, bank: 'a' | 'b', upTo: string): Promise<string[]> {
  const last = await findLastDay(db, bank)
  const first = last === undefined ? await findFirstDay(db, bank) : dayAfter(last)
  const days: string[] = []
  for (let day = first; day !== undefined && day <= upTo && days.length < DAYS_MAX; day = dayAfter(day)) days.push(day)
  return days
}
