import { z } from 'zod'
import { Run, Timeline } from './payment-schemas.ts'
import { ListQuery } from './list.ts'
import { Currency, id, Instant, Metadata, MoneyReply, MoneyRequest, text } from './schemas.ts'

export const PaymentRequestOrder = z
  .strictObject({
    merchant_id: id('mer').optional().meta({ description: 'A merchant’s own key may leave it out' }),
    amount: MoneyRequest.optional().meta({ description: 'Without it the payer names the amount' }),
    currency: Currency.optional().meta({ description: 'The merchant’s; needed without an amount' }),
    description: text(140).optional().meta({ description: 'The payer reads it' }),
    reference: text(64)
      .optional()
      .meta({ description: 'Your own, such as an invoice’s number; the payer does not see it' }),
    multi_use: z.boolean().default(false).meta({ description: 'May be paid many times, until it expires' }),
    expires_in_ms: z.int().positive().optional().meta({ description: '15 minutes to 90 days; 24 hours when left out' }),
    metadata: Metadata.default({})
  })
  .refine(({ amount, currency }) => amount !== undefined || currency !== undefined, {
    message: 'is needed where the amount is open',
    path: ['currency']
  })
  .meta({ id: 'PaymentRequestOrder' })

const State = z.enum(['open', 'paid', 'expired', 'canceled'])

export const PaymentRequestReply = z
  .strictObject({
    id: id('prq'),
    object: z.literal('payment_request'),
    state: State,
    merchant_id: id('mer'),
    merchant_name: z.string(),
    amount: MoneyReply.optional().meta({ description: 'Absent when the payer names it' }),
    currency: Currency,
    description: z.string().optional(),
    multi_use: z.boolean(),
    expires_at: Instant,
    // What follows customers do not see: it is the merchant's, or about who else paid.
    reference: z.string().optional(),
    payment_id: id('pay').optional().meta({ description: 'By which it was paid' }),
    reserved_by: id('pay')
      .optional()
      .meta({ description: 'A payment from a bank account that is on its way: nobody else can pay it meanwhile' }),
    times_paid: z.int().optional(),
    amount_paid: MoneyReply.optional().meta({ description: 'In all, whatever was refunded later' }),
    metadata: z.record(z.string(), z.string()).optional(),
    qr_text: z
      .string()
      .optional()
      .meta({ description: 'EMVCo merchant-presented code; drawn under `.png` and `.svg`' }),
    url: z.string().optional().meta({ description: 'A link that carries nothing but the id' }),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'PaymentRequestReply', description: 'Customers see what it takes to pay it, down to `expires_at`.' })

export const PaymentRequestQuery = ListQuery.extend({ merchant_id: id('mer').optional(), state: State.optional() })
