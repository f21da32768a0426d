import { hash, verify } from '@node-rs/argon2'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'
import { attemptsLeft, pinLockMs } from '../domain/pin.ts'
import type { Policy } from '../domain/policy/index.ts'
import { ARGON2 } from './passwords.ts'
import { createTurns } from './turns.ts'
import type { Vault } from './vault.ts'

export type PinAnswer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'wrong'; readonly attempts_left: number }
  | { readonly kind: 'locked'; readonly retry_after_ms: number }
  /** The customer has not chosen one yet. */
  | { readonly kind: 'not_set' }

/** Keeps a PIN, in place of the one before, and unlocks. Whether it may be chosen is `pinFault`'s to say. */
export async function setPin(db: Kysely<Database>, vault: Vault, customerId: CustomerId, pin: string): Promise<void> {
  const hashed = await hash(pin, { ...ARGON2, secret: vault.pinPepper })
  const row = { hash: hashed, wrong_in_a_row: 0, locked_until: null, updated_at: sql<Date>`clock_timestamp()` }
  await db
    .insertInto('pin')
    .values({ customer_id: customerId, ...row })
    .onConflict((conflict) => conflict.column('customer_id').doUpdateSet(row))
    .execute()
}

/** Whether the customer has chosen one. */
export async function hasPin(db: Kysely<Database>, customerId: CustomerId): Promise<boolean> {
  const row = await db.selectFrom('pin').select('customer_id').where('customer_id', '=', customerId).executeTakeFirst()
  return row !== undefined
}

/**
 * Tells whether it is the customer's PIN, to at most `policy.attempts` wrong ones in a row, however many ask at once:
 * each try is counted as wrong, and locks if it is the last one, *before* it is looked at; the right one takes that back.
 * The lock lasts in business time, and grows until the right PIN comes. Within one process a customer's tries wait for
 * one another: else the right PIN entered for six payments at once would count as five wrong ones and a lock.
 */
export function verifyPin(
  db: Kysely<Database>,
  vault: Vault,
  policy: Policy['pin'],
  customerId: CustomerId,
  pin: string
): Promise<PinAnswer> {
  return turns(customerId, async () => {
    const attempt = await takeAttempt(db, policy, customerId)
    if (!attempt) return whyNone(db, customerId)
    if (!(await verify(attempt.hash, pin, { secret: vault.pinPepper }))) {
      return { kind: 'wrong', attempts_left: attemptsLeft(attempt.wrong_in_a_row, policy) }
    }
    await db
      .updateTable('pin')
      .set({ wrong_in_a_row: 0, locked_until: null })
      .where('customer_id', '=', customerId)
      .execute()
    return { kind: 'ok' }
  })
}

const turns = createTurns<CustomerId>()

/** One statement: the row's lock puts parallel tries in order, and none is held while the hash is computed. */
async function takeAttempt(db: Kysely<Database>, policy: Policy['pin'], customerId: CustomerId) {
  const locks = lockTable(policy)
  const wrong = sql<number>`(wrong_in_a_row + 1)`
  const lockNumber = sql`least(${wrong} / ${policy.attempts}::integer, ${locks.length}::integer)`
  return db
    .updateTable('pin')
    .set({
      wrong_in_a_row: wrong,
      locked_until: sql<Date | null>`case when ${wrong} % ${policy.attempts}::integer = 0
        then business_now() + (${locks}::bigint[])[${lockNumber}] * interval '1 millisecond' end`
    })
    .where('customer_id', '=', customerId)
    .where(sql<boolean>`(locked_until is null or locked_until <= business_now())`)
    .returning(['hash', 'wrong_in_a_row'])
    .executeTakeFirst()
}

/** How long the first, second, … lock lasts, up to the first that is as long as any can be. */
function lockTable(policy: Policy['pin']): number[] {
  const locks: number[] = []
  do locks.push(pinLockMs((locks.length + 1) * policy.attempts, policy))
  while (locks.at(-1)! < policy.lock_max_ms && locks.length < 64)
  return locks
}

async function whyNone(db: Kysely<Database>, customerId: CustomerId): Promise<PinAnswer> {
  const row = await db
    .selectFrom('pin')
    .select(sql<number>`ceil(extract(epoch from locked_until - business_now()) * 1000)::float8`.as('leftMs'))
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  // Unlocked in between: the next try is looked at, but this one was not.
  return row ? { kind: 'locked', retry_after_ms: Math.max(1, row.leftMs ?? 1) } : { kind: 'not_set' }
}
