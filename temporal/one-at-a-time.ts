import { patched, type WorkflowInterceptors } from '@temporalio/workflow'

/** Runs that had two under way before this was written go on as they began. */
const CHANGE = 'one local activity at a time'

/**
 * Lets no run have two local activities under way at once: the next is scheduled when the one before has its result.
 *
 * The SDK wakes a run for each result as it comes, and when it replays for several together; a run whose branches each go on
 * to another local activity would then begin them in another order than it did, and could never be taken up again (decision
 * 0049). Loaded inside the workflow sandbox, where each run has a module of its own: no Node builtins here.
 */
export const interceptors = (): WorkflowInterceptors => {
  let underWay = 0
  let last: Promise<unknown> = Promise.resolve()
  return {
    outbound: [
      {
        scheduleLocalActivity: (input, next) => {
          const waits = underWay > 0 && patched(CHANGE)
          underWay += 1
          const result = waits ? last.then(() => next(input)) : next(input)
          const mine = result.finally(() => void (underWay -= 1))
          last = mine.catch(() => undefined)
          return mine
        }
      }
    ]
  }
}
