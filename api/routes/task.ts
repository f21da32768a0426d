import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { findTask, listTasks, type Task } from '../../store/task.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { TaskReply } from '../task-schemas.ts'

const TaskQuery = ListQuery.extend({
  state: TaskReply.shape.state.optional(),
  process_id: z.string().max(64).optional()
})
const readers = { callers: { finance: 'any', reviewer: 'any', support: 'any' }, scope: 'tasks:read' } as const

/** What waits for an operator. A task is done when what it is about has ended; nobody closes it by hand. */
export const taskRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/tasks',
    { summary: 'List tasks, oldest first', query: TaskQuery, reply: listOf(TaskReply), ...readers },
    async ({ query: { limit, cursor, state, process_id: processId } }) => {
      const after = readCursor(z.tuple([z.string().max(40), id('tsk')]), cursor)
      const rows = await listTasks(db, { state, processId }, after, limit + 1)
      return toPage(rows, limit, ({ place }) => place, toReply)
    }
  ),
  route.get(
    '/tasks/{id}',
    { summary: 'Read a task', params: z.strictObject({ id: id('tsk') }), reply: TaskReply, ...readers },
    async ({ params }) => {
      const task = await findTask(db, params.id)
      if (!task) throw new Refusal('not_found')
      return toReply(task)
    }
  )
]

const toReply = ({ id, kind, state, processId, data, createdAt, doneAt }: Task): z.input<typeof TaskReply> => ({
  id,
  object: 'task',
  kind,
  state,
  process_id: processId,
  data: { ...data },
  created_at: instant(createdAt),
  done_at: doneAt && instant(doneAt)
})
