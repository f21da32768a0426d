import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { DisabledReason, WebhookEndpointState } from '../domain/webhook-endpoint.ts'
import { findWebhookEndpoint, type WebhookEndpoint } from './webhook-endpoint.ts'
import { withTasks } from './task.ts'

/** An endpoint beside its process's record, which follows what was decided about it. */
export interface WebhookRecord {
  readonly id: WebhookEndpoint['id']
  readonly state: WebhookEndpointState
  /** 0: nobody has begun it yet. */
  readonly version: number
  readonly endpoint: WebhookEndpoint
}

/** @throws {TypeError} when there is no such endpoint: for ids that we wrote. */
export async function getWebhookRecord(db: Kysely<Database>, id: string): Promise<WebhookRecord> {
  const endpoint = await findWebhookEndpoint(db, id)
  if (!endpoint) throw new TypeError(`${id} is not there`)
  const process = await db.selectFrom('process').select(['state', 'version']).where('id', '=', id).executeTakeFirst()
  const state = (process?.state ?? endpoint.state) as WebhookEndpointState
  return { id: endpoint.id, state, version: process?.version ?? 0, endpoint }
}

/** What an endpoint's event carries. Not its URL: others read events, and a URL may hold a secret. */
export const toWebhookView = ({ id, endpoint }: WebhookRecord, state: WebhookEndpointState): object => ({
  id,
  object: 'webhook_endpoint',
  state,
  ...(endpoint.merchantId !== null && { merchant_id: endpoint.merchantId }),
  types: endpoint.types,
  ordered: endpoint.ordered,
  ...(endpoint.disabledReason !== null && { disabled_reason: endpoint.disabledReason })
})

/** What the posting queue's statement takes: why it is disabled with this unit; null: somebody has decided. */
export const toWebhookRow = ({ id, endpoint }: WebhookRecord): { id: string; reason: DisabledReason | null } => ({
  id,
  reason: endpoint.disabledReason
})

/** Disables it in the unit that says so, unless somebody has decided meanwhile. */
export const webhookEndpointWriter = {
  kind: 'webhook-delivery',
  sql: withTasks(`
    update webhook_endpoint w set state = 'disabled', disabled_reason = m.reason, updated_at = business_now()
      from jsonb_to_recordset($1::jsonb) m (id text, reason text)
      where w.id = m.id and m.reason is not null and w.state = 'enabled'`)
} as const
