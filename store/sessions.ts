import { createHash, randomBytes } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type CustomerId, type DeviceId, type SessionId } from '../domain/ids.ts'

export interface Session {
  readonly id: SessionId
  readonly customerId: CustomerId
  readonly createdAt: Date
  readonly expiresAt: Date
  /** Where it was opened from; null: nobody said. */
  readonly deviceId: DeviceId | null
  /** Business time; only where a session is looked up for a request. */
  readonly deviceKnownSince?: Date | undefined
}

/** A session and the refresh token that continues it; the token is not kept, only its hash. */
export interface OpenedSession extends Session {
  readonly refreshToken: string
}

export type EndReason = 'logged_out' | 'refresh_token_reused' | 'revoked'

/** @param lifetimeMs real milliseconds until it ends, unless it is refreshed. */
export async function openSession(
  transaction: Transaction<Database>,
  customerId: CustomerId,
  lifetimeMs: number,
  deviceId: DeviceId | null = null
): Promise<OpenedSession> {
  const id = idOf('ses', `ses_${randomBytes(16).toString('hex')}`)
  const row = await transaction
    .insertInto('session')
    .values({ id, customer_id: customerId, device_id: deviceId, expires_at: after(lifetimeMs) })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { ...toSession(row), refreshToken: await newRefreshToken(transaction, id) }
}

/** The session if it is alive and its customer may use it; looked up on every request, so that an end holds at once. */
export async function findLiveSession(db: Kysely<Database>, id: string): Promise<Session | undefined> {
  const row = await db
    .selectFrom('session')
    .innerJoin('customer', 'customer.id', 'session.customer_id')
    .leftJoin('device', 'device.id', 'session.device_id')
    .selectAll('session')
    .select('device.known_since')
    .where('session.id', '=', id)
    .where('session.ended_at', 'is', null)
    .where('session.expires_at', '>', sql<Date>`clock_timestamp()`)
    .where('customer.state', '!=', 'closed')
    .executeTakeFirst()
  return row && { ...toSession(row), deviceKnownSince: row.known_since ?? undefined }
}

/** Those of the sessions that `findLiveSession` would find. */
export async function listLiveSessionIds(db: Kysely<Database>, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('session')
    .innerJoin('customer', 'customer.id', 'session.customer_id')
    .select('session.id')
    .where('session.id', 'in', ids)
    .where('session.ended_at', 'is', null)
    .where('session.expires_at', '>', sql<Date>`clock_timestamp()`)
    .where('customer.state', '!=', 'closed')
    .execute()
  return rows.map(({ id }) => id)
}

export async function listLiveSessions(db: Kysely<Database>, customerId: CustomerId): Promise<Session[]> {
  const rows = await db
    .selectFrom('session')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<Date>`clock_timestamp()`)
    .orderBy('created_at', 'desc')
    .limit(100)
    .execute()
  return rows.map(toSession)
}

export type Refreshed =
  | { readonly kind: 'refreshed'; readonly session: OpenedSession }
  /** The token came before: someone has a copy. The session is ended for both of them. */
  | { readonly kind: 'reused'; readonly sessionId: SessionId; readonly customerId: CustomerId }
  | { readonly kind: 'unknown' }

/** Each refresh token works once, whoever comes first; a second use ends the session. */
export async function refreshSession(
  transaction: Transaction<Database>,
  refreshToken: string,
  lifetimeMs: number
): Promise<Refreshed> {
  const token = await transaction
    .selectFrom('refresh_token')
    .select(['session_id', 'used_at'])
    .where('hash', '=', hashOf(refreshToken))
    .forUpdate()
    .executeTakeFirst()
  const session = token && (await findLiveSession(transaction, token.session_id))
  if (!token || !session) return { kind: 'unknown' }
  if (token.used_at !== null) {
    await endSession(transaction, session.id, 'refresh_token_reused')
    return { kind: 'reused', sessionId: session.id, customerId: session.customerId }
  }
  await transaction
    .updateTable('refresh_token')
    .set({ used_at: sql<Date>`clock_timestamp()` })
    .where('hash', '=', hashOf(refreshToken))
    .execute()
  const row = await transaction
    .updateTable('session')
    .set({ expires_at: after(lifetimeMs) })
    .where('id', '=', session.id)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (!row) return { kind: 'unknown' }
  return {
    kind: 'refreshed',
    session: { ...toSession(row), refreshToken: await newRefreshToken(transaction, session.id) }
  }
}

/** Whose session it is, alive or not; for telling owners from others. */
export async function findSessionOwner(db: Kysely<Database>, id: SessionId): Promise<CustomerId | undefined> {
  const row = await db.selectFrom('session').select('customer_id').where('id', '=', id).executeTakeFirst()
  return row && idOf('cus', row.customer_id)
}

/** Ends it at once: access tokens of it are refused from the next request on. True if it was alive until now. */
export async function endSession(db: Kysely<Database>, id: SessionId, reason: EndReason): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('session')
    .set({ ended_at: sql<Date>`clock_timestamp()`, ended_reason: reason })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Ends a customer's live sessions, at once; but for `except`. Returns how many there were. */
export async function endSessions(db: Kysely<Database>, customerId: CustomerId, except?: SessionId): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('session')
    .set({ ended_at: sql<Date>`clock_timestamp()`, ended_reason: 'revoked' })
    .where('customer_id', '=', customerId)
    .$if(except !== undefined, (query) => query.where('id', '!=', except!))
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

async function newRefreshToken(transaction: Transaction<Database>, sessionId: SessionId): Promise<string> {
  const token = `cof_refresh_${randomBytes(32).toString('hex')}`
  await transaction
    .insertInto('refresh_token')
    .values({ hash: hashOf(token), session_id: sessionId })
    .execute()
  return token
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

const after = (ms: number) => sql<Date>`clock_timestamp() + ${ms}::bigint * interval '1 millisecond'`

const toSession = (row: {
  id: string
  customer_id: string
  created_at: Date
  expires_at: Date
  device_id: string | null
}): Session => ({
  id: idOf('ses', row.id),
  customerId: idOf('cus', row.customer_id),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  deviceId: row.device_id === null ? null : idOf('dev', row.device_id)
})
