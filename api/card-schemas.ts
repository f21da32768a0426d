import { z } from 'zod'
import { CARD_TOKEN, cardBrands, cardFundings } from '../domain/card.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant } from './schemas.ts'

export const CardRequest = z
  .strictObject({
    customer_id: id('cus').optional().meta({ description: 'Whose; a customer need not say it, everyone else has to' }),
    token: z
      .string()
      .regex(CARD_TOKEN, 'must be a token of the acquirer')
      .meta({
        description: 'What the acquirer gave the customer’s device for the card; good for one link. Never a number.',
        example: `ctk_${'abcd'.repeat(8)}`
      })
  })
  .meta({ id: 'CardRequest' })

export const CardReply = z
  .strictObject({
    id: id('crd'),
    object: z.literal('card'),
    customer_id: id('cus'),
    state: z.enum(['verifying', 'linked', 'unlinked', 'failed', 'expired', 'canceled']).meta({
      description: '`expired`: the acquirer could not say for a day whether the card is good'
    }),
    decline_code: z.string().optional().meta({ description: 'Why the link has failed' }),
    brand: z.enum(cardBrands).nullable().meta({ description: 'null, as what follows, until it is linked' }),
    funding: z.enum(cardFundings).nullable(),
    last4: z
      .string()
      .regex(/^[0-9]{4}$/)
      .nullable()
      .meta({ description: 'null also once it was erased' }),
    expiry_month: z.int().min(1).max(12).nullable(),
    expiry_year: z.int().nullable(),
    good_until: Instant.nullable().meta({ description: 'From then on it is declined with `card_expired`' }),
    linked_at: Instant.nullable(),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'Card' })
