import { Connection } from '@temporalio/client'
import type { VerifyConfig } from '../../config.ts'
import type { ListSchedules } from './live-schedules.ts'
import type { ListWorkflows } from './live-workflows.ts'

export interface RunningWorkflows {
  readonly listWorkflows: ListWorkflows
  /** Those that Temporal itself reports: their task has failed twice in a row or more often, and not only run out of time. */
  readonly listFailing: ListWorkflows
  readonly listSchedules: ListSchedules
  close(): Promise<void>
}

const RUNNING = 'ExecutionStatus="Running"'

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
  async function list(query: string): Promise<ReadonlySet<string>> {
    const ids = new Set<string>()
    let nextPageToken: Uint8Array | undefined
    do {
      const page = await connection.workflowService.listWorkflowExecutions({ namespace, query, nextPageToken })
      for (const { execution } of page.executions) if (execution?.workflowId) ids.add(execution.workflowId)
      nextPageToken = page.nextPageToken
    } while (nextPageToken.length > 0)
    return ids
  }
  return {
    listWorkflows: () => list(RUNNING),
    listFailing: () => list(`${RUNNING} and TemporalReportedProblems="category=WorkflowTaskFailed"`),
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
