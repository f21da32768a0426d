import { Connection } from '@temporalio/client'
import type pg from 'pg'
import type { TestContext } from './context.ts'
import type { Part } from './part.ts'

interface Scene {
  readonly context: TestContext
  readonly pool: pg.Pool
  readonly worker: Part
  readonly taskQueue: string
}

/** What somebody who waited in vain wants to know: is the worker there, what does the database wait for, who polls. */
export async function describeTrouble({ context, pool, worker, taskQueue }: Scene): Promise<string> {
  const parts = [
    `worker ${worker.running ? 'running' : `ended by ${worker.endedBy}`}, last words: ${worker.output.slice(-2_000) || 'none'}`,
    `database: ${await describeSessions(pool).catch(String)}`,
    `task queue: ${await describeQueue(context, taskQueue).catch(String)}`
  ]
  return parts.join('\n')
}

async function describeSessions(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<object>(
    `select application_name, state, wait_event_type, wait_event, left(query, 60) as query,
       extract(epoch from clock_timestamp() - xact_start)::float8 as transaction_s
     from pg_stat_activity where datname = current_database() and state is not null`
  )
  return rows.map((row) => JSON.stringify(row)).join('\n  ')
}

async function describeQueue({ temporalAddress, temporalNamespace }: TestContext, name: string): Promise<string> {
  const connection = await Connection.connect({ address: temporalAddress })
  try {
    const { pollers, stats } = await connection.workflowService.describeTaskQueue({
      namespace: temporalNamespace,
      taskQueue: { name },
      taskQueueType: 1,
      reportStats: true
    })
    const { executions } = await connection.workflowService.listWorkflowExecutions({
      namespace: temporalNamespace,
      query: `TaskQueue = '${name}' and ExecutionStatus = 'Running'`
    })
    const pending = await Promise.all(
      executions.slice(0, 5).map(async ({ execution }) => {
        const { pendingWorkflowTask } = await connection.workflowService.describeWorkflowExecution({
          namespace: temporalNamespace,
          execution: { workflowId: execution!.workflowId!, runId: execution!.runId! }
        })
        return { run: execution!.workflowId, ...pendingWorkflowTask }
      })
    )
    return JSON.stringify({ pollers, stats, open: executions.length, pending })
  } finally {
    await connection.close()
  }
}
