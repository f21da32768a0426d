import { z } from 'zod'
import { Run, Timeline } from './payment-schemas.ts'
import { RiskReply } from './risk-schemas.ts'
import { id, Instant, MoneyReply } from './schemas.ts'
import { Ordered } from './top-up-schemas.ts'

export const WithdrawalRequest = Ordered.extend({ bank_account_id: id('ban') }).meta({ id: 'WithdrawalRequest' })

export const WithdrawalReply = z
  .strictObject({
    id: id('wdr').nullable(),
    object: z.literal('withdrawal'),
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
    withdrawable_from: Instant.optional().meta({
      description: 'Of `not_withdrawable_yet` and `cooling_down`: from when on so much may leave, if nothing else moves'
    }),
    amount: MoneyReply,
    fee: MoneyReply.meta({ description: 'What the wallet pays beside the amount' }),
    wallet_id: id('wal'),
    bank_account_id: id('ban'),
    confirm_before: Instant.optional(),
    bank_reference: z.string().optional().meta({ description: 'The bank’s own reference, once it has booked' }),
    returned: MoneyReply.optional().meta({ description: 'What the bank has sent back since; the fee stays' }),
    metadata: z.record(z.string(), z.string()),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional(),
    risk: RiskReply.optional(),
    limit: z.string().optional().meta({ description: 'dry_run: which limit would decline it' }),
    confirmation_rules: z
      .array(z.string())
      .optional()
      .meta({ description: 'dry_run: why it would have to be confirmed' })
  })
  .meta({ id: 'Withdrawal' })
