import {
  isGrpcServiceError,
  NamespaceNotFoundError,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError
} from '@temporalio/client'
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/common'
import { Overloaded } from './in-flight.ts'
import { DeadlinePassed } from './in-time.ts'

/** What Temporal could not say. */
export type Unanswered =
  /** No answer within the deadline, but the run is there and goes on: 202. */
  | { readonly kind: 'pending' }
  /** No run that could answer: Postgres knows what became of it. */
  | { readonly kind: 'closed' }
  /** 503: too much at once, or Temporal is away. Repeating the request with its key is safe. */
  | { readonly kind: 'overloaded'; readonly reason: 'queue_full' | 'unreachable' }

/** gRPC's UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, UNKNOWN, INTERNAL: the client repeated the call and gave up. */
const AWAY = new Set([14, 8, 10, 2, 13])
/** DEADLINE_EXCEEDED, CANCELLED. */
const LATE = new Set([4, 1])
const INVALID_ARGUMENT = 3
/**
 * FAILED_PRECONDITION, "unexpected workflow task failure": a signal came while the run was closing, so the engine took the
 * whole task back, the answer with it, and gives it out again.
 */
const TAKEN_BACK = 9

/**
 * The one place where Temporal's errors become answers; the cases are tried in start-once.test.ts.
 * @returns `late` when nobody knows yet; `again` when the same call gets the answer now; undefined for what is a bug.
 */
export function toUnanswered(error: unknown): Unanswered | 'late' | 'again' | undefined {
  if (error instanceof Overloaded) return { kind: 'overloaded', reason: 'queue_full' }
  if (error instanceof DeadlinePassed || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'late'
  if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'closed' }
  if (error instanceof WorkflowNotFoundError || closedBeforeAnswering(error)) return { kind: 'closed' }
  if (error instanceof NamespaceNotFoundError) return { kind: 'overloaded', reason: 'unreachable' }
  const cause = error instanceof ServiceError ? error.cause : error
  if (!isGrpcServiceError(cause)) return undefined
  if (LATE.has(cause.code)) return 'late'
  if (cause.code === TAKEN_BACK) return 'again'
  // A Temporal whose database was lost lacks our search attributes until the worker has registered them again.
  const unprepared = cause.code === INVALID_ARGUMENT && /search attribute/i.test(cause.message)
  return AWAY.has(cause.code) || unprepared ? { kind: 'overloaded', reason: 'unreachable' } : undefined
}

const ABANDONED = 'AcceptedUpdateCompletedWorkflow'

const closedBeforeAnswering = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === ABANDONED

/** The `ApplicationFailure` by which an update's handler or validator refused. */
export function refusalIn(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined
  let cause: unknown = error.cause
  while (cause instanceof Error && !(cause instanceof ApplicationFailure)) cause = cause.cause
  return cause instanceof ApplicationFailure && cause.type !== ABANDONED ? cause : undefined
}
