import { z } from 'zod'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, MoneyReply, MoneyRequest, text } from './schemas.ts'

export const RefundRequest = z
  .strictObject({
    payment_id: id('pay'),
    amount: MoneyRequest.optional().meta({ description: 'Without it: all that is left' }),
    reason: text(140).optional().meta({ description: 'The payer reads it. No personal data' }),
    dry_run: z.boolean().default(false)
  })
  .meta({ id: 'RefundRequest' })

export const RejectRefundRequest = z
  .strictObject({ reason: text(500).meta({ description: 'Stays on record with the decision' }) })
  .meta({ id: 'RejectRefundRequest' })

export const RefundReply = z
  .strictObject({
    id: id('ref').nullable(),
    object: z.literal('refund'),
    state: z.enum(['pending', 'processing', 'succeeded', 'canceled', 'failed']),
    decline_code: z.string().optional().meta({
      description: 'Of one that went to the wallet instead: why the bank did not book it. Of a `failed` one: why'
    }),
    amount: MoneyReply,
    payment_id: id('pay'),
    wallet_id: id('wal'),
    merchant_id: id('mer'),
    reason: z.string().optional(),
    destination: z.enum(['original', 'wallet']).optional().meta({
      description: '`original`: the bank account or card that paid. Absent while the merchant does not have the money'
    }),
    fee_returned: MoneyReply.optional().meta({ description: 'What of its fee the merchant got back' }),
    wait_until: Instant.optional().meta({
      description: 'Of a `pending` one: until then the merchant’s money is waited for, then finance sees to it'
    }),
    bank_reference: z
      .string()
      .optional()
      .meta({ description: 'The bank’s or the acquirer’s own reference, once it has booked' }),
    returned: MoneyReply.optional().meta({ description: 'What the bank has sent back since: it is in the wallet' }),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'Refund' })
