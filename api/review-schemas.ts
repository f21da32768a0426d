import { z } from 'zod'
import { id, Instant } from './schemas.ts'
import { workFields } from './work-reply.ts'

export const ReviewReply = z
  .strictObject({
    id: id('rev'),
    object: z.literal('review'),
    state: z
      .enum(['open', 'approved', 'rejected', 'lapsed'])
      .meta({ description: 'lapsed: what it was about ended before anyone decided' }),
    action: z.string().meta({ description: 'What is carried out once it is approved' }),
    process_id: z.string(),
    data: z.record(z.string(), z.unknown()),
    requested_by: z.string(),
    decided_by: z.string().nullable(),
    created_at: Instant,
    decided_at: Instant.nullable(),
    ...workFields
  })
  .meta({ id: 'Review', description: 'What one operator has asked for and another one has to decide.' })

const WorkCount = z.strictObject({
  object: z.enum(['task', 'review']),
  kind: z.string().meta({ description: 'A task’s kind, or what a review would carry out' }),
  process_kind: z.string().nullable(),
  open: z.number().int(),
  due_soon: z.number().int().meta({ description: 'More than half of the time is over' }),
  overdue: z.number().int(),
  unassigned: z.number().int()
})

export const WorkSummary = z
  .strictObject({
    object: z.literal('work_summary'),
    ...WorkCount.pick({ open: true, due_soon: true, overdue: true, unassigned: true }).shape,
    by_kind: z.array(WorkCount)
  })
  .meta({ id: 'WorkSummary', description: 'How much waits for operators: tasks and reviews together.' })
