import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId, DeviceId } from '../domain/ids.ts'
import { openFor, sealFor } from './personal.ts'
import type { Vault } from './vault.ts'

/**
 * Where a device is called from now on. Who has had the same token before, on a phone that was handed on, is called there no
 * more.
 * @returns false for a device that was revoked
 */
export async function putPushToken(
  transaction: Transaction<Database>,
  vault: Vault,
  { id, customerId }: { readonly id: DeviceId; readonly customerId: CustomerId },
  token: string
): Promise<boolean> {
  const index = vault.blindIndex('push_token', token)
  await sql`update device set push_token = null, push_index = null where push_index = ${index} and id <> ${id}`.execute(
    transaction
  )
  const sealed = await sealFor(transaction, vault, customerId, placeOf(id), token)
  const { numUpdatedRows } = await transaction
    .updateTable('device')
    .set({ push_token: sealed, push_index: index })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Undefined for one that was revoked, whose token is gone, or whose owner was erased. */
export async function findPushToken(
  db: Kysely<Database>,
  vault: Vault,
  { id, customerId }: { readonly id: string; readonly customerId: string }
): Promise<string | undefined> {
  const row = await db
    .selectFrom('device')
    .select('push_token')
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return row?.push_token ? openFor(db, vault, customerId, placeOf(id), row.push_token) : undefined
}

/** @param token only if it is still this one: the device may have a new one by now */
export async function forgetPushToken(db: Kysely<Database>, vault: Vault, id: string, token?: string): Promise<void> {
  await db
    .updateTable('device')
    .set({ push_token: null, push_index: null })
    .where('id', '=', id)
    .$if(token !== undefined, (query) => query.where('push_index', '=', vault.blindIndex('push_token', token!)))
    .execute()
}

const placeOf = (id: string): string => `push|${id}`
