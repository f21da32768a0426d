import { z } from 'zod'
import { BusinessProfile } from './kyb-schemas.ts'
import { Country, Day } from './onboarding-schemas.ts'
import { Currency, id, text } from './schemas.ts'

export const MerchantRequest = z
  .strictObject({
    name: text(80).meta({ description: 'The trade name: public, in every QR code; there it is cut to 25 characters' }),
    city: text(60).meta({ description: 'The same, cut to 15 characters' }),
    country: Country.meta({ description: 'In whose register it stands; ISO 3166-1 alpha-2' }),
    mcc: z
      .string()
      .regex(/^[0-9]{4}$/, 'must be four digits')
      .meta({ description: 'ISO 18245 category' }),
    currency: Currency.meta({ description: 'In which it is paid and settled' }),
    ...BusinessProfile.shape
  })
  .meta({ id: 'MerchantRequest' })

/** What is not public of a merchant. */
const Business = BusinessProfile.extend({
  settlement_account: z.string().nullable().meta({ description: 'The IBAN, masked' }),
  people: z
    .array(z.strictObject({ party: z.string(), name: z.string(), birth_date: Day, country: z.string() }))
    .optional()
    .meta({ description: 'For reviewers: `representative`, `owner_1` …, as in an application’s findings' })
}).meta({ id: 'Business' })

export const MerchantStates = z.enum(['pending', 'active', 'suspended', 'closed'])

/** What stands in every QR code of the merchant, and is not private; `business` is. */
export const MerchantReply = z
  .strictObject({
    id: id('mer'),
    object: z.literal('merchant'),
    name: z.string(),
    city: z.string(),
    country: z.string().meta({ description: 'ISO 3166-1 alpha-2' }),
    mcc: z.string().meta({ description: 'ISO 18245 category' }),
    currency: Currency,
    state: MerchantStates.meta({ description: '`pending`: not approved yet; only an `active` one can be paid' }),
    business: Business.optional().meta({
      description: 'For its backend, reviewers and itself; absent where it never applied'
    })
  })
  .meta({ id: 'Merchant' })

export const ReasonRequest = z.strictObject({ reason: text(500) }).meta({ id: 'MerchantReasonRequest' })
