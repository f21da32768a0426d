import { z } from 'zod'
import { kybItems, kycItems } from '../domain/onboarding.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, text } from './schemas.ts'

const Item = z.enum([...kycItems, ...kybItems])
export const Day = z.iso.date()
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')
export const Country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code')

export const OnboardingRequest = z
  .strictObject({
    customer_id: id('cus').optional().meta({ description: 'Whose; a customer need not say it, everyone else has to' }),
    target_tier: z
      .union([z.literal(1), z.literal(2), z.literal(3)])
      .optional()
      .meta({ description: 'Of a customer’s application' }),
    merchant_id: id('mer').optional().meta({ description: 'Instead of both: a business that wants to be paid' })
  })
  .refine(({ target_tier, merchant_id }) => target_tier !== undefined || merchant_id !== undefined, {
    path: ['target_tier'],
    message: 'is needed'
  })
  .refine((asked) => asked.merchant_id === undefined || Object.values(asked).filter(Boolean).length === 1, {
    path: ['merchant_id'],
    message: 'goes without the others'
  })
  .meta({ id: 'OnboardingRequest' })

export const IdentityDocument = z.strictObject({
  type: z.enum(['passport', 'id_card', 'driving_licence']),
  number: z.string().regex(/^[A-Z0-9-]{4,32}$/, 'must be 4–32 capitals, digits or -'),
  country: Country,
  expires_on: Day,
  image_sha256: Sha256
})
export const PostalAddress = z.strictObject({
  line: text(140),
  postal_code: text(16),
  city: text(80),
  country: Country
})

export const KycRequest = z
  .strictObject({
    name: text(140).optional(),
    birth_date: Day.optional(),
    document: IdentityDocument.optional(),
    selfie_sha256: Sha256.optional(),
    address: PostalAddress.optional(),
    source_of_funds: z.enum(['salary', 'business', 'savings', 'pension', 'family', 'other']).optional(),
    proof_of_address_sha256: Sha256.optional()
  })
  .refine((given) => Object.values(given).some((value) => value !== undefined), 'must give something')
  .meta({
    id: 'KycRequest',
    description:
      'What you have, in one request or several. Of pictures only the hash: they go to the bureau by other means.'
  })

export const ReviewRequest = z.strictObject({ reason: text(500) }).meta({ id: 'KycReviewRequest' })
export const AskRequest = z
  .strictObject({
    reason: text(500),
    items: z
      .array(Item.exclude(['contact', 'terms']))
      .min(1)
      .max(kycItems.length)
  })
  .meta({ id: 'KycAskRequest' })

export const OnboardingReply = z
  .strictObject({
    id: id('onb'),
    object: z.literal('onboarding'),
    state: z.enum(['collecting', 'verifying', 'in_review', 'approved', 'rejected', 'expired', 'withdrawn']),
    customer_id: id('cus').optional(),
    merchant_id: id('mer').optional().meta({ description: 'Instead of customer_id and target_tier: of a business' }),
    purpose: z.enum(['application', 'periodic_review']),
    target_tier: z.int().optional(),
    requirements: z.strictObject({
      currently_due: z.array(Item),
      past_due: z.array(Item),
      deadline: Instant.nullable()
    }),
    findings: z.record(z.string(), z.unknown()).optional().meta({ description: 'For reviewers' }),
    verdict: z.record(z.string(), z.unknown()).optional().meta({ description: 'For reviewers' }),
    reviews: z.array(z.record(z.string(), z.unknown())).optional().meta({ description: 'For reviewers' }),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'Onboarding' })
