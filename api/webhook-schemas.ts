import { z } from 'zod'
import { isTypeFilter } from '../domain/event-types.ts'
import { deliveryStates, disabledReasons } from '../domain/webhook-endpoint.ts'
import type { WebhookEndpoint } from '../store/webhook-endpoint.ts'
import type { WebhookDelivery } from '../store/webhook-log.ts'
import { ListQuery } from './list.ts'
import { id, Instant, instant, InstantRequest, text } from './schemas.ts'

const Url = z.string().min(1).max(2_000).meta({ format: 'uri', example: 'https://hooks.example.com/coffer' })
const EventType = z
  .string()
  .regex(/^(\*|[a-z_]{1,40}\.(\*|[a-z_]{1,40}))$/, 'must be *, <thing>.* or <thing>.<state>')
  .refine((type) => type === '*' || isTypeFilter(type), 'is no type of event')
  .meta({ example: 'payment.*' })
const Types = z
  .array(EventType)
  .min(1)
  .max(50)
  .transform((types) => [...new Set(types)])
const Description = text(200).meta({ description: 'Your own words. No personal data.' })
const Ordered = z.boolean().meta({
  description: 'Later events of a thing wait behind one of it that was not taken; those of other things do not'
})

export const WebhookEndpointRequest = z
  .strictObject({ url: Url, types: Types, description: Description.optional(), ordered: Ordered.default(false) })
  .meta({ id: 'WebhookEndpointRequest' })

export const WebhookEndpointChange = z
  .strictObject({
    url: Url.optional(),
    types: Types.optional(),
    description: Description.nullable().optional(),
    ordered: Ordered.optional()
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .meta({ id: 'WebhookEndpointChange' })

export const SecretRotation = (overlapMaxMs: number) =>
  z.strictObject({
    overlap_ms: z
      .int()
      .min(0)
      .max(overlapMaxMs)
      .default(86_400_000)
      .meta({ description: 'How long the old secret goes on signing beside the new one' })
  })

export const WebhookEndpointReply = z
  .strictObject({
    id: id('whe'),
    object: z.literal('webhook_endpoint'),
    state: z.enum(['enabled', 'disabled', 'deleted']),
    disabled_reason: z
      .enum(disabledReasons)
      .nullable()
      .meta({ description: 'It said 410, or took nothing for days; null: somebody disabled it, or nobody did' }),
    url: z.string(),
    types: z.array(z.string()),
    description: z.string().nullable(),
    ordered: z.boolean(),
    merchant_id: id('mer').nullable().meta({ description: 'Whose events it is told; null: everybody’s' }),
    old_secret_expires_at: Instant.nullable(),
    failing_since: Instant.nullable().meta({ description: 'Nothing was taken since; null: the last attempt was' }),
    created_at: Instant,
    updated_at: Instant
  })
  .meta({ id: 'WebhookEndpoint' })

export const NewWebhookEndpointReply = WebhookEndpointReply.extend({
  secret: z.string().meta({ description: 'Signs what is sent (Standard Webhooks); it is told only here' })
}).meta({ id: 'NewWebhookEndpoint' })

export const toEndpointReply = (endpoint: WebhookEndpoint): z.input<typeof WebhookEndpointReply> => ({
  id: endpoint.id,
  object: 'webhook_endpoint',
  state: endpoint.state,
  disabled_reason: endpoint.disabledReason,
  url: endpoint.url,
  types: [...endpoint.types],
  description: endpoint.description,
  ordered: endpoint.ordered,
  merchant_id: endpoint.merchantId,
  old_secret_expires_at: endpoint.oldSecretUntil && instant(endpoint.oldSecretUntil),
  failing_since: endpoint.failingSince && instant(endpoint.failingSince),
  created_at: instant(endpoint.createdAt),
  updated_at: instant(endpoint.updatedAt)
})

export const DeliveryQuery = ListQuery.extend({
  state: z.enum(deliveryStates).optional(),
  type: z
    .string()
    .regex(/^[a-z_]{1,40}\.[a-z_]{1,40}$/, 'must be <thing>.<state>')
    .optional()
})

const AttemptReply = z.strictObject({
  at: Instant,
  duration_ms: z.int().min(0),
  status: z.int().nullable().meta({ description: 'Of the answer; null: there was none' }),
  error: z.string().nullable().meta({ description: 'null: it was taken', example: 'http_503' }),
  answer: z.string().nullable().meta({ description: 'How the answer begins' })
})

export const WebhookDeliveryReply = z
  .strictObject({
    id: id('evt').meta({ description: 'The event’s, and `webhook-id` of all attempts' }),
    object: z.literal('webhook_delivery'),
    type: z.string(),
    object_id: z.string(),
    state: z.enum(deliveryStates),
    created_at: Instant,
    next_attempt_at: Instant.nullable(),
    ended_at: Instant.nullable(),
    attempts: z.array(AttemptReply)
  })
  .meta({ id: 'WebhookDelivery' })

export const toDeliveryReply = (delivery: WebhookDelivery): z.input<typeof WebhookDeliveryReply> => ({
  id: delivery.eventId,
  object: 'webhook_delivery',
  type: delivery.type,
  object_id: delivery.objectId,
  state: delivery.state,
  created_at: instant(delivery.createdAt),
  next_attempt_at: delivery.nextAttemptAt && instant(delivery.nextAttemptAt),
  ended_at: delivery.endedAt && instant(delivery.endedAt),
  attempts: delivery.attempts.map(({ at, durationMs, status, error, answer }) => ({
    at: instant(at),
    duration_ms: durationMs,
    status,
    error,
    answer
  }))
})

const Cursor = z.string().max(500).meta({ description: 'A next_cursor of `GET /v1/events`' })

export const ResendRequest = z
  .union([
    z.strictObject({ event_id: id('evt') }),
    z
      .strictObject({ from: InstantRequest, to: InstantRequest, state: z.enum(deliveryStates).optional() })
      .meta({ description: 'What stands in the log from `from` to before `to`' }),
    z.strictObject({ after_cursor: Cursor, until_cursor: Cursor.optional() })
  ])
  .meta({ id: 'WebhookResend' })

export const ResendReply = z.strictObject({ object: z.literal('webhook_resend'), count: z.int().min(0) })
