import type { WorkflowInterceptors } from '@temporalio/workflow'
import { inTurn } from './in-turn.ts'

/**
 * Lets no run have two local activities under way at once: the next is scheduled when the one before has its result.
 *
 * The SDK wakes a run for each result as it comes, and when it replays for several together; a run whose branches each go on
 * to another local activity would then begin them in another order than it did, and could never be taken up again (decision
 * 0049). Loaded inside the workflow sandbox, where each run has a module of its own: no Node builtins here.
 */
export const interceptors = (): WorkflowInterceptors => {
  const alone = inTurn('one local activity at a time')
  return { outbound: [{ scheduleLocalActivity: (input, next) => alone(() => next(input)) }] }
}
