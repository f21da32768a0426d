import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { findEvent, furthest, listEventsAfter, readEventHorizon, type EventFilter } from '../../store/event.ts'
import type { Caller } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { EventPage, EventQuery, EventReply, EventStreamQuery } from '../event-schemas.ts'
import { readPlace, toEventReply, writePlace } from '../event-view.ts'
import { media, route, Streamed, type Call, type Route } from '../route.ts'
import { id } from '../schemas.ts'

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

/** What happened, for everyone who wants to follow it. The stream stands before `{id}`, which would take its name for one. */
export const eventRoutes = (deps: ApiDeps): Route[] => [listEvents(deps), streamEvents(deps), readEvent(deps)]

const listEvents = ({ db }: ApiDeps): Route =>
  route.get(
    '/events',
    {
      summary: 'Follow events, oldest first',
      description:
        'This list has no end, so `next_cursor` is always there, on the last page and on an empty one too: ask again from ' +
        'it later, and each event comes once, none is left out. An event is shown once everything that began before it has ' +
        'been committed, usually after milliseconds; one of the thing that `object_id` names, at once. What there is to be ' +
        'told, and what each type carries, is under `webhooks` in this document.',
      query: EventQuery,
      reply: EventPage,
      ...readers
    },
    async (call) => {
      const { limit, cursor } = call.query
      const [filter, after] = [filterOf(call), readPlace(cursor)]
      // Read before the list: whatever lies below it, the list has seen.
      const horizon = await readEventHorizon(db)
      const rows = await listEventsAfter(db, filter, after, limit + 1)
      const [shown, hasMore] = [rows.slice(0, limit), rows.length > limit]
      const last = shown.at(-1)?.place ?? after
      // A poller whose filter matches little would read the same rows again and again if it stayed at the last match.
      const next = hasMore ? last! : furthest(last, horizon)
      const data = shown.map((event) => toEventReply(call.caller, event))
      return { data, next_cursor: writePlace(next), has_more: hasMore }
    }
  )

const streamEvents = ({ eventStreams }: ApiDeps): Route =>
  route.get(
    '/events/stream',
    {
      summary: 'Have events sent as they happen',
      description:
        'Server-sent events, each `data` an event as the list has it, each `id` its cursor. A reader who comes back with ' +
        '`Last-Event-ID` goes on exactly there: each event comes at least once, none is left out, in order for each thing. ' +
        'Without it, it begins at `cursor`; without that, with those since `created_after`; else with those that happen ' +
        'from now on. A comment every 15 seconds keeps it open. It ends with the session, the access token or the key; ' +
        'who reads too slowly is cut off, and may come back.',
      query: EventStreamQuery,
      reply: media('text/event-stream'),
      errors: ['too_many_streams'],
      ...readers
    },
    async (call) => {
      const { caller, query, header } = call
      const lastId = header('last-event-id')
      const known = lastId ? readPlace(lastId, '/headers/last-event-id') : readPlace(query.cursor)
      const after = known ?? (query.created_after ? 'beginning' : undefined)
      const filter = filterOf(call)
      return new Streamed((response) => eventStreams.open(response, { caller, filter, after }))
    }
  )

const readEvent = ({ db }: ApiDeps): Route =>
  route.get(
    '/events/{id}',
    { summary: 'Read an event', params: z.strictObject({ id: id('evt') }), reply: EventReply, ...readers },
    async ({ params, mustOwn, caller }) => {
      const event = await findEvent(db, params.id)
      if (!event) throw new Refusal('not_found')
      mustOwn(event)
      return toEventReply(caller, event)
    }
  )

/** @throws {Refusal} `invalid_request` for another's, or a time that is over before it begins. */
function filterOf({
  query,
  caller,
  ownOnly
}: Pick<
  Call<unknown, z.output<typeof EventStreamQuery>, unknown, Caller, undefined>,
  'query' | 'caller' | 'ownOnly'
>): EventFilter {
  const { type: types, object_id: objectId, created_after: createdAfter, created_before: createdBefore } = query
  const { customer_id: customerId, merchant_id: merchantId } = query
  const isOwner = caller.kind === 'customer' || caller.kind === 'merchant'
  for (const [name, given] of Object.entries({ customer_id: customerId, merchant_id: merchantId }))
    if (isOwner && given !== undefined) throw misplaced(name, 'is for services and operators: you are shown your own')
  if (createdAfter && createdBefore && createdAfter >= createdBefore)
    throw misplaced('created_before', 'must be after created_after')
  return {
    ...(customerId && { customerId }),
    ...(merchantId && { merchantId }),
    ...(types && { types }),
    ...(objectId && { objectId }),
    ...(createdAfter && { createdAfter }),
    ...(createdBefore && { createdBefore }),
    ...ownOnly()
  }
}

const misplaced = (name: string, message: string) =>
  new Refusal('invalid_request', { errors: [{ pointer: `/query/${name}`, message }] })
