import { setTimeout as pause } from 'node:timers/promises'
import { Client as TemporalClient, Connection, WorkflowNotFoundError } from '@temporalio/client'
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

/** @throws when it is not so after a minute of sweeps, or of what another Schedule starts. */
export async function sweepUntil(
  context: TestContext,
  taskQueue: string,
  isSo: () => Promise<boolean>,
  schedule: 'sweep' | 'notices' | 'reconciliations' = 'sweep'
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
