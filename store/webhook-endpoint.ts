import { randomBytes } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { idOf, type MerchantId, type WebhookEndpointId } from '../domain/ids.ts'
import type { DisabledReason, WebhookEndpointState } from '../domain/webhook-endpoint.ts'
import type { RowOf } from './rows.ts'
import type { Vault } from './vault.ts'

/** Where events are sent to, and which; instants are business time. */
export interface WebhookEndpoint {
  readonly id: WebhookEndpointId
  readonly principal: string
  readonly merchantId: MerchantId | null
  readonly url: string
  readonly types: readonly string[]
  readonly description: string | null
  readonly ordered: boolean
  readonly state: WebhookEndpointState
  readonly disabledReason: DisabledReason | null
  readonly oldSecretUntil: Date | null
  readonly failingSince: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

type NewWebhookEndpoint = Pick<
  WebhookEndpoint,
  'id' | 'principal' | 'merchantId' | 'url' | 'types' | 'description' | 'ordered'
>

/** It is told what is committed from now on. @returns it with its secret, which nobody can read again. */
export async function insertWebhookEndpoint(
  transaction: Transaction<Database>,
  vault: Vault,
  { id, principal, merchantId, url, types, description, ordered }: NewWebhookEndpoint
): Promise<{ endpoint: WebhookEndpoint; secret: string }> {
  const secret = newSecret()
  const row = await transaction
    .insertInto('webhook_endpoint')
    .values({
      id,
      principal,
      merchant_id: merchantId,
      url,
      types: [...types],
      description,
      ordered,
      secret: vault.sealSecret(id, secret)
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { endpoint: toEndpoint(row), secret }
}

/** @param principal undefined: anybody's. A deleted one is found as well. */
export async function findWebhookEndpoint(
  db: Kysely<Database>,
  id: string,
  principal?: string
): Promise<WebhookEndpoint | undefined> {
  const row = await db
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('id', '=', id)
    .$if(principal !== undefined, (query) => query.where('principal', '=', principal!))
    .executeTakeFirst()
  return row && toEndpoint(row)
}

/** Those that are not deleted, newest first. */
export async function listWebhookEndpoints(
  db: Kysely<Database>,
  principal: string | undefined,
  before: { readonly createdAt: string; readonly id: string } | undefined,
  limit: number
): Promise<(WebhookEndpoint & { readonly place: readonly [string, string] })[]> {
  const rows = await db
    .selectFrom('webhook_endpoint')
    .selectAll()
    .select(sql<string>`created_at::text`.as('created_text'))
    .where('state', '<>', 'deleted')
    .$if(principal !== undefined, (query) => query.where('principal', '=', principal!))
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${before!.createdAt}::timestamptz, ${before!.id})`)
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toEndpoint(row), place: [row.created_text, row.id] as const }))
}

export async function countWebhookEndpoints(db: Kysely<Database>, principal: string): Promise<number> {
  const { count } = await db
    .selectFrom('webhook_endpoint')
    .select((select) => select.fn.countAll<bigint>().as('count'))
    .where('principal', '=', principal)
    .where('state', '<>', 'deleted')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** What may be changed; other types count for what has not been read yet. */
export async function changeWebhookEndpoint(
  transaction: Transaction<Database>,
  id: WebhookEndpointId,
  change: Partial<Pick<WebhookEndpoint, 'url' | 'types' | 'description' | 'ordered'>>
): Promise<WebhookEndpoint> {
  const { types, ...others } = change
  const row = await transaction
    .updateTable('webhook_endpoint')
    .set({ ...others, updated_at: sql<Date>`business_now()` })
    .$if(types !== undefined, (query) =>
      query.set({ types: [...types!], since_xid: sql`cursor_xid`, since_seq: sql`cursor_seq` })
    )
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toEndpoint(row)
}

/** Enabled again it goes on where it stopped, and what was failing is tried at once. Undefined: it is so already. */
export async function turnWebhookEndpoint(
  transaction: Transaction<Database>,
  id: WebhookEndpointId,
  state: WebhookEndpointState
): Promise<WebhookEndpoint | undefined> {
  const row = await transaction
    .updateTable('webhook_endpoint')
    .set({ state, disabled_reason: null, failing_since: null, updated_at: sql<Date>`business_now()` })
    .where('id', '=', id)
    .where('state', 'not in', [state, 'deleted'])
    .returningAll()
    .executeTakeFirst()
  if (row && state === 'enabled')
    await transaction
      .updateTable('webhook_delivery')
      .set({ next_attempt_at: sql<Date>`business_now()` })
      .where('endpoint_id', '=', id)
      .where('state', '=', 'failing')
      .execute()
  return row && toEndpoint(row)
}

/** A new secret; the one before goes on signing beside it for that long, and any older one no more. */
export async function rotateWebhookSecret(
  transaction: Transaction<Database>,
  vault: Vault,
  id: WebhookEndpointId,
  overlapMs: number
): Promise<{ endpoint: WebhookEndpoint; secret: string }> {
  const secret = newSecret()
  const row = await transaction
    .updateTable('webhook_endpoint')
    .set({
      secret: vault.sealSecret(id, secret),
      old_secret: overlapMs > 0 ? sql<Buffer>`secret` : null,
      old_secret_until:
        overlapMs > 0 ? sql<Date>`business_now() + ${overlapMs}::bigint * interval '1 millisecond'` : null,
      updated_at: sql<Date>`business_now()`
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return { endpoint: toEndpoint(row), secret }
}

/** What signs now: the secret, and the one before while both do. */
export async function readWebhookSecrets(db: Kysely<Database>, vault: Vault, id: string): Promise<string[]> {
  const row = await db
    .selectFrom('webhook_endpoint')
    .select(['secret', sql<Buffer | null>`case when old_secret_until > business_now() then old_secret end`.as('old')])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return [row.secret, row.old].flatMap((sealed) => (sealed === null ? [] : [vault.openSecret(id, sealed)]))
}

/** Whose record nobody has begun yet: the run that was to do it was never started, or Temporal was away. */
export async function listUnbegunEndpoints(db: Kysely<Database>, minAgeMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom('webhook_endpoint')
    .select('id')
    .where('created_at', '<', sql<Date>`business_now() - ${minAgeMs}::bigint * interval '1 millisecond'`)
    .where(sql<boolean>`not exists (select from process p where p.id = webhook_endpoint.id)`)
    .orderBy('id')
    .limit(500)
    .execute()
  return rows.map(({ id }) => id)
}

/** 192 random bits as Standard Webhooks writes them. */
const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`

type EndpointRow = RowOf<'webhook_endpoint'>

const toEndpoint = (row: EndpointRow): WebhookEndpoint => ({
  id: idOf('whe', row.id),
  principal: row.principal,
  merchantId: row.merchant_id === null ? null : idOf('mer', row.merchant_id),
  url: row.url,
  types: row.types,
  description: row.description,
  ordered: row.ordered,
  state: row.state as WebhookEndpointState,
  disabledReason: row.disabled_reason as DisabledReason | null,
  oldSecretUntil: row.old_secret_until,
  failingSince: row.failing_since,
  createdAt: row.created_at,
  updatedAt: row.updated_at
})
