import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Response } from 'express'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Policy } from '../domain/policy/index.ts'
import {
  furthest,
  isBefore,
  listEventsAfter,
  matchesFilter,
  readEventHorizon,
  type EventFilter,
  type EventPlace,
  type PlacedEvent
} from '../store/event.ts'
import type { Caller } from './caller.ts'
import type { EventTail } from './event-tail.ts'
import { toEventReply, writePlace } from './event-view.ts'

export interface StreamRequest {
  readonly caller: Caller
  readonly filter: EventFilter
  /** The last event that the reader has; `beginning`: none of all; undefined: those from now on. */
  readonly after: EventPlace | 'beginning' | undefined
}

export interface EventStream {
  /** A comment, so that nobody on the way takes it for dead; cuts off a reader who has read nothing since the last one. */
  beat(): void
  /** Nothing more is told, and who is behind is not waited for. */
  end(): void
}

interface Ground {
  readonly db: Kysely<Database>
  readonly tail: EventTail
  readonly policy: Policy['events']['stream']
}

/** Events of a reader who is behind are read for them alone, page by page, as fast as they read. */
const PAGE = 100

const AGAIN_MS = 20

const BEGINNING: EventPlace = { xid: '0', seq: 0n }

export const streamHeaders = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Nobody on the way may keep it, compress it, or wait for its end.
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
  // Its end is the connection's: a server that stops waits for no other request on it.
  Connection: 'close'
}

/**
 * One reader's stream. First it catches up from the table, then it is told by the tail; it changes over where its place is
 * not before the tail's, and skips what it has. Each event carries its place as `id`.
 */
export function openEventStream(
  { db, tail, policy }: Ground,
  response: Response,
  { caller, filter, after }: StreamRequest
): EventStream {
  let place: EventPlace | undefined = after === 'beginning' ? BEGINNING : after
  let live = false
  let told: string | undefined
  let read = 0
  let silentBeats = 0
  const isOver = () => response.writableEnded || response.destroyed

  const write = (frame: string) => {
    if (!isOver()) response.write(frame)
  }

  const send = (event: PlacedEvent) => {
    place = event.place
    told = writePlace(event.place)
    write(`id: ${told}\ndata: ${JSON.stringify(toEventReply(caller, event))}\n\n`)
  }

  const listen = (news: readonly PlacedEvent[], upTo: EventPlace) => {
    if (!live || isOver()) return
    for (const event of news) if (isBefore(place!, event.place) && matchesFilter(event, filter)) send(event)
    place = furthest(place, upTo)
    if (response.writableLength > policy.unread_max_bytes) response.destroy()
  }

  /** Without a place of its own it begins where everything that is over has been told. */
  async function catchUp(): Promise<void> {
    place ??= await readEventHorizon(db)
    write(`retry: ${policy.retry_ms}\n${idLine()}\n`)
    for (;;) {
      if (isOver()) return
      // Nothing is awaited between this and `live`: the tail does not move meanwhile.
      if (tail.place && !isBefore(place, tail.place)) break
      const horizon = await readEventHorizon(db)
      const page: PlacedEvent[] = await listEventsAfter(db, filter, place, PAGE)
      for (const event of page) send(event)
      if (page.length < PAGE) place = furthest(place, horizon)
      if (!(await isRead())) return
      // Usually it is there now; where the tail has not looked yet, or cannot, this does not ask as fast as it can.
      if (page.length < PAGE && (!tail.place || isBefore(place, tail.place))) await pause(AGAIN_MS)
    }
    live = true
  }

  /** Waits until the reader has what was written; false: they are gone, or read nothing for too long (`beat`). */
  async function isRead(): Promise<boolean> {
    if (response.writableNeedDrain) await Promise.race([once(response, 'drain'), closed])
    return !isOver()
  }

  /** A reader whose filter lets little through comes back where they are, not where the last event was. */
  const idLine = (): string => {
    const now = writePlace(place!)
    if (now === told) return ''
    told = now
    return `id: ${now}\n`
  }

  const closed = new Promise<void>((resolve) => response.once('close', resolve))
  response.writeHead(200, streamHeaders).flushHeaders()
  const unfollow = tail.follow(listen)
  void closed.then(unfollow)
  // What cannot be read is not left out: the reader comes back with the last id.
  catchUp().catch(() => response.destroy())
  return {
    beat: () => {
      if (isOver()) return
      const now = (response.socket?.bytesWritten ?? 0) - response.writableLength
      silentBeats = response.writableLength > 0 && now === read ? silentBeats + 1 : 0
      read = now
      if (silentBeats >= policy.unread_beats_max) return void response.destroy()
      write(`: still here\n${live ? idLine() : ''}\n`)
    },
    end: () => {
      if (response.writableLength > 0) response.destroy()
      else if (!isOver()) response.end()
    }
  }
}
