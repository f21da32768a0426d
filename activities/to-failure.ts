import { ApplicationFailure } from '@temporalio/common'
import { Refusal } from '../domain/errors.ts'

/**
 * The only place where a domain error becomes Temporal's: a refusal that got this far will not get better by trying
 * again, so it is not retryable; everything else (an outage, a bug that a deploy mends) is thrown as it is and repeated.
 * Refusals that a process knows what to do with never come here: they are values.
 */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: true,
    details: [error.data]
  })
}

/** Every activity, with its errors translated on the way out. */
export function withFailures<Activities extends Record<string, (...args: never[]) => Promise<unknown>>>(
  activities: Activities
): Activities {
  const wrapped = Object.entries(activities).map(([name, run]) => [
    name,
    async (...args: never[]) => {
      try {
        return await run(...args)
      } catch (error) {
        throw toFailure(error)
      }
    }
  ])
  return Object.fromEntries(wrapped) as Activities
}
