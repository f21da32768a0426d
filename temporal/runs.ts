import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client'
import { workflowIdOf } from '../domain/workflow-id.ts'
import { WORKFLOW_TASK_TIMEOUT_MS } from './tuning.ts'

/** The signal of workflows/messages.ts, by its name. */
const NUDGE = 'nudge'

/** As many as the server gives at once. */
const PAGE = 1_000

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

    /** Ids alone, so that no payload is opened. */
    listRunning: async (onPage: () => void = () => undefined): Promise<ReadonlySet<string>> => {
      const ids = new Set<string>()
      const query = `ExecutionStatus = 'Running' and TaskQueue = '${taskQueue}'`
      let nextPageToken: Uint8Array | undefined
      do {
        const request = { namespace: client.options.namespace, query, pageSize: PAGE, nextPageToken }
        const page = await client.workflowService.listWorkflowExecutions(request)
        for (const { execution } of page.executions) if (execution?.workflowId) ids.add(execution.workflowId)
        nextPageToken = page.nextPageToken
        onPage()
      } while (nextPageToken.length > 0)
      return ids
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
