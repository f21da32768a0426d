import { z } from 'zod'
import { isId } from '../domain/ids.ts'
import { ESCALATION_ROLE } from '../domain/operators-work.ts'
import type { Work, WorkFilter } from '../store/work-queue.ts'
import type { ApiDeps } from './deps.ts'
import { ListQuery } from './list.ts'
import { Run } from './payment-schemas.ts'
import { id, Instant, instant } from './schemas.ts'
import { linksOf } from './links.ts'

/** What tasks and reviews have in common as operators' work. Business time. */
export const workFields = {
  process_kind: z.string().nullable().meta({ description: 'What kind of process it is about, such as `top-up`' }),
  due_at: Instant.nullable().meta({ description: 'Null: it waits for somebody else' }),
  reminded_at: Instant.nullable(),
  escalated_at: Instant.nullable(),
  escalated_to: z.string().nullable().meta({ description: 'The role that sees to what is late' }),
  overdue: z.boolean(),
  age_ms: z.number().int().meta({ description: 'Since it was opened, until it was done' }),
  assigned_to: id('opr').nullable(),
  record: z.string().nullable().meta({ description: 'Where the process is read', example: '/v1/top-ups/top_…' }),
  run: Run.optional()
}

/** Filters of the queue, beside those of each list. */
export const WorkQuery = ListQuery.extend({
  kind: z.string().max(64).optional(),
  process_kind: z.string().max(64).optional().meta({ example: 'top-up' }),
  process_id: z.string().max(64).optional(),
  assigned_to: z
    .string()
    .refine((text) => text === 'nobody' || text === 'me' || isId('opr', text), 'must be an opr_ id, me or nobody')
    .optional(),
  overdue: z.enum(['true', 'false']).optional()
})

export const toWorkFilter = (
  query: z.output<typeof WorkQuery> & { readonly state?: string | undefined },
  me: string
): WorkFilter => ({
  state: query.state,
  kind: query.kind,
  processKind: query.process_kind,
  processId: query.process_id,
  assignedTo: query.assigned_to === 'me' ? me : query.assigned_to,
  overdue: query.overdue === undefined ? undefined : query.overdue === 'true'
})

/** The place in the queue that a cursor holds: `infinity` where no clock runs. */
export const workPlace = <Prefix extends 'tsk' | 'rev'>(prefix: Prefix) =>
  z.tuple([z.string().regex(/^(infinity|\d{4,6}-\d\d-\d\d[ \d:.+-]{9,30})$/), id(prefix)])

const at = (date: Date | null) => date && instant(date)

export const toWorkReply = (work: Work & { readonly processId: string }, config: ApiDeps['config']) => ({
  process_kind: work.processKind,
  due_at: at(work.dueAt),
  reminded_at: at(work.remindedAt),
  escalated_at: at(work.escalatedAt),
  escalated_to: work.escalatedAt && ESCALATION_ROLE,
  overdue: work.overdue,
  age_ms: work.ageMs,
  assigned_to: work.assignedTo as z.input<(typeof workFields)['assigned_to']>,
  ...(work.processKind === null ? { record: null } : linksOf(config, work.processKind, work.processId))
})
