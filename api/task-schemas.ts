import { z } from 'zod'
import { id, Instant } from './schemas.ts'
import { workFields } from './work-reply.ts'

export const TaskReply = z
  .strictObject({
    id: id('tsk'),
    object: z.literal('task'),
    kind: z.enum([
      'stuck_bank_instruction',
      'kyc_review',
      'unauthorized_debit',
      'customer_receivable',
      'chargeback_received',
      'refund_without_funds',
      'dispute_review',
      'settlement_account_refused',
      'open_items',
      'statement_refused',
      'webhook_endpoint_disabled'
    ]),
    state: z.enum(['open', 'done']),
    process_id: z.string().meta({ description: 'What it is about, such as a top-up' }),
    data: z.record(z.string(), z.unknown()),
    created_at: Instant,
    done_at: Instant.nullable(),
    ...workFields
  })
  .meta({ id: 'Task', description: 'What waits for an operator.' })
