import type { Connection } from '@temporalio/client'
import proto from '@temporalio/proto'

/** Who asks a task queue for work, and when it last did. */
export interface Poller {
  /** `<pid>@<host>` unless the worker was given another name. */
  readonly identity: string
  /** Milliseconds since 1970. */
  readonly lastSeen: number
}

/** The workers that Temporal has seen asking for workflow tasks in the last minutes. */
export async function pollersOf(connection: Connection, namespace: string, taskQueue: string): Promise<Poller[]> {
  const { pollers } = await connection.withDeadline(Date.now() + 5_000, () =>
    connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    })
  )
  return pollers.map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    lastSeen: Number(lastAccessTime?.seconds ?? 0) * 1_000
  }))
}
