import type { z } from 'zod'
import { toWireEvent } from '../domain/event-data.ts'
import type { EventPlace, ProcessEvent } from '../store/event.ts'
import { Place, type EventReply } from './event-schemas.ts'
import type { Caller } from './caller.ts'
import { readCursor, writeCursor } from './list.ts'

/** An event as a caller is shown it. */
export const toEventReply = (caller: Caller, event: ProcessEvent): z.input<typeof EventReply> =>
  toWireEvent(caller.kind, event)

/** The place of an event as callers carry it: a cursor of the list, and the `id` of the stream. */
export const writePlace = ({ xid, seq }: EventPlace): string => writeCursor([xid, seq.toString()])

/** @throws {Refusal} `invalid_request` at `pointer` for one that was not given by the list or the stream. */
export function readPlace(cursor: string | undefined, pointer = '/query/cursor'): EventPlace | undefined {
  const place = readCursor(Place, cursor, pointer)
  return place && { xid: place[0], seq: BigInt(place[1]) }
}
