import { z } from 'zod'
import { bankProcesses } from '../store/bulk-matching.ts'
import { Run } from './payment-schemas.ts'
import { id, Instant, InstantRequest, text } from './schemas.ts'

const isoInstant = InstantRequest.transform((date) => date.toISOString())
const reason = text(500).meta({ description: 'Stays on record with the decision' })
const bank = z.enum(['a', 'b', 'acquirer']).meta({ description: '`acquirer`: whoever takes money from cards' })
const dry_run = z.boolean().default(false)

const RetryAll = z.strictObject({
  action: z.literal('retry'),
  filter: z.strictObject({
    kind: z.enum(['unknown_bank_instruction', 'stuck_bank_instruction']).meta({
      description: 'unknown: everything the bank has not answered, stuck or still being asked about by the plan'
    }),
    process: z.enum(bankProcesses).optional(),
    bank,
    from: isoInstant.meta({ description: 'When it was sent, from this business time on' }),
    to: isoInstant.meta({ description: 'Up to this one, which is not included' })
  }),
  reason,
  dry_run
})

const AssignAll = z.strictObject({
  action: z.literal('assign'),
  filter: z.strictObject({
    kind: z.enum(['stuck_bank_instruction', 'kyc_review', 'refund_without_funds']),
    process: z.enum(bankProcesses).optional(),
    bank: bank.optional(),
    from: isoInstant.optional().meta({ description: 'When the task was opened' }),
    to: isoInstant.optional()
  }),
  assign_to: id('opr'),
  reason,
  dry_run
})

export const BulkRequest = z
  .discriminatedUnion('action', [RetryAll, AssignAll])
  .meta({ id: 'BulkRequest', description: 'One decision about all that a filter matches.' })

const n = z.number().int()

export const BulkReply = z
  .strictObject({
    id: id('blk').nullable(),
    object: z.literal('bulk_decision'),
    action: z.enum(['retry', 'assign']),
    filter: z.record(z.string(), z.string()),
    assign_to: id('opr').nullable(),
    reason: z.string().nullable(),
    state: z.enum(['processing', 'completed']).nullable().meta({ description: 'Null: dry_run, nothing was stored' }),
    matched: n.meta({ description: 'When it was decided: it is about these, and no others' }),
    waiting: n,
    nudged: n.meta({ description: 'The bank is asked about them' }),
    assigned: n,
    already_over: n,
    failed: n,
    failed_items: z.array(z.string()).meta({ description: 'The first hundred' }),
    requested_by: z.string().nullable(),
    created_at: Instant.nullable(),
    completed_at: Instant.nullable(),
    run: Run.optional()
  })
  .meta({ id: 'BulkDecision', description: 'How far a decision about many has come.' })
