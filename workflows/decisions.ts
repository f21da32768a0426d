import { ApplicationFailure } from '@temporalio/common'
import type { DecisionOutcome, Progress } from '../domain/orders.ts'
import type { DecisionAnswer } from './messages.ts'

/**
 * Carries out decisions one at a time, in the order in which they come: by an update, or found in Postgres after a nudge.
 * The same decision twice is harmless, because its unit of work has its id in the key.
 */
export function createDecisions<State extends string>(
  steps: Readonly<Record<string, (decisionId: string) => Promise<DecisionOutcome<State>>>>,
  onDecided: (progress: Progress<State>) => void
) {
  let last: Promise<unknown> = Promise.resolve()

  function alone<Result>(step: () => Promise<Result>): Promise<Result> {
    const mine = last.then(step)
    last = mine.catch(() => undefined)
    return mine
  }

  return {
    /** Runs a step of the story between two decisions, never beside one. */
    alone,

    take: (action: string, decisionId: string): Promise<DecisionAnswer> =>
      alone(async () => {
        const step = steps[action]
        if (!step) throw ApplicationFailure.nonRetryable(`nobody can ${action} this`, 'UnknownAction')
        const outcome = await step(decisionId)
        onDecided(outcome.progress)
        const { version } = outcome.progress
        return outcome.kind === 'posted'
          ? { version }
          : { version, refusal: { code: outcome.code, data: outcome.data } }
      })
  }
}
