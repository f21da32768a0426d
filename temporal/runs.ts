import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { WORKFLOW_TASK_TIMEOUT_MS } from './tuning.ts'

/** The signal of workflows/messages.ts, by its name. */
const NUDGE = 'nudge'

/** What the sweeper does with runs: looks, starts again from the record, wakes. */
export function createRuns(client: Client, taskQueue: string) {
  return {
    isRunning: async (workflowId: string): Promise<boolean> => {
      try {
        const { status } = await client.workflow.getHandle(workflowId).describe()
        return status.name === 'RUNNING'
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false
        throw error
      }
    },

    restart: async (
      kind: string,
      id: string,
      order: unknown,
      summary = 'started again from its record'
    ): Promise<void> => {
      try {
        await client.workflow.start(kind, {
          workflowId: workflowIdOf(kind, id),
          taskQueue,
          args: [order],
          // The run before was lost or closed too early; the record says that there is still something to do.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
          staticSummary: summary
        })
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
      }
    },

    nudge: async (workflowId: string): Promise<void> => {
      try {
        await client.workflow.getHandle(workflowId).signal(NUDGE)
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error
      }
    }
  }
}
