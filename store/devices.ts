import { createHash, randomBytes } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type CustomerId, type DeviceId } from '../domain/ids.ts'
import { openFor, sealFor } from './personal.ts'
import type { Vault } from './vault.ts'

/** What a customer logs in from. */
export interface Device {
  readonly id: DeviceId
  readonly name: string
  /** Business time. */
  readonly knownSince: Date
  readonly lastSeenAt: Date
}

/** Known from now on. @returns it with the token that the device alone keeps: not it, only its hash stays here. */
export async function addDevice(
  transaction: Transaction<Database>,
  vault: Vault,
  customerId: CustomerId,
  name: string
): Promise<Device & { readonly token: string }> {
  const id = idOf('dev', `dev_${randomBytes(16).toString('hex')}`)
  const token = `cof_device_${randomBytes(32).toString('hex')}`
  const sealed = await sealFor(transaction, vault, customerId, placeOf(id), name)
  const row = await transaction
    .insertInto('device')
    .values({ id, customer_id: customerId, name: sealed, token_hash: hashOf(token) })
    .returning(['known_since', 'last_seen_at'])
    .executeTakeFirstOrThrow()
  return { id, name, token, knownSince: row.known_since, lastSeenAt: row.last_seen_at }
}

/** The customer's device that has this token, unless it was revoked. */
export async function findDeviceByToken(
  db: Kysely<Database>,
  vault: Vault,
  customerId: CustomerId,
  token: string
): Promise<Device | undefined> {
  const row = await db
    .selectFrom('device')
    .selectAll()
    .where('token_hash', '=', hashOf(token))
    .where('customer_id', '=', customerId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return row && toDevice(db, vault, row)
}

/** Whether the customer has ever had a known device, revoked or not. */
export async function hadDevice(db: Kysely<Database>, customerId: CustomerId): Promise<boolean> {
  const row = await db
    .selectFrom('device')
    .select('id')
    .where('customer_id', '=', customerId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Those not revoked, newest first. */
export async function listDevices(db: Kysely<Database>, vault: Vault, customerId: CustomerId): Promise<Device[]> {
  const rows = await db
    .selectFrom('device')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('revoked_at', 'is', null)
    .orderBy('known_since', 'desc')
    .orderBy('id')
    .limit(100)
    .execute()
  return Promise.all(rows.map((row) => toDevice(db, vault, row)))
}

/** Whose device it is, revoked or not. */
export async function findDeviceOwner(db: Kysely<Database>, id: DeviceId): Promise<CustomerId | undefined> {
  const row = await db.selectFrom('device').select('customer_id').where('id', '=', id).executeTakeFirst()
  return row && idOf('cus', row.customer_id)
}

export async function markDeviceSeen(transaction: Transaction<Database>, id: DeviceId): Promise<void> {
  await transaction
    .updateTable('device')
    .set({ last_seen_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .execute()
}

/** Its token is good for nothing from now on; its sessions are ended with it. Undefined: it was revoked before. */
export async function revokeDevice(transaction: Transaction<Database>, id: DeviceId): Promise<number | undefined> {
  const { numUpdatedRows } = await transaction
    .updateTable('device')
    .set({ revoked_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return undefined
  const ended = await transaction
    .updateTable('session')
    .set({ ended_at: sql<Date>`clock_timestamp()`, ended_reason: 'revoked' })
    .where('device_id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return Number(ended.numUpdatedRows)
}

/** All of them at once: whoever has taken one over is nobody again. */
export async function revokeDevices(transaction: Transaction<Database>, customerId: CustomerId): Promise<number> {
  const { numUpdatedRows } = await transaction
    .updateTable('device')
    .set({ revoked_at: sql<Date>`clock_timestamp()` })
    .where('customer_id', '=', customerId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

interface DeviceRow {
  id: string
  customer_id: string
  name: Buffer
  known_since: Date
  last_seen_at: Date
}

async function toDevice(db: Kysely<Database>, vault: Vault, row: DeviceRow): Promise<Device> {
  const id = idOf('dev', row.id)
  const name = (await openFor(db, vault, row.customer_id, placeOf(id), row.name)) ?? ''
  return { id, name, knownSince: row.known_since, lastSeenAt: row.last_seen_at }
}

const placeOf = (id: DeviceId): string => `device|${id}`
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
