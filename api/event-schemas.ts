import { z } from 'zod'
import { ListQuery } from './list.ts'
import { id, Instant } from './schemas.ts'

export const EventQuery = ListQuery.extend({
  type: z
    .string()
    .regex(/^[a-z_]{1,40}\.[a-z_]{1,40}$/, 'must be <thing>.<state>')
    .optional()
    .meta({ example: 'payment.succeeded' }),
  object_id: z
    .string()
    .regex(/^[a-z]{3}_[0-9a-f]{32}$/, 'must be an id')
    .optional()
    .meta({ description: 'The id of the thing' })
})

export const EventReply = z
  .strictObject({
    id: id('evt'),
    object: z.literal('event'),
    type: z.string().meta({ example: 'payment.succeeded' }),
    created_at: Instant,
    data: z.record(z.string(), z.unknown()).meta({ description: 'The thing as it was at that moment' })
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
