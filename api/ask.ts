import type { Client } from '@temporalio/client'
import { createInFlight, type InFlight } from './in-flight.ts'
import { inTime } from './in-time.ts'
import { toUnanswered, type Unanswered } from './unanswered.ts'

export interface AskLimits {
  readonly client: Client
  readonly limit: number
  readonly queueMax: number
  readonly answerDeadlineMs: number
}

/**
 * Calls about one run, bounded in number and in time: the answer, or why there is none.
 * `turn` is waited for before a place among all calls is, and with the same deadline.
 */
export function createAsk({ client, limit, queueMax, answerDeadlineMs }: AskLimits) {
  const inFlight = createInFlight({ limit, queueMax })

  return async function ask<T>(
    workflowId: string,
    call: () => Promise<T>,
    turn: InFlight['run'] = (work) => work()
  ): Promise<T | Unanswered> {
    const deadline = performance.now() + answerDeadlineMs
    const callInTime = () => inFlight.run(() => inTime(client, deadline - performance.now(), call), deadline)
    for (let tries = 1; ; tries++) {
      try {
        return await turn(callInTime, deadline)
      } catch (error) {
        const known = toUnanswered(error)
        if (!known) throw error
        if (known === 'again' && tries < TRIES_MAX) continue
        return known === 'late' || known === 'again' ? lookFor(client, workflowId) : known
      }
    }
  }
}

/** A run that closes while signals come in is tried again by the engine; one that fails each time is a bug of ours. */
const TRIES_MAX = 3

/** How long the look whether a run exists may take, after the deadline. */
const LOOK_MS = 1_000

/** 202 promises that something will happen, so it takes a run that is really there. */
async function lookFor(client: Client, workflowId: string): Promise<Unanswered> {
  try {
    await inTime(client, LOOK_MS, () => client.workflow.getHandle(workflowId).describe())
    return { kind: 'pending' }
  } catch {
    return { kind: 'overloaded', reason: 'unreachable' }
  }
}
