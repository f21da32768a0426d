import type { Response } from 'express'
import { Refusal } from '../domain/errors.ts'
import { listLiveKeyIds } from '../store/api-keys.ts'
import { listLiveSessionIds } from '../store/sessions.ts'
import { principalOf, type Caller } from './caller.ts'
import type { ApiDeps } from './deps.ts'
import { openEventStream, streamHeaders, type EventStream, type StreamRequest } from './event-stream.ts'
import { createEventTail } from './event-tail.ts'

export interface EventStreams {
  /**
   * Opens a stream on a response of which nothing is sent yet.
   * @throws {Refusal} `too_many_streams` for one principal's, `service_unavailable` where nobody can open one now.
   */
  open(response: Response, request: StreamRequest): void
  /** Ends all of them, and opens none any more. */
  close(): void
}

type Open = EventStream & { readonly caller: Caller }

/** All streams of this API process, and what they share: one tail, one heartbeat, one look at who may still read. */
export function createEventStreams({ db, logger, policy }: Pick<ApiDeps, 'db' | 'logger' | 'policy'>): EventStreams {
  const { stream } = policy.events
  const tail = createEventTail({ db, logger, lookEveryMs: stream.look_every_ms })
  const open = new Set<Open>()
  const timers = new Set<NodeJS.Timeout>()
  let closing = false

  const mayOpen = (caller: Caller) => {
    if (closing || open.size >= stream.in_all_max) throw new Refusal('service_unavailable')
    const principal = principalOf(caller)
    const theirs = [...open].filter((one) => principalOf(one.caller) === principal).length
    if (theirs >= stream.per_principal_max) throw new Refusal('too_many_streams', { limit: stream.per_principal_max })
  }

  const every = (ms: number, work: () => void) => timers.add(setInterval(work, ms))
  const start = () => {
    every(stream.heartbeat_ms, () => open.forEach((one) => one.beat()))
    every(stream.credentials_every_ms, () => {
      endForgotten([...open], db).catch((err: unknown) => logger.warn({ err }, 'credentials were not read'))
    })
  }
  const stop = () => {
    for (const timer of timers) clearInterval(timer)
    timers.clear()
  }

  return {
    open: (response, request) => {
      // Whoever went away while they were looked up is not heard of again.
      if (response.destroyed) return
      if (response.req.method === 'HEAD') return void response.writeHead(200, streamHeaders).end()
      mayOpen(request.caller)
      const one = { ...openEventStream({ db, tail, policy: stream }, response, request), caller: request.caller }
      open.add(one)
      if (open.size === 1) start()
      response.once('close', () => {
        open.delete(one)
        if (open.size === 0) stop()
      })
    },
    close: () => {
      closing = true
      open.forEach((one) => one.end())
    }
  }
}

/** Ends the streams whose session has ended, whose access token or key is out of time, or revoked: as their next request would. */
async function endForgotten(open: readonly Open[], db: ApiDeps['db']): Promise<void> {
  const sessions = open.flatMap(({ caller }) => (caller.kind === 'customer' ? [caller.sessionId] : []))
  const keys = open.flatMap(({ caller }) => (caller.kind === 'customer' ? [] : [caller.keyId]))
  const live = new Set<string>([
    ...(await listLiveSessionIds(db, [...new Set(sessions)])),
    ...(await listLiveKeyIds(db, [...new Set(keys)]))
  ])
  for (const one of open) if (!live.has(credentialOf(one.caller)) || isOutOfTime(one.caller)) one.end()
}

const credentialOf = (caller: Caller): string => (caller.kind === 'customer' ? caller.sessionId : caller.keyId)

const isOutOfTime = (caller: Caller): boolean =>
  caller.kind === 'customer' && caller.tokenExpiresAt !== undefined && caller.tokenExpiresAt.getTime() <= Date.now()
