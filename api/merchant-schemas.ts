import { z } from 'zod'
import { Currency, id } from './schemas.ts'

/** What stands in every QR code of the merchant: nothing of it is private. */
export const MerchantReply = z
  .strictObject({
    id: id('mer'),
    object: z.literal('merchant'),
    name: z.string(),
    city: z.string(),
    country: z.string().meta({ description: 'ISO 3166-1 alpha-2' }),
    mcc: z.string().meta({ description: 'ISO 18245 category' }),
    currency: Currency,
    state: z.enum(['active', 'suspended', 'closed'])
  })
  .meta({ id: 'Merchant' })
