import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { findTask, listTasks, type QueuedTask } from '../../store/task.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf, readCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { TaskReply } from '../task-schemas.ts'
import { claimRoutes } from '../claim-routes.ts'
import { toWorkFilter, toWorkReply, workPlace, WorkQuery } from '../work-reply.ts'

const TaskQuery = WorkQuery.extend({ state: TaskReply.shape.state.optional() })
const readers = {
  callers: { finance: 'any', reviewer: 'any', support: 'any', admin: 'any' },
  scope: 'tasks:read'
} as const

/** What waits for an operator. A task is done when what it is about has ended; nobody closes it by hand. */
export const taskRoutes = ({ db, config }: ApiDeps): Route[] => {
  const toReply = replyWith(config)
  return [
    route.get(
      '/tasks',
      { summary: 'List tasks, those that are due first first', query: TaskQuery, reply: listOf(TaskReply), ...readers },
      async ({ query, principal }) => {
        const after = readCursor(workPlace('tsk'), query.cursor)
        const rows = await listTasks(db, toWorkFilter(query, principal), after, query.limit + 1)
        return toPage(rows, query.limit, ({ place }) => place, toReply)
      }
    ),
    route.get(
      '/tasks/{id}',
      { summary: 'Read a task', params: z.strictObject({ id: id('tsk') }), reply: TaskReply, ...readers },
      async ({ params }) => toReply(await existing(db, params.id))
    ),
    ...claimRoutes({
      table: 'task',
      prefix: 'tsk',
      reply: TaskReply,
      read: async (transaction, taskId) => toReply(await existing(transaction, taskId))
    })
  ]
}

async function existing(db: ApiDeps['db'], taskId: string): Promise<QueuedTask> {
  const task = await findTask(db, taskId)
  if (!task) throw new Refusal('not_found')
  return task
}

const replyWith =
  (config: ApiDeps['config']) =>
  (task: QueuedTask): z.input<typeof TaskReply> => ({
    id: task.id,
    object: 'task',
    kind: task.kind,
    state: task.state,
    process_id: task.processId,
    data: { ...task.data },
    created_at: instant(task.createdAt),
    done_at: task.doneAt && instant(task.doneAt),
    ...toWorkReply(task, config)
  })
