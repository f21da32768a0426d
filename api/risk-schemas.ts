import { z } from 'zod'
import { riskProcesses } from '../domain/risk.ts'
import { id, Instant, MoneyReply, MoneyRequest, text } from './schemas.ts'

export const RiskRuleRequest = z
  .strictObject({
    process: z.enum(riskProcesses),
    outcome: z.enum(['hold_for_review', 'block']).meta({
      description: 'hold_for_review: a reviewer decides before anything moves. block: declined with risk_blocked'
    }),
    customer_id: id('cus').optional().meta({ description: 'Whose it is; absent: everybody’s' }),
    merchant_id: id('mer').optional().meta({ description: 'Of a payment: who gets it, or a share of it' }),
    amount_from: MoneyRequest.optional().meta({ description: 'At or above this, in this currency alone' }),
    reason: text(500).meta({ description: 'Stays with the rule, and in the audit log. No personal data.' })
  })
  .refine(({ customer_id, merchant_id, amount_from }) => customer_id ?? merchant_id ?? amount_from, {
    message: 'at least one of customer_id, merchant_id, amount_from: all of a process is stopped by a kill switch',
    path: ['customer_id']
  })
  .refine(({ process, merchant_id }) => merchant_id === undefined || process === 'payment', {
    message: 'payments alone have a merchant',
    path: ['merchant_id']
  })
  .meta({ id: 'RiskRuleRequest' })

export const RiskRuleReply = z
  .strictObject({
    id: id('rsk'),
    object: z.literal('risk_rule'),
    state: z.enum(['active', 'removed']),
    process: z.enum(riskProcesses),
    outcome: z.enum(['hold_for_review', 'block']),
    customer_id: id('cus').nullable(),
    merchant_id: id('mer').nullable(),
    amount_from: MoneyReply.nullable(),
    reason: z.string(),
    created_by: z.string(),
    created_at: Instant,
    removed_at: Instant.nullable()
  })
  .meta({ id: 'RiskRule' })

/** For operators alone, in what they read of a judged process. */
export const RiskReply = z
  .strictObject({
    outcome: z.enum(['step_up', 'hold_for_review', 'block']),
    rule: z.string().meta({ description: 'A rule’s name, or the id of one that an admin has made' }),
    version: z.number().int(),
    inputs: z.record(z.string(), z.string()),
    set_by: id('opr').optional().meta({ description: 'Whose rule it is: somebody else decides' }),
    review_before: Instant.optional().meta({ description: 'After this nobody waits for a reviewer any more' })
  })
  .meta({ id: 'Risk', description: 'For operators: why it was not simply let through.' })
