import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'
import { pinLockMs } from '../domain/pin.ts'

/** What is locked by wrong tries in a row: both tables have `wrong_in_a_row` and `locked_until`. */
type Guessed = 'pin' | 'second_factor'

export interface LockPolicy {
  readonly attempts: number
  readonly lock_ms: number
  readonly lock_max_ms: number
}

/**
 * Counts a try as wrong, and locks if it is the last one, *before* it is looked at. One statement: the row's lock puts
 * parallel tries in order, and none is held while anything is compared.
 * @returns how many wrong ones in a row there are with this one; undefined: locked, or there is nothing to guess
 */
export async function takeTry(
  db: Kysely<Database>,
  table: Guessed,
  policy: LockPolicy,
  customerId: CustomerId
): Promise<number | undefined> {
  const locks = lockTable(policy)
  const wrong = sql`(wrong_in_a_row + 1)`
  const lockNumber = sql`least(${wrong} / ${policy.attempts}::integer, ${locks.length}::integer)`
  const { rows } = await sql<{ wrong_in_a_row: number }>`
    update ${sql.table(table)} set wrong_in_a_row = ${wrong},
        locked_until = case when ${wrong} % ${policy.attempts}::integer = 0
          then business_now() + (${locks}::bigint[])[${lockNumber}] * interval '1 millisecond' end
      where customer_id = ${customerId} and (locked_until is null or locked_until <= business_now())
      returning wrong_in_a_row`.execute(db)
  return rows[0]?.wrong_in_a_row
}

/** The right one came: nothing was wrong. */
export async function forgetTries(db: Kysely<Database>, table: Guessed, customerId: CustomerId): Promise<void> {
  await sql`update ${sql.table(table)} set wrong_in_a_row = 0, locked_until = null
    where customer_id = ${customerId}`.execute(db)
}

/** Milliseconds of the lock that are left; undefined: there is nothing to guess. */
export async function lockLeftMs(
  db: Kysely<Database>,
  table: Guessed,
  customerId: CustomerId
): Promise<number | undefined> {
  const { rows } = await sql<{ left_ms: number | null }>`
    select ceil(extract(epoch from locked_until - business_now()) * 1000)::float8 as left_ms from ${sql.table(table)}
      where customer_id = ${customerId}`.execute(db)
  // Unlocked in between: the next try is looked at, but this one was not.
  return rows[0] && Math.max(1, rows[0].left_ms ?? 1)
}

/** How long the first, second, … lock lasts, up to the first that is as long as any can be. */
function lockTable(policy: LockPolicy): number[] {
  const locks: number[] = []
  do locks.push(pinLockMs((locks.length + 1) * policy.attempts, policy))
  while (locks.at(-1)! < policy.lock_max_ms && locks.length < 64)
  return locks
}
