import { z } from 'zod'
import { isTypeFilter } from '../domain/event-types.ts'
import { ListQuery } from './list.ts'
import { id, Instant, InstantRequest } from './schemas.ts'

/** More are better asked for as `<object>.*`, or sorted out by who reads. */
const TYPES_MAX = 50

const Types = z
  .string()
  .max(2_000)
  .transform((text) => text.split(','))
  .refine((types) => types.length <= TYPES_MAX, `must be at most ${TYPES_MAX}`)
  .refine((types) => types.every(isTypeFilter), 'must be types of events, or <object>.*, with commas between them')
  .meta({
    type: 'string',
    description: 'Types, with commas between them; `payment.*` is all of payments',
    example: 'payment.succeeded,refund.*'
  })

const filters = {
  type: Types.optional(),
  object_id: z
    .string()
    .regex(/^[a-z]{3}_[0-9a-f]{32}$/, 'must be an id')
    .optional()
    .meta({ description: 'The id of the thing' }),
  customer_id: id('cus').optional().meta({ description: 'For services and operators: what is this customer’s' }),
  merchant_id: id('mer').optional().meta({ description: 'For services and operators: what is this merchant’s' }),
  created_after: InstantRequest.optional().meta({ description: 'From that instant on' }),
  created_before: InstantRequest.optional().meta({ description: 'Up to that instant, without it' })
}

export const EventQuery = ListQuery.extend(filters)

export const EventStreamQuery = z.strictObject({
  ...filters,
  cursor: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'Where to begin: a `next_cursor` of the list. `Last-Event-ID` goes before it' })
})

/** Digits that fit `xid8` and `bigint`. */
export const Place = z.tuple([z.string().regex(/^[0-9]{1,19}$/), z.string().regex(/^[0-9]{1,18}$/)])

export const EventReply = z
  .strictObject({
    id: id('evt'),
    object: z.literal('event'),
    type: z.string().meta({ example: 'payment.succeeded' }),
    created_at: Instant,
    data: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The thing as it was at that moment: see `webhooks` for what that is of each type' })
  })
  .meta({ id: 'Event' })

/** Unlike other lists, this one has no end: its cursor is always there, and a poller goes on from it. */
export const EventPage = z
  .strictObject({
    data: z.array(EventReply),
    next_cursor: z.string().meta({ description: 'Always there: keep it, and ask again from it for what comes later' }),
    has_more: z.boolean().meta({ description: 'Whether more can be had now' })
  })
  .meta({ id: 'EventPage' })
