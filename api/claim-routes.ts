import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Database } from '../db/schema.ts'
import { roleForTask } from '../domain/operators-work.ts'
import { appendAudit } from '../store/audit.ts'
import { claimWork, releaseWork, type WorkTable } from '../store/work-queue.ts'
import { answer, route, type Route } from './route.ts'
import { id } from './schemas.ts'

interface Claimable {
  readonly table: WorkTable
  readonly prefix: 'tsk' | 'rev'
  readonly reply: z.ZodType
  readonly read: (db: Kysely<Database>, workId: string) => Promise<object>
}

/**
 * One operator at a time sees to a task or a review. It says who works on it, and takes nobody's right to decide: four eyes
 * need a second pair.
 */
export function claimRoutes({ table, prefix, reply, read }: Claimable): Route[] {
  const shared = {
    params: z.strictObject({ id: id(prefix) }),
    reply,
    status: 200,
    callers: { finance: 'any', reviewer: 'any', admin: 'any' },
    scope: `${table}s:claim`,
    idempotency: 'stored',
    errors: ['claimed_by_another', 'four_eyes_required', 'state_conflict', 'idempotency_key_reused']
  } as const
  return [
    route.post(
      `/${table}s/{id}/claim`,
      { summary: `Say that you see to a ${table}`, ...shared },
      async ({ params, caller, transaction, principal, requestId }) => {
        const mayTake = (kind: string) => caller.role === 'admin' || caller.role === roleForTask(kind)
        await claimWork(transaction, table, { id: params.id, operatorId: principal, mayTake })
        await appendAudit(transaction, { actor: principal, action: `${table}.claimed`, object: params.id, requestId })
        return answer(200, await read(transaction, params.id))
      }
    ),
    route.post(
      `/${table}s/{id}/release`,
      { summary: `Give a ${table} back to the queue; an admin anybody’s`, ...shared },
      async ({ params, caller, transaction, principal, requestId }) => {
        const anybodys = caller.role === 'admin'
        await releaseWork(transaction, table, { id: params.id, operatorId: principal, anybodys })
        await appendAudit(transaction, { actor: principal, action: `${table}.released`, object: params.id, requestId })
        return answer(200, await read(transaction, params.id))
      }
    )
  ]
}
