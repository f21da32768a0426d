import { createHash, randomBytes } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'
import { attemptsLeft } from '../domain/pin.ts'
import { openFor, sealFor } from './personal.ts'
import { matchTotp, toBase32 } from './totp.ts'
import { forgetTries, lockLeftMs, takeTry, type LockPolicy } from './tries-in-a-row.ts'
import { createTurns } from './turns.ts'
import type { Vault } from './vault.ts'

export type SecondFactorState = 'none' | 'pending' | 'active'

export type FactorAnswer =
  | { readonly kind: 'ok' }
  | { readonly kind: 'wrong'; readonly attempts_left: number }
  | { readonly kind: 'locked'; readonly retry_after_ms: number }
  | { readonly kind: 'not_set' }

/** What the customer types in: a code of the authenticator, or one of those that were given for the day it is lost. */
export type GivenFactor = { readonly totp: string } | { readonly recovery_code: string; readonly totp?: undefined }

interface Ground {
  readonly db: Kysely<Database>
  readonly vault: Vault
  readonly policy: { readonly second_factor: LockPolicy }
}

const PLACE = 'second_factor|totp'
/** 160 bits, as RFC 4226 recommends. */
const SECRET_BYTES = 20

export async function readSecondFactor(
  db: Kysely<Database>,
  customerId: CustomerId
): Promise<{ state: SecondFactorState; recoveryCodesLeft: number }> {
  const row = await db
    .selectFrom('second_factor')
    .select('confirmed_at')
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  if (!row) return { state: 'none', recoveryCodesLeft: 0 }
  const { left } = await db
    .selectFrom('recovery_code')
    .select((select) => select.fn.countAll<bigint>().as('left'))
    .where('customer_id', '=', customerId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return { state: row.confirmed_at === null ? 'pending' : 'active', recoveryCodesLeft: Number(left) }
}

/** Makes a secret, in place of one that was never confirmed. @returns it in base32; undefined when one is active. */
export async function beginSecondFactor(
  transaction: Transaction<Database>,
  vault: Vault,
  customerId: CustomerId
): Promise<string | undefined> {
  const secret = randomBytes(SECRET_BYTES)
  const sealed = await sealFor(transaction, vault, customerId, PLACE, secret.toString('hex'))
  const made = await transaction
    .insertInto('second_factor')
    .values({ customer_id: customerId, secret: sealed })
    .onConflict((conflict) =>
      conflict.column('customer_id').doUpdateSet({ secret: sealed }).where('second_factor.confirmed_at', 'is', null)
    )
    .returning('customer_id')
    .executeTakeFirst()
  return made && toBase32(secret)
}

/**
 * From now on it is asked for. @returns recovery codes, which nobody can read again; undefined when there was nothing to
 * confirm.
 */
export async function activateSecondFactor(
  transaction: Transaction<Database>,
  customerId: CustomerId,
  count: number
): Promise<string[] | undefined> {
  const activated = await transaction
    .updateTable('second_factor')
    .set({ confirmed_at: sql<Date>`clock_timestamp()` })
    .where('customer_id', '=', customerId)
    .where('confirmed_at', 'is', null)
    .returning('customer_id')
    .executeTakeFirst()
  if (!activated) return undefined
  const codes = Array.from({ length: count }, () => toBase32(randomBytes(10)).toLowerCase().match(/.{4}/g)!.join('-'))
  await transaction
    .insertInto('recovery_code')
    .values(codes.map((code) => ({ customer_id: customerId, hash: hashOf(code) })))
    .execute()
  return codes
}

/** Nothing is left of it. True if there was one. */
export async function removeSecondFactor(transaction: Transaction<Database>, customerId: CustomerId): Promise<boolean> {
  await transaction.deleteFrom('recovery_code').where('customer_id', '=', customerId).execute()
  const { numDeletedRows } = await transaction
    .deleteFrom('second_factor')
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/**
 * Whether it is right, to at most `attempts` wrong ones in a row, however many ask at once: counted before it is looked
 * at, as PINs are. A right code is used up by that, and so are all codes of its time step and before. Outside of any
 * transaction, or a refusal would take the count back.
 * @param wanted `pending`: the first code of a new secret; `active`: of one that is in force
 */
export function verifySecondFactor(
  { db, vault, policy }: Ground,
  customerId: CustomerId,
  given: GivenFactor,
  wanted: Exclude<SecondFactorState, 'none'> = 'active'
): Promise<FactorAnswer> {
  return turns(customerId, async () => {
    const row = await db
      .selectFrom('second_factor')
      .select(['secret', 'confirmed_at'])
      .where('customer_id', '=', customerId)
      .executeTakeFirst()
    if (!row || (row.confirmed_at === null) !== (wanted === 'pending')) return { kind: 'not_set' }
    const wrongInARow = await takeTry(db, 'second_factor', policy.second_factor, customerId)
    if (wrongInARow === undefined)
      return { kind: 'locked', retry_after_ms: (await lockLeftMs(db, 'second_factor', customerId)) ?? 1 }
    const taken =
      given.totp === undefined
        ? await takeRecoveryCode(db, customerId, given.recovery_code)
        : await takeTotp(db, vault, customerId, row.secret, given.totp)
    if (!taken) return { kind: 'wrong', attempts_left: attemptsLeft(wrongInARow, policy.second_factor) }
    await forgetTries(db, 'second_factor', customerId)
    return { kind: 'ok' }
  })
}

const turns = createTurns<CustomerId>()

/** A code that comes a second time was read over somebody's shoulder: of two at once the row's lock lets one through. */
async function takeTotp(db: Kysely<Database>, vault: Vault, customerId: CustomerId, sealed: Buffer, code: string) {
  const secret = await openFor(db, vault, customerId, PLACE, sealed)
  const step = secret === undefined ? undefined : matchTotp(Buffer.from(secret, 'hex'), code, Date.now())
  if (step === undefined) return false
  const { numUpdatedRows } = await db
    .updateTable('second_factor')
    .set({ last_step: BigInt(step) })
    .where('customer_id', '=', customerId)
    .where('secret', '=', sealed)
    .where('last_step', '<', BigInt(step))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function takeRecoveryCode(db: Kysely<Database>, customerId: CustomerId, code: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('recovery_code')
    .set({ used_at: sql<Date>`clock_timestamp()` })
    .where('customer_id', '=', customerId)
    .where('hash', '=', hashOf(code))
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Eighty random bits need no slow hash. However it is typed: without regard to case, dashes and spaces. */
const hashOf = (code: string): Buffer => createHash('sha256').update(code.toLowerCase().replace(/[\s-]/g, '')).digest()
