import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { workflowIdOf } from '../../domain/workflow-id.ts'
import { appendAudit } from '../../store/audit.ts'
import type { EventPlace } from '../../store/event.ts'
import { findWebhookEndpoint } from '../../store/webhook-endpoint.ts'
import { findWebhookDelivery, listWebhookDeliveries, resendEvents, type ResendRange } from '../../store/webhook-log.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf, readCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { DeliveryQuery, ResendReply, ResendRequest, toDeliveryReply, WebhookDeliveryReply } from '../webhook-schemas.ts'
import { ownEndpoint, usableEndpoint } from '../webhook-owner.ts'

const params = z.strictObject({ id: id('whe') })
const place = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\d[ \d:.+-]{9,30}$/), id('evt')])
const callers = { service: 'any', merchant: 'own', admin: 'any' } as const
const readers = { callers, scope: 'webhook-endpoints:read' } as const

/** What an endpoint was told, what it answered, and how to have it told again. */
export const webhookDeliveryRoutes = (deps: ApiDeps): Route[] => [list(deps), read(deps), resend(deps)]

const list = ({ db }: ApiDeps): Route =>
  route.get(
    '/webhook-endpoints/{id}/deliveries',
    {
      summary: 'List what an endpoint was told, newest first',
      params,
      query: DeliveryQuery,
      reply: listOf(WebhookDeliveryReply),
      ...readers
    },
    async (call) => {
      const { id: endpointId } = ownEndpoint(call, await findWebhookEndpoint(db, call.params.id))
      const { state, type, cursor, limit } = call.query
      const after = readCursor(place, cursor)
      const before = after && { createdAt: after[0], id: after[1] }
      const rows = await listWebhookDeliveries(db, { endpointId, state, type }, before, limit + 1)
      return toPage(rows, limit, (row) => row.place, toDeliveryReply)
    }
  )

const read = ({ db }: ApiDeps): Route =>
  route.get(
    '/webhook-endpoints/{id}/deliveries/{event_id}',
    {
      summary: 'Read what became of one event',
      params: params.extend({ event_id: id('evt') }),
      reply: WebhookDeliveryReply,
      ...readers
    },
    async (call) => {
      const { id: endpointId } = ownEndpoint(call, await findWebhookEndpoint(db, call.params.id))
      const delivery = await findWebhookDelivery(db, endpointId, call.params.event_id)
      if (!delivery) throw new Refusal('not_found')
      return toDeliveryReply(delivery)
    }
  )

const resend = ({ processes, policy }: ApiDeps): Route =>
  route.post(
    '/webhook-endpoints/{id}/resend',
    {
      summary: 'Have events sent again',
      description:
        `One event, what stands in the log between two times, or all that \`GET /v1/events\` lists behind a cursor: at most ` +
        `${policy.webhook.resend_max}. Each gets a plan of its own again; a receiver knows it by its \`webhook-id\`.`,
      params,
      body: ResendRequest,
      reply: ResendReply,
      status: 200,
      callers,
      scope: 'webhook-endpoints:write',
      idempotency: 'stored',
      errors: ['not_found', 'state_conflict', 'idempotency_key_reused']
    },
    async (call) => {
      const { params, body, transaction, principal, requestId, afterCommit } = call
      const { id, state } = usableEndpoint(call, await findWebhookEndpoint(transaction, params.id))
      if (state !== 'enabled') throw new Refusal('state_conflict', { state })
      const count = await resendEvents(transaction, id, rangeOf(body), policy.webhook.resend_max)
      if (count === 0 && 'event_id' in body) throw new Refusal('not_found', { pointer: '/event_id' })
      if (count > policy.webhook.resend_max) refuse('', `matches more than ${policy.webhook.resend_max}: narrow it`)
      const action = 'webhook_endpoint.resent'
      await appendAudit(transaction, { actor: principal, action, object: id, requestId, data: { count } })
      afterCommit(() => processes.nudge(workflowIdOf('webhook-delivery', id)))
      return { object: 'webhook_resend' as const, count }
    }
  )

function rangeOf(body: z.output<typeof ResendRequest>): ResendRange {
  if ('event_id' in body) return { eventId: body.event_id }
  if ('after_cursor' in body)
    return {
      after: placeOf('/after_cursor', body.after_cursor),
      until: body.until_cursor === undefined ? undefined : placeOf('/until_cursor', body.until_cursor)
    }
  if (body.from >= body.to) refuse('/to', 'must be later than from')
  return body
}

/** As `GET /v1/events` writes it. */
const Place = z.tuple([z.string().regex(/^[0-9]{1,19}$/), z.string().regex(/^[0-9]{1,18}$/)])

function placeOf(pointer: string, cursor: string): EventPlace {
  try {
    const [xid, seq] = readCursor(Place, cursor)!
    return { xid, seq: BigInt(seq) }
  } catch {
    return refuse(pointer, 'is not a next_cursor of GET /v1/events')
  }
}

function refuse(pointer: string, message: string): never {
  throw new Refusal('invalid_request', { errors: [{ pointer, message }] })
}
