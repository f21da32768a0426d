import type { WorkerOptions } from '@temporalio/worker'

/** A killed worker's task is given to another one after this; Temporal's default is 10 s. Every start names it. */
export const WORKFLOW_TASK_TIMEOUT_MS = 5_000

/**
 * What limits a workflow's code by the clock on the wall kills it halfway in a worker that stood still, and that corrupts
 * Node's own stack: the process dies. This is the longest that can be said (decision 0021).
 */
export const EXECUTION_MS_MAX = 2 ** 32 - 1

/** Every number of the worker, with its reason. */
export const workerTuning = {
  // A run cached in a killed worker waits this long before any other worker may take it (the default is 10 s).
  stickyQueueScheduleToStartTimeout: 1_000,
  // Runs that wait for days need no memory: an evicted one is replayed in milliseconds when it wakes.
  maxCachedWorkflows: 400,
  // A workflow task holds its slot while its local activities wait for the posting queue, so there have to be more
  // slots than processors: a full batch of units comes from as many tasks.
  maxConcurrentWorkflowTaskExecutions: 100,
  // Local activities hand their unit to the posting queue and wait; they do not each hold a database connection.
  maxConcurrentLocalActivityExecutions: 100,
  // Calls to the outside wait for a bank's answer: nothing of ours is busy meanwhile.
  maxConcurrentActivityTaskExecutions: 100,
  // Sixteen calls are in flight from each API: so many polls meet them without waiting for one another.
  workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 16 },
  activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 5 },
  // On SIGTERM a bank call in hand gets its answer first: longer than such a call's own timeout (activity-options.ts).
  isolateExecutionTimeout: EXECUTION_MS_MAX,
  shutdownGraceTime: 20_000,
  shutdownForceTime: 25_000
} as const satisfies Partial<WorkerOptions> & { readonly isolateExecutionTimeout: number }
