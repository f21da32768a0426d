import { z } from 'zod'
import { kycItems } from '../domain/onboarding.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, text } from './schemas.ts'

const Item = z.enum(kycItems)
const Day = z.iso.date()
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')
const Country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 code')

export const OnboardingRequest = z
  .strictObject({
    customer_id: id('cus').optional().meta({ description: 'Whose; a customer need not say it, everyone else has to' }),
    target_tier: z.union([z.literal(1), z.literal(2), z.literal(3)])
  })
  .meta({ id: 'OnboardingRequest' })

export const KycRequest = z
  .strictObject({
    name: text(140).optional(),
    birth_date: Day.optional(),
    document: z
      .strictObject({
        type: z.enum(['passport', 'id_card', 'driving_licence']),
        number: z.string().regex(/^[A-Z0-9-]{4,32}$/, 'must be 4–32 capitals, digits or -'),
        country: Country,
        expires_on: Day,
        image_sha256: Sha256
      })
      .optional(),
    selfie_sha256: Sha256.optional(),
    address: z.strictObject({ line: text(140), postal_code: text(16), city: text(80), country: Country }).optional(),
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
      .array(Item.exclude(['contact']))
      .min(1)
      .max(kycItems.length)
  })
  .meta({ id: 'KycAskRequest' })

export const OnboardingReply = z
  .strictObject({
    id: id('onb'),
    object: z.literal('onboarding'),
    state: z.enum(['collecting', 'verifying', 'in_review', 'approved', 'rejected', 'expired', 'withdrawn']),
    customer_id: id('cus'),
    purpose: z.enum(['application', 'periodic_review']),
    target_tier: z.int(),
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
