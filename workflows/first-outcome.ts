import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow'
import { outcome, type FirstOutcome, type Start } from './messages.ts'

export interface FirstAnswer<Outcome> {
  /** Answers every caller, now and later; only the first value counts. */
  give(value: Outcome): void
  /** Await it before returning: Temporal drops the answers that a closing run has not sent. */
  delivered(): Promise<void>
}

/**
 * Makes the caller who started this run wait for its first outcome. Call it before the workflow's first `await`, else an
 * update that comes with the start finds no handler.
 */
export function answerFirst<Outcome>({ fingerprint, requestId }: Start<unknown>): FirstAnswer<Outcome> {
  let answer: FirstOutcome<Outcome> | undefined
  setHandler(
    outcome,
    async () => {
      await condition(() => answer !== undefined)
      return answer as FirstOutcome<Outcome>
    },
    { description: 'The first outcome, as the API answers it' }
  )
  return {
    give: (value) => {
      answer ??= { fingerprint, requestId, outcome: value }
    },
    delivered: () => condition(allHandlersFinished)
  }
}
