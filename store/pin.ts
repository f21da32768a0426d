import { hash, verify } from '@node-rs/argon2'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'
import { attemptsLeft } from '../domain/pin.ts'
import type { Policy } from '../domain/policy/index.ts'
import { ARGON2 } from './passwords.ts'
import { forgetTries, lockLeftMs, takeTry } from './tries-in-a-row.ts'
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
    const wrongInARow = await takeTry(db, 'pin', policy, customerId)
    const row = await db.selectFrom('pin').select('hash').where('customer_id', '=', customerId).executeTakeFirst()
    if (!row) return { kind: 'not_set' }
    if (wrongInARow === undefined) {
      return { kind: 'locked', retry_after_ms: (await lockLeftMs(db, 'pin', customerId)) ?? 1 }
    }
    if (!(await verify(row.hash, pin, { secret: vault.pinPepper }))) {
      return { kind: 'wrong', attempts_left: attemptsLeft(wrongInARow, policy) }
    }
    await forgetTries(db, 'pin', customerId)
    return { kind: 'ok' }
  })
}

const turns = createTurns<CustomerId>()
