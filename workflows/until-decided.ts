import { proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { Progress } from '../domain/orders.ts'
import { recordOptions } from './activity-options.ts'
import { untilBusinessTime, type Nudges } from './wait.ts'

const { readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)

/** What a run lends to the wait for somebody's decision. */
interface Waiting {
  readonly nudges: Nudges
  readonly current: () => Progress<string>
  /** Takes the step of a time that is over. */
  readonly onDue: () => Promise<void>
  /** A nudge may stand for a decision that no message has brought. */
  readonly onNudged: () => Promise<void>
}

/** Waits until a decision has moved the record on, or something has to be looked at, or the time for it is over. */
export async function untilDecided({ nudges, current, onDue, onNudged }: Waiting): Promise<void> {
  const { state, deadline } = current()
  const summary = state === 'in_review' ? 'until a reviewer decides' : 'until the customer confirms'
  const or = () => current().state !== state
  const woken = await untilBusinessTime(deadline!, { nudges, businessNow: readBusinessClock, summary, or })
  if (woken === 'due') await onDue()
  if (woken === 'nudged') await onNudged()
}
