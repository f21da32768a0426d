import { z } from 'zod'
import { Country, Day, IdentityDocument, PostalAddress, Sha256 } from './onboarding-schemas.ts'
import { Email, text } from './schemas.ts'

export const BusinessProfile = z
  .strictObject({
    legal_name: text(140).meta({ description: 'As it stands in the register' }),
    legal_form: text(60),
    registration_number: z
      .string()
      .regex(/^[A-Z0-9][A-Z0-9 ./-]{1,39}$/, 'must be 2–40 capitals, digits, spaces, . / -'),
    contact_email: Email.meta({ description: 'Where the business is told of its application' }),
    website: z
      .url({ protocol: /^https$/ })
      .max(200)
      .optional(),
    address: PostalAddress
  })
  .meta({ id: 'BusinessProfile' })

const person = { name: text(140), birth_date: Day, country: Country, document: IdentityDocument }
const BeneficialOwner = z.strictObject({
  ...person,
  share_bps: z.int().min(1).max(10_000).meta({ description: 'Ten-thousandths of the business, such as 2500' })
})

export const KybRequest = z
  .strictObject({
    business_profile: BusinessProfile.optional().meta({ description: 'Given with the merchant; here to correct it' }),
    registration_document: z.strictObject({ issued_on: Day, sha256: Sha256 }).optional(),
    beneficial_owners: z
      .array(BeneficialOwner)
      .max(10)
      .refine(sharesAddUp, 'shares must not add up to more than 10000')
      .optional()
      .meta({ description: 'Everyone who holds a quarter or more; empty where nobody does' }),
    representative: z
      .strictObject({ ...person, role: text(60) })
      .optional()
      .meta({ description: 'Who may sign for the business' }),
    settlement_account: z.strictObject({ iban: text(64) }).optional(),
    terms_version: z.string().max(32).optional().meta({ description: 'The version that was shown and agreed to' })
  })
  .refine((given) => Object.values(given).some((value) => value !== undefined), 'must give something')
  .meta({
    id: 'KybRequest',
    description: 'What you have, in one request or several. Of pictures only the hash.'
  })

/** Hoisted: the schema above needs it. */
function sharesAddUp(owners: readonly { readonly share_bps: number }[]): boolean {
  return owners.reduce((sum, { share_bps }) => sum + share_bps, 0) <= 10_000
}
