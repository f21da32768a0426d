import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { listTimeline, type TimelineEntry } from '../../store/customer-timeline.ts'
import { findCustomer } from '../../store/customers.ts'
import type { ApiDeps } from '../deps.ts'
import { linksOf, objectOf } from '../links.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { Run } from '../payment-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, Instant, instant, InstantRequest } from '../schemas.ts'

const TimelineQuery = ListQuery.extend({
  type: z
    .string()
    .regex(/^[a-z_]{1,40}(\.[a-z_]{1,40})?$/, 'must be <thing> or <thing>.<what>')
    .optional()
    .meta({ description: 'All of a thing, or one type', example: 'top_up.succeeded' }),
  from: InstantRequest.optional().meta({ description: 'Included' }),
  to: InstantRequest.optional().meta({ description: 'Not included' })
})

const EntryReply = z
  .strictObject({
    at: Instant,
    type: z.string().meta({ example: 'top_up.succeeded' }),
    object: z.string().meta({ description: 'What kind of thing it happened to', example: 'top_up' }),
    id: z.string().meta({ description: 'Of that thing' }),
    state: z.string().optional(),
    by: z.string().optional().meta({ description: 'Absent: the process itself' }),
    record: z.string().optional(),
    run: Run.optional()
  })
  .meta({ id: 'CustomerTimelineEntry' })

/** Everything that happened to one customer, over all records. */
export const customerTimelineRoutes = ({ db, config }: ApiDeps): Route[] => [
  route.get(
    '/customers/{id}/timeline',
    {
      summary: 'Read everything that happened to a customer, newest first',
      description:
        'Events of all their processes, and what the audit log has about them and their things, from log-ins to freezes. ' +
        'Ids and states only; reading it is audited itself.',
      params: z.strictObject({ id: id('cus') }),
      query: TimelineQuery,
      reply: listOf(EntryReply),
      callers: { support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'customers:timeline'
    },
    async ({ params, query: { limit, cursor, ...filter }, principal, requestId }) => {
      const before = readCursor(Place, cursor)
      const customer = await findCustomer(db, params.id)
      if (!customer) throw new Refusal('not_found')
      await appendAudit(db, { actor: principal, action: 'timeline.read', object: customer.id, requestId })
      const rows = await listTimeline(db, { customerId: customer.id, ...filter }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ place }) => place,
        (entry) => toReply(entry, config)
      )
    }
  )
]

const Place = z.tuple([
  z.string().regex(/^\d{4,6}-\d\d-\d\d[ \d:.+-]{9,30}$/),
  z.string().regex(/^(evt_[0-9a-f]{32}|aud_\d{20})$/)
])

/** What the ids of things that are no processes begin with; everything else is called by what its type begins with. */
const objects: Readonly<Record<string, string>> = {
  cus: 'customer',
  wal: 'wallet',
  ban: 'bank_account',
  ses: 'session',
  tsk: 'task',
  rev: 'review',
  ver: 'verification'
}

const toReply = (
  { at, type, objectId, processKind, state, by }: TimelineEntry,
  config: ApiDeps['config']
): z.input<typeof EntryReply> => ({
  at: instant(at),
  type,
  object: processKind === null ? (objects[objectId.slice(0, 3)] ?? type.split('.')[0]!) : objectOf(processKind),
  id: objectId,
  ...(state !== null && { state }),
  ...(by !== null && { by }),
  ...(processKind !== null && linksOf(config, processKind, objectId))
})
