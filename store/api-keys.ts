import { createHash, randomBytes } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type ApiKeyId, type MerchantId, type OperatorId } from '../domain/ids.ts'
import type { OperatorRole } from './operators.ts'

/** Whose a key is. It stays the same when the key is rotated. */
export type KeyHolder =
  | { readonly role: 'service'; readonly serviceName: string }
  | { readonly role: 'merchant'; readonly merchantId: MerchantId }
  | { readonly role: OperatorRole; readonly operatorId: OperatorId }

export interface ApiKey {
  readonly id: ApiKeyId
  readonly holder: KeyHolder
  /** `payments:write`, `payments:*`, or `*` for all that the role may do. */
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly createdBy: string
  /** From then on it is refused; null: until it is revoked. */
  readonly expiresAt: Date | null
}

/** A key with its secret, which exists only in the answer that hands it out. */
export interface NewApiKey extends ApiKey {
  readonly secret: string
}

/** Makes a key `cof_<role>_<64 hex digits>`; only its SHA-256 is kept. */
export async function insertApiKey(
  db: Kysely<Database>,
  { id, holder, scopes, createdBy }: Pick<ApiKey, 'id' | 'holder' | 'scopes' | 'createdBy'>
): Promise<NewApiKey> {
  const secret = `cof_${holder.role}_${randomBytes(32).toString('hex')}`
  const row = await db
    .insertInto('api_key')
    .values({
      id,
      role: holder.role,
      service_name: 'serviceName' in holder ? holder.serviceName : null,
      merchant_id: 'merchantId' in holder ? holder.merchantId : null,
      operator_id: 'operatorId' in holder ? holder.operatorId : null,
      scopes: [...scopes],
      hash: hashOf(secret),
      created_by: createdBy,
      expires_at: null
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { ...toApiKey(row), secret }
}

/** The key behind a secret, unless it is unknown, revoked or expired. */
export async function findLiveApiKey(db: Kysely<Database>, secret: string): Promise<ApiKey | undefined> {
  const row = await db
    .selectFrom('api_key')
    .selectAll()
    .where('hash', '=', hashOf(secret))
    .where(sql<boolean>`(expires_at is null or expires_at > clock_timestamp())`)
    .executeTakeFirst()
  return row && toApiKey(row)
}

/** Those of the keys that are neither revoked nor expired. */
export async function listLiveKeyIds(db: Kysely<Database>, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('api_key')
    .select('id')
    .where('id', 'in', ids)
    .where(sql<boolean>`(expires_at is null or expires_at > clock_timestamp())`)
    .execute()
  return rows.map(({ id }) => id)
}

export async function findApiKey(db: Kysely<Database>, id: string): Promise<ApiKey | undefined> {
  const row = await db.selectFrom('api_key').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toApiKey(row)
}

/** Newest first. @param before the last one of the page before. */
export async function listApiKeys(
  db: Kysely<Database>,
  { limit, before }: { limit: number; before?: { createdAt: string; id: string } | undefined }
): Promise<ApiKey[]> {
  let query = db
    .selectFrom('api_key')
    .selectAll()
    .orderBy(sql`date_trunc('milliseconds', created_at)`, 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (before) {
    // By the cursor's milliseconds here and in the order: the column itself has microseconds.
    query = query.where(
      sql<boolean>`(date_trunc('milliseconds', created_at), id) < (${before.createdAt}::timestamptz, ${before.id})`
    )
  }
  return (await query.execute()).map(toApiKey)
}

/** A merchant's, newest first; there are few. */
export async function listMerchantApiKeys(db: Kysely<Database>, merchantId: MerchantId): Promise<ApiKey[]> {
  const rows = await db
    .selectFrom('api_key')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1_000)
    .execute()
  return rows.map(toApiKey)
}

/** Ends a key now or in a while, never later than before; true if that changed something. */
export async function expireApiKey(db: Kysely<Database>, id: ApiKeyId, inMs = 0): Promise<boolean> {
  const end = sql<Date>`clock_timestamp() + ${inMs}::bigint * interval '1 millisecond'`
  const { numUpdatedRows } = await db
    .updateTable('api_key')
    .set({ expires_at: end })
    .where('id', '=', id)
    .where(sql<boolean>`(expires_at is null or expires_at > ${end})`)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

interface ApiKeyRow {
  id: string
  role: string
  service_name: string | null
  merchant_id: string | null
  operator_id: string | null
  scopes: string[]
  created_at: Date
  created_by: string
  expires_at: Date | null
}

const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: idOf('key', row.id),
  holder: toHolder(row),
  scopes: row.scopes,
  createdAt: row.created_at,
  createdBy: row.created_by,
  expiresAt: row.expires_at
})

function toHolder({ role, service_name, merchant_id, operator_id }: ApiKeyRow): KeyHolder {
  if (service_name !== null) return { role: 'service', serviceName: service_name }
  if (merchant_id !== null) return { role: 'merchant', merchantId: idOf('mer', merchant_id) }
  return { role: role as OperatorRole, operatorId: idOf('opr', operator_id ?? '') }
}
