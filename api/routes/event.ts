import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { idOf } from '../../domain/ids.ts'
import { findEvent, listEventsAfter, readEventHorizon, type EventPlace, type ProcessEvent } from '../../store/event.ts'
import type { ApiDeps } from '../deps.ts'
import { EventPage, EventQuery, EventReply } from '../event-schemas.ts'
import { readCursor, writeCursor } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const readers = {
  callers: {
    customer: 'own',
    service: 'any',
    merchant: 'own',
    support: 'any',
    reviewer: 'any',
    finance: 'any',
    admin: 'any'
  },
  scope: 'events:read'
} as const

/** What happened, for everyone who wants to follow it. */
export const eventRoutes = (deps: ApiDeps): Route[] => [listEvents(deps), readEvent(deps)]

const listEvents = ({ db }: ApiDeps): Route =>
  route.get(
    '/events',
    {
      summary: 'Follow events, oldest first',
      description:
        'This list has no end, so `next_cursor` is always there, on the last page and on an empty one too: ask again from ' +
        'it later, and each event comes once, none is left out. An event is shown once everything that began before it has ' +
        'been committed, usually after milliseconds; one of the thing that `object_id` names, at once.',
      query: EventQuery,
      reply: EventPage,
      ...readers
    },
    async ({ query: { limit, cursor, type, object_id }, ownOnly }) => {
      const filter = { ...ownOnly(), ...(type && { type }), ...(object_id && { objectId: object_id }) }
      const after = placeOf(cursor)
      // Read before the list: whatever lies below it, the list has seen.
      const horizon = await readEventHorizon(db)
      const rows = await listEventsAfter(db, filter, after, limit + 1)
      const [shown, hasMore] = [rows.slice(0, limit), rows.length > limit]
      const last = shown.at(-1)?.place ?? after
      const next = hasMore ? last! : furthest(last, horizon)
      return { data: shown.map(toReply), next_cursor: writeCursor([next.xid, next.seq.toString()]), has_more: hasMore }
    }
  )

const readEvent = ({ db }: ApiDeps): Route =>
  route.get(
    '/events/{id}',
    { summary: 'Read an event', params: z.strictObject({ id: id('evt') }), reply: EventReply, ...readers },
    async ({ params, mustOwn }) => {
      const event = await findEvent(db, params.id)
      if (!event) throw new Refusal('not_found')
      mustOwn(event)
      return toReply(event)
    }
  )

/** Digits that fit `xid8` and `bigint`. */
const Place = z.tuple([z.string().regex(/^[0-9]{1,19}$/), z.string().regex(/^[0-9]{1,18}$/)])

function placeOf(cursor: string | undefined): EventPlace | undefined {
  const place = readCursor(Place, cursor)
  return place && { xid: place[0], seq: BigInt(place[1]) }
}

/** A poller whose filter matches little would read the same rows again and again if it stayed at the last match. */
const furthest = (last: EventPlace | undefined, horizon: EventPlace): EventPlace =>
  last && BigInt(last.xid) >= BigInt(horizon.xid) ? last : horizon

const toReply = ({ id, type, createdAt, data }: ProcessEvent): z.input<typeof EventReply> => ({
  id: idOf('evt', id),
  object: 'event',
  type,
  created_at: instant(createdAt),
  data: { ...data }
})
