import { Connection } from '@temporalio/client'
import type { VerifyConfig } from '../../config.ts'
import type { ListSchedules } from './live-schedules.ts'
import type { ListWorkflows } from './live-workflows.ts'

export interface RunningWorkflows {
  readonly listWorkflows: ListWorkflows
  readonly listSchedules: ListSchedules
  close(): Promise<void>
}

/**
 * Lists ids only, so it needs no key: no payload is opened, not those of others in the namespace either, which the client's
 * own list would try to read. It connects with its first call.
 */
export function runningWorkflows(
  address: string,
  { TEMPORAL_NAMESPACE: namespace, TEMPORAL_TLS, TEMPORAL_API_KEY: apiKey }: VerifyConfig
): RunningWorkflows {
  const tls = TEMPORAL_TLS || apiKey !== undefined
  const connection = Connection.lazy({ address, tls, apiKey, connectTimeout: '10s' })
  return {
    async listWorkflows() {
      const ids = new Set<string>()
      let nextPageToken: Uint8Array | undefined
      do {
        const request = { namespace, query: 'ExecutionStatus="Running"', nextPageToken }
        const page = await connection.workflowService.listWorkflowExecutions(request)
        for (const { execution } of page.executions) if (execution?.workflowId) ids.add(execution.workflowId)
        nextPageToken = page.nextPageToken
      } while (nextPageToken.length > 0)
      return ids
    },
    async listSchedules() {
      const ids = new Set<string>()
      let nextPageToken: Uint8Array | undefined
      do {
        const page = await connection.workflowService.listSchedules({
          namespace,
          maximumPageSize: 1_000,
          nextPageToken
        })
        for (const { scheduleId } of page.schedules) if (scheduleId) ids.add(scheduleId)
        nextPageToken = page.nextPageToken
      } while (nextPageToken.length > 0)
      return ids
    },
    close: () => connection.close()
  }
}
