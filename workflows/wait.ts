import { ApplicationFailure } from '@temporalio/common'
import { condition, setHandler } from '@temporalio/workflow'
import { fitSummary } from '../temporal/ui-text.ts'
import { nudge } from './messages.ts'

/** The nudges of one run; a wait takes all that came since the one before. */
export interface Nudges {
  received: number
  taken: number
}

/** Begins to listen for nudges. Call it before the workflow's first `await`, so that none is missed. */
export function receiveNudges(): Nudges {
  const nudges = { received: 0, taken: 0 }
  setHandler(nudge, () => void nudges.received++, { description: 'Look again: the clock, the record, the provider' })
  return nudges
}

export interface Wait {
  readonly nudges: Nudges
  /** The business clock as RFC 3339, read by a local activity: the database's clock plus the offset that tests move. */
  readonly businessNow: () => Promise<string>
  /** What is waited for, as operators read it on the timer. */
  readonly summary: string
  /** Ends the wait as well, as soon as it is true; only looks at the run's own variables. */
  readonly or?: () => boolean
}

/**
 * The one way to wait: until this business time, or nudged, or until `or` holds.
 *
 * One timer at a time, made for what is left; when it fires the clock is read again, since the two clocks may differ.
 * A nudge that came since the last wait counts, so that nothing falls between two waits.
 * @param deadline RFC 3339.
 * @returns `met` when `or` holds; `due` when the time has come; `nudged` when it has not, and the caller should look at
 * its record, and wait again.
 * @throws {ApplicationFailure} when an instant is malformed; a cancellation of the scope it runs in.
 */
export async function untilBusinessTime(deadline: string, wait: Wait): Promise<'due' | 'nudged' | 'met'> {
  const { nudges, businessNow, or = () => false } = wait
  const due = millisecondsOf(deadline)
  for (;;) {
    if (or()) return 'met'
    const nudged = nudges.received > nudges.taken
    nudges.taken = nudges.received
    const leftMs = due - millisecondsOf(await businessNow())
    if (or()) return 'met'
    if (leftMs <= 0) return 'due'
    if (nudged) return 'nudged'
    const woken = () => or() || nudges.received > nudges.taken
    await condition(woken, leftMs, { summary: fitSummary(wait.summary) })
  }
}

/** Waits without a deadline: until nudged, or until `or` holds. For what only a person, or news from outside, can move. */
export async function untilNudged({
  nudges,
  or = () => false
}: Pick<Wait, 'nudges' | 'or'>): Promise<'nudged' | 'met'> {
  await condition(() => or() || nudges.received > nudges.taken)
  nudges.taken = nudges.received
  return or() ? 'met' : 'nudged'
}

function millisecondsOf(instant: string): number {
  const ms = Date.parse(instant)
  if (Number.isNaN(ms)) throw ApplicationFailure.nonRetryable('not an RFC 3339 instant', 'MalformedInstant')
  return ms
}
