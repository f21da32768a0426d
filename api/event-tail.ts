import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Database } from '../db/schema.ts'
import { furthest, listEventsAfter, readEventHorizon, type EventPlace, type PlacedEvent } from '../store/event.ts'

/** What is new, and the place up to which nothing else is. */
type Listener = (news: readonly PlacedEvent[], upTo: EventPlace) => void

export interface EventTail {
  /** Up to where listeners have been told; undefined before the first look. */
  readonly place: EventPlace | undefined
  /** @returns what ends it. */
  follow(listener: Listener): () => void
}

/** A page: a burst of more is read page after page, without a pause. */
const PAGE = 500

/** After a look that failed: a database that is away is not asked six times a second. */
const RETRY_MS = 1_000

/**
 * The end of all events, read once for everyone who follows it, and not at all while nobody does. It looks again and again
 * instead of being told: a NOTIFY in the money's transactions would have them commit one after the other (decision 0045).
 */
export function createEventTail({
  db,
  logger,
  lookEveryMs
}: {
  db: Kysely<Database>
  logger: Logger
  lookEveryMs: number
}): EventTail {
  const listeners = new Set<Listener>()
  let place: EventPlace | undefined
  let timer: NodeJS.Timeout | undefined
  let looking = false

  /** @returns whether there may be more at once. */
  async function look(): Promise<boolean> {
    // Read before the events: whatever lies below it, they are read with.
    const horizon = await readEventHorizon(db)
    if (place === undefined) {
      place = horizon
      return false
    }
    const news = await listEventsAfter(db, {}, place, PAGE)
    const isFull = news.length === PAGE
    const upTo = isFull ? news.at(-1)!.place : furthest(news.at(-1)?.place ?? place, horizon)
    place = upTo
    for (const listener of [...listeners]) listener(news, upTo)
    return isFull
  }

  async function run(): Promise<void> {
    if (looking) return
    looking = true
    const pause = await look().then(
      (more) => (more ? 0 : lookEveryMs),
      (err: unknown) => {
        logger.warn({ err }, 'events were not read')
        return RETRY_MS
      }
    )
    looking = false
    if (listeners.size > 0) timer = setTimeout(() => void run(), pause)
    else place = undefined
  }

  return {
    get place() {
      return place
    },
    follow: (listener) => {
      listeners.add(listener)
      if (listeners.size === 1) void run()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearTimeout(timer)
        if (!looking) place = undefined
      }
    }
  }
}
