import { z } from 'zod'
import { FundingReply } from './payment-schemas.ts'
import { id, Instant, MoneyReply } from './schemas.ts'

export const ReceiptReply = z
  .strictObject({
    id: id('rct'),
    object: z.literal('receipt'),
    payment_id: id('pay'),
    state: z.string().meta({ description: 'Of the payment' }),
    wallet_id: id('wal'),
    merchant: z.strictObject({ id: id('mer'), name: z.string(), city: z.string(), country: z.string() }),
    funding: FundingReply,
    amount: MoneyReply.meta({ description: 'What was ordered' }),
    captured: MoneyReply.meta({ description: 'What was paid' }),
    refunded: MoneyReply.meta({ description: 'With what refunds are about to give back' }),
    fee: MoneyReply.optional().meta({ description: 'What the merchant was charged; customers are not shown it here' }),
    description: z.string().optional(),
    entries: z
      .array(
        z.strictObject({
          posting_id: z.string(),
          code: z.string(),
          amount: MoneyReply,
          effective_at: Instant,
          posted_at: Instant
        })
      )
      .meta({ description: 'Each movement from the wallet to the merchant, oldest first; their sum is `captured`' }),
    refunds: z
      .array(
        z.strictObject({ id: id('ref'), state: z.string(), amount: MoneyReply, destination: z.string().optional() })
      )
      .meta({ description: 'What is given back, or is about to be, newest first; of the last hundred' }),
    created_at: Instant,
    paid_at: Instant.meta({ description: 'Business time of the last capture' })
  })
  .meta({ id: 'Receipt' })
