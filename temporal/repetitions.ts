import { setTimeout as pause } from 'node:timers/promises'
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client'

/** The client's own pauses grow to 5 s; a Temporal that came back has to be noticed sooner. */
const PAUSE_MS_MAX = 1_000

/**
 * The repetition of calls that found Temporal away, with two changes to the client's own: shorter pauses, and an end.
 * The client forgets a repetition that it has planned when the connection closes, and then crashes the process with
 * "Channel has been shut down".
 */
export function createRepetitions() {
  let closing = false
  let lastAt = 0
  const { delayFunction, retryableDecider } = defaultGrpcRetryOptions()
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !closing && retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      const pauseMs = Math.min(PAUSE_MS_MAX, delayFunction(attempt, status))
      lastAt = Math.max(lastAt, performance.now() + pauseMs)
      return pauseMs
    }
  })
  return {
    interceptor,
    /** Plans no more of them, and waits until those planned have gone out: at most a second. */
    async end(): Promise<void> {
      closing = true
      // Timers are free to fire a little late, ours included, so a little more than what is left.
      while (performance.now() < lastAt) await pause(lastAt - performance.now() + 20)
    }
  }
}
