import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import type { WebhookEndpointId } from '../../domain/ids.ts'
import { appendAudit } from '../../store/audit.ts'
import {
  changeWebhookEndpoint,
  countWebhookEndpoints,
  findWebhookEndpoint,
  insertWebhookEndpoint,
  listWebhookEndpoints,
  rotateWebhookSecret
} from '../../store/webhook-endpoint.ts'
import type { Caller } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf, ListQuery, readCursor, toPage } from '../list.ts'
import { answer, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import {
  NewWebhookEndpointReply,
  SecretRotation,
  toEndpointReply,
  WebhookEndpointChange,
  WebhookEndpointReply,
  WebhookEndpointRequest
} from '../webhook-schemas.ts'
import { ownEndpoint, usableEndpoint } from '../webhook-owner.ts'
import { refuseForbiddenUrl } from '../webhook-url.ts'

const params = z.strictObject({ id: id('whe') })
const place = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\d[ \d:.+-]{9,30}$/), id('whe')])
const callers = { service: 'any', merchant: 'own', admin: 'any' } as const
const readers = { callers, scope: 'webhook-endpoints:read' } as const
const writers = { callers, scope: 'webhook-endpoints:write' } as const

/** Where backend teams and merchants are told of events; of each its own, an admin sees all. */
export const webhookEndpointRoutes = (deps: ApiDeps): Route[] => [
  make(deps),
  list(deps),
  read(deps),
  change(deps),
  rotate(deps)
]

const make = ({ config, vault, policy, processes }: ApiDeps): Route =>
  route.post(
    '/webhook-endpoints',
    {
      summary: 'Be told of events over HTTP',
      description:
        'From now on each event of these types is posted there until it is taken (2xx), at least once, signed after Standard ' +
        'Webhooks; a repetition has the same `webhook-id`, which is the event’s. A merchant is told of its own things.',
      body: WebhookEndpointRequest,
      reply: NewWebhookEndpointReply,
      status: 201,
      ...writers,
      idempotency: 'stored',
      errors: ['webhook_url_forbidden', 'state_conflict', 'idempotency_key_reused']
    },
    async ({ body, caller, newId, ownOnly, transaction, principal, requestId, afterCommit }) => {
      ownOnly()
      const { url, types, description = null, ordered } = body
      if ((await countWebhookEndpoints(transaction, principal)) >= policy.webhook.endpoints_max)
        throw new Refusal('state_conflict', { field: 'webhook_endpoints', limit: policy.webhook.endpoints_max })
      const whe = newId('whe')
      const made = { id: whe, principal, merchantId: merchantOf(caller), url, types, description, ordered }
      const { endpoint, secret } = await insertWebhookEndpoint(transaction, vault, made)
      const data = { host: new URL(url).host, types: [...types], ordered }
      await appendAudit(transaction, {
        actor: principal,
        action: 'webhook_endpoint.made',
        object: whe,
        requestId,
        data
      })
      afterCommit(() => launch(processes, whe))
      return answer(201, { ...toEndpointReply(endpoint), secret }, { Location: `/v1/webhook-endpoints/${whe}` })
    },
    { before: ({ body }) => refuseForbiddenUrl(body.url, { loopback: config.WEBHOOK_LOOPBACK }) }
  )

const list = ({ db }: ApiDeps): Route =>
  route.get(
    '/webhook-endpoints',
    { summary: 'List endpoints, newest first', query: ListQuery, reply: listOf(WebhookEndpointReply), ...readers },
    async ({ query, caller, ownOnly, principal }) => {
      ownOnly()
      const after = readCursor(place, query.cursor)
      const before = after && { createdAt: after[0], id: after[1] }
      const whose = caller.kind === 'operator' ? undefined : principal
      const rows = await listWebhookEndpoints(db, whose, before, query.limit + 1)
      return toPage(rows, query.limit, (row) => row.place, toEndpointReply)
    }
  )

const read = ({ db }: ApiDeps): Route =>
  route.get(
    '/webhook-endpoints/{id}',
    { summary: 'Read an endpoint, also a deleted one', params, reply: WebhookEndpointReply, ...readers },
    async (call) => toEndpointReply(ownEndpoint(call, await findWebhookEndpoint(db, call.params.id)))
  )

const change = ({ db, config }: ApiDeps): Route =>
  route.patch(
    '/webhook-endpoints/{id}',
    {
      summary: 'Change an endpoint',
      description: 'Other types count for events that have not been read for it yet, usually those from now on.',
      params,
      body: WebhookEndpointChange,
      reply: WebhookEndpointReply,
      ...writers,
      errors: ['webhook_url_forbidden', 'state_conflict']
    },
    async (call) => {
      const { params, body, principal, requestId } = call
      usableEndpoint(call, await findWebhookEndpoint(db, params.id))
      if (body.url !== undefined) await refuseForbiddenUrl(body.url, { loopback: config.WEBHOOK_LOOPBACK })
      const { url, types, description, ordered } = body
      const wanted = {
        ...(url !== undefined && { url }),
        ...(types !== undefined && { types }),
        ...(description !== undefined && { description }),
        ...(ordered !== undefined && { ordered })
      }
      const changed = await inTransaction(db, async (transaction) => {
        const data = { fields: Object.keys(wanted).sort() }
        const entry = { actor: principal, action: 'webhook_endpoint.changed', object: params.id, requestId, data }
        const endpoint = await changeWebhookEndpoint(transaction, params.id, wanted)
        await appendAudit(transaction, entry)
        return endpoint
      })
      return toEndpointReply(changed)
    }
  )

const rotate = ({ vault, policy }: ApiDeps): Route =>
  route.post(
    '/webhook-endpoints/{id}/rotate-secret',
    {
      summary: 'Make a new secret',
      description:
        'For `overlap_ms` both sign what is sent, so that a receiver can change over without losing anything.',
      params,
      body: SecretRotation(policy.webhook.overlap_max_ms),
      reply: NewWebhookEndpointReply,
      status: 200,
      ...writers,
      idempotency: 'stored',
      errors: ['state_conflict', 'idempotency_key_reused']
    },
    async (call) => {
      const { params, body, transaction, principal, requestId } = call
      usableEndpoint(call, await findWebhookEndpoint(transaction, params.id))
      const { endpoint, secret } = await rotateWebhookSecret(transaction, vault, params.id, body.overlap_ms)
      const data = { overlap_ms: body.overlap_ms }
      const action = 'webhook_endpoint.secret_rotated'
      await appendAudit(transaction, { actor: principal, action, object: params.id, requestId, data })
      return { ...toEndpointReply(endpoint), secret }
    }
  )

/** Its run; where Temporal is away, the sweeper starts it. */
const launch = (processes: ApiDeps['processes'], whe: WebhookEndpointId) =>
  processes.launch({
    type: 'webhook-delivery',
    id: whe,
    order: { id: whe },
    summary: 'tells an endpoint of events',
    searchAttributes: []
  })

const merchantOf = (caller: Caller) => (caller.kind === 'merchant' ? caller.merchantId : null)
