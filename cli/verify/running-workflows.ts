import { Client, Connection } from '@temporalio/client'
import type { VerifyConfig } from '../../config.ts'
import type { ListWorkflows } from './live-workflows.ts'

export interface RunningWorkflows {
  readonly listWorkflows: ListWorkflows
  close(): Promise<void>
}

/** Lists ids only, so it needs no key: payloads stay closed. It connects with its first call. */
export function runningWorkflows(
  address: string,
  { TEMPORAL_NAMESPACE: namespace, TEMPORAL_TLS, TEMPORAL_API_KEY: apiKey }: VerifyConfig
): RunningWorkflows {
  const tls = TEMPORAL_TLS || apiKey !== undefined
  const connection = Connection.lazy({ address, tls, apiKey, connectTimeout: '10s' })
  const client = new Client({ connection, namespace })
  return {
    async listWorkflows() {
      const ids = new Set<string>()
      for await (const { workflowId } of client.workflow.list({ query: 'ExecutionStatus="Running"' }))
        ids.add(workflowId)
      return ids
    },
    close: () => connection.close()
  }
}
