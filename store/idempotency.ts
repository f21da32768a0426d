import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import type { Vault } from './vault.ts'

/** One request under one key of one principal; what it says is the fingerprint. */
export interface KeyedRequest {
  readonly principal: string
  /** Method and concrete path. */
  readonly route: string
  readonly key: string
  readonly fingerprint: string
  readonly requestId: string
}

export interface StoredReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON, or empty. */
  readonly body: string
  readonly requestId: string
}

/** For POSTs without a workflow; where money moves, the record itself is the memory, and for ever. */
const KEPT = sql`interval '24 hours'`

/**
 * Takes the key for this transaction. Whoever comes with the same one meanwhile waits for its end: after a commit they
 * get the reply, after a rollback the key is theirs.
 * @returns the first reply, if the key has been used; undefined: go on, then call `keepReply`.
 * @throws {Refusal} `idempotency_key_reused` when the first request said something else.
 */
export async function claimKey(
  transaction: Transaction<Database>,
  vault: Vault,
  { principal, route, key, fingerprint, requestId }: KeyedRequest
): Promise<StoredReply | undefined> {
  const fresh = { fingerprint, request_id: requestId, status: null, headers: null, body: null, object_id: null }
  const claimed = await transaction
    .insertInto('stored_reply')
    .values({ principal, route, idempotency_key: key, ...fresh })
    .onConflict((conflict) =>
      conflict
        .columns(['principal', 'route', 'idempotency_key'])
        .doUpdateSet({ ...fresh, created_at: sql<Date>`clock_timestamp()` })
        .where(sql<boolean>`stored_reply.created_at < clock_timestamp() - ${KEPT}`)
    )
    .returning('principal')
    .executeTakeFirst()
  return claimed ? undefined : findReply(transaction, vault, { principal, route, key, fingerprint, requestId })
}

/**
 * The first reply, if the key has been used and that was committed.
 * @throws {Refusal} `idempotency_key_reused` when the first request said something else.
 */
export async function findReply(
  db: Kysely<Database>,
  vault: Vault,
  { principal, route, key, fingerprint }: KeyedRequest
): Promise<StoredReply | undefined> {
  const row = await db
    .selectFrom('stored_reply')
    .selectAll()
    .where('principal', '=', principal)
    .where('route', '=', route)
    .where('idempotency_key', '=', key)
    .where(sql<boolean>`created_at >= clock_timestamp() - ${KEPT}`)
    .executeTakeFirst()
  if (!row) return undefined
  if (row.fingerprint !== fingerprint) throw new Refusal('idempotency_key_reused')
  return {
    status: row.status ?? 200,
    headers: (row.headers ?? {}) as unknown as Record<string, string>,
    body: row.body === null ? '' : vault.openReply(place({ principal, route, key }), row.body),
    requestId: row.request_id
  }
}

/** In the transaction of `claimKey`, as its last statement but for the audit log. */
export async function keepReply(
  transaction: Transaction<Database>,
  vault: Vault,
  request: KeyedRequest,
  reply: Omit<StoredReply, 'requestId'> & { readonly objectId: string | null }
): Promise<void> {
  await transaction
    .updateTable('stored_reply')
    .set({
      status: reply.status,
      headers: JSON.stringify(reply.headers),
      body: vault.sealReply(place(request), reply.body),
      object_id: reply.objectId
    })
    .where('principal', '=', request.principal)
    .where('route', '=', request.route)
    .where('idempotency_key', '=', request.key)
    .execute()
}

/**
 * Deletes what is over: replies after a day, ids of callbacks after an hour (their signatures last five minutes), counts of
 * tries an hour after their window (its end is milliseconds of the API's clock).
 */
export async function forgetOld(db: Kysely<Database>): Promise<void> {
  await db
    .deleteFrom('stored_reply')
    .where(sql<boolean>`created_at < clock_timestamp() - ${KEPT}`)
    .execute()
  await db
    .deleteFrom('callback_receipt')
    .where(sql<boolean>`received_at < clock_timestamp() - interval '1 hour'`)
    .execute()
  await db
    .deleteFrom('rate_limit')
    .where(sql<boolean>`expire < extract(epoch from clock_timestamp() - interval '1 hour') * 1000`)
    .execute()
}

const place = ({ principal, route, key }: Pick<KeyedRequest, 'principal' | 'route' | 'key'>) =>
  JSON.stringify([principal, route, key])
