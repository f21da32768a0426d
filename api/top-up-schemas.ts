import { z } from 'zod'
import { Run, Timeline } from './payment-schemas.ts'
import { RiskReply } from './risk-schemas.ts'
import { id, Instant, Metadata, MoneyReply, MoneyRequest, text } from './schemas.ts'

/** What is asked for of every move between a wallet and what is linked. */
export const Ordered = z.strictObject({
  wallet_id: id('wal'),
  amount: MoneyRequest,
  metadata: Metadata.default({}),
  dry_run: z.boolean().default(false)
})

export const TopUpRequest = Ordered.extend({
  bank_account_id: id('ban').optional().meta({ description: 'What it comes from: this, or `card_id`' }),
  card_id: id('crd').optional()
})
  .refine(({ bank_account_id, card_id }) => (bank_account_id === undefined) !== (card_id === undefined), {
    message: 'one of bank_account_id, card_id',
    path: ['bank_account_id']
  })
  .meta({ id: 'TopUpRequest' })

/** Both stay on record for ever, and the audit log names who said them. */
export const WriteOffRequest = z
  .strictObject({
    reason: text(500),
    proof: text(500).meta({
      description: 'Where it is shown that the bank did not book: a letter, a statement, a ticket'
    })
  })
  .meta({ id: 'WriteOffRequest' })

/** What the bank has said by letter or telephone, when it says nothing on the wire. */
export const ResolveRequest = WriteOffRequest.extend({
  outcome: z.enum(['booked', 'not_booked']),
  proof: text(500).meta({ description: 'Where the bank has said so: a letter, a statement, a ticket' })
}).meta({ id: 'ResolveRequest' })

export const TopUpReply = z
  .strictObject({
    id: id('top').nullable(),
    object: z.literal('top_up'),
    state: z.enum([
      'requires_action',
      'in_review',
      'processing',
      'succeeded',
      'declined',
      'failed',
      'canceled',
      'expired'
    ]),
    decline_code: z.string().optional(),
    amount: MoneyReply,
    wallet_id: id('wal'),
    bank_account_id: id('ban').optional().meta({ description: 'What it comes from: this, or `card_id`' }),
    card_id: id('crd').optional(),
    bank_reference: z.string().optional().meta({ description: 'The bank’s own reference, once it has booked' }),
    acquirer_reference: z.string().optional().meta({ description: 'The same of the card’s acquirer' }),
    returned: MoneyReply.optional().meta({ description: 'What the bank has taken back since' }),
    automatic: z.literal(true).optional().meta({ description: 'Made by the wallet’s automatic top-up' }),
    metadata: z.record(z.string(), z.string()),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional(),
    risk: RiskReply.optional(),
    limit: z.string().optional().meta({ description: 'dry_run: which limit would decline it' })
  })
  .meta({ id: 'TopUp' })
