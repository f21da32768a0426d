import { setTimeout as pause } from 'node:timers/promises'
import { Client as TemporalClient, Connection, ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client'
import type { TestContext } from './context.ts'

/** Resolves when nobody knows the run any more. */
export async function forgetRun(context: TestContext, workflowId: string): Promise<void> {
  await asClient(context, async (client, { workflowService }) => {
    const workflowExecution = { workflowId }
    await workflowService.deleteWorkflowExecution({ namespace: context.temporalNamespace, workflowExecution })
    try {
      // Deletion is a task of the server's.
      for (;;) {
        await client.workflow.getHandle(workflowId).describe()
        await pause(50)
      }
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error
    }
  })
}

/** A Schedule that a test does not wait for. */
export type Woken = 'sweep' | 'settlement-day' | 'reconciliations' | 'mandates'

/** @throws when it is not so after a minute of sweeps, or of what another Schedule starts. */
export async function sweepUntil(
  context: TestContext,
  taskQueue: string,
  isSo: () => Promise<boolean>,
  schedule: Woken = 'sweep'
): Promise<void> {
  const giveUpAt = performance.now() + 60_000
  await asClient(context, async ({ schedule: schedules }) => {
    while (!(await isSo())) {
      if (performance.now() > giveUpAt) throw new Error(`${schedule} did not bring it about`)
      // The worker makes the Schedule when it starts: there may be none yet.
      await schedules
        .getHandle(`${schedule}/${taskQueue}`)
        .trigger('SKIP')
        .catch(() => undefined)
      await pause(250)
    }
  })
}

/** Ends what starts runs for a worker that is gone, and what never ends: those of all tests before would keep Temporal busy. */
export async function forgetSchedules(
  context: TestContext,
  taskQueue: string,
  mandateIds: readonly string[]
): Promise<void> {
  await asClient(context, async ({ schedule: schedules, workflow }) => {
    const ours = ['sweep', 'rescreening', 'reconciliations', 'mandates'].map((name) => `${name}/${taskQueue}`)
    const deleted = [...ours, ...mandateIds.map((id) => `mandate/${id}`)].map((id) => schedules.getHandle(id).delete())
    const dispatcher = workflow.getHandle(`notifications/${taskQueue}`).terminate('the test is over')
    for (const result of await Promise.allSettled([...deleted, dispatcher])) {
      // Of a test with a Temporal of its own, this one knows none.
      const isNone = (reason: unknown) =>
        reason instanceof ScheduleNotFoundError || reason instanceof WorkflowNotFoundError
      if (result.status === 'rejected' && !isNone(result.reason)) throw result.reason
    }
  })
}

/** Deletes and triggers by ids alone, for which no key is needed. */
async function asClient(
  { temporalAddress, temporalNamespace }: TestContext,
  act: (client: TemporalClient, connection: Connection) => Promise<void>
): Promise<void> {
  const connection = await Connection.connect({ address: temporalAddress })
  try {
    await act(new TemporalClient({ connection, namespace: temporalNamespace }), connection)
  } finally {
    await connection.close()
  }
}
