import { z } from 'zod'
import { disputeReasons, disputeStates } from '../domain/dispute.ts'
import { evidenceTypes } from '../domain/evidence.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, MoneyReply, MoneyRequest, text } from './schemas.ts'

/** What somebody tells: line breaks are part of it, other control characters are not. */
const Story = z
  .string()
  .min(1)
  .max(5_000)
  .regex(/^(?:[^\p{Cc}\p{Zl}\p{Zp}]|\n)*$/u, 'must not contain control characters but line breaks')

const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
  .meta({ example: '0'.repeat(64) })

export const DisputeRequest = z
  .strictObject({
    payment_id: id('pay'),
    reason: z.enum(disputeReasons).meta({
      description: '`unauthorized`: it was not me. Every wallet is frozen and every session ended, at once'
    }),
    amount: MoneyRequest.optional().meta({ description: 'All that can be disputed, unless it is said' }),
    narrative: Story.meta({ description: 'What happened, in the customer’s words; the merchant reads it' }),
    previous_id: id('dsp').optional().meta({
      description: 'A second stage: the dispute that the merchant has won, within 10 days after its end'
    })
  })
  .meta({ id: 'DisputeRequest' })

const EvidenceFileReply = z.strictObject({
  sha256: Sha256,
  media_type: z.enum(evidenceTypes),
  size: z.number().int()
})

const Party = z.enum(['customer', 'merchant'])

export const DisputeReply = z
  .strictObject({
    id: id('dsp'),
    object: z.literal('dispute'),
    state: z.enum(disputeStates.all).meta({ description: '`won` and `lost` are the merchant’s' }),
    outcome: Party.optional().meta({ description: 'Who is right, once that is decided' }),
    decline_code: z.string().optional().meta({ description: 'Closed at once: another dispute or refund was faster' }),
    payment_id: id('pay'),
    wallet_id: id('wal'),
    merchant_id: id('mer'),
    amount: MoneyReply,
    reason: z.enum(disputeReasons),
    chargeback_id: z.string().optional().meta({
      description: 'A card holder has had it taken back: the card’s issuer decides, and nobody here'
    }),
    previous_id: id('dsp').optional(),
    fee: MoneyReply.optional().meta({ description: 'What the merchant was charged; given back with what they win' }),
    inquiry_until: Instant.optional().meta({ description: 'Until then the merchant may set it right without a fee' }),
    evidence_due: Instant.optional().meta({
      description: 'Until then both parties may show what they have; the merchant loses who has shown nothing'
    }),
    review_due: Instant.optional(),
    represented_at: Instant.optional().meta({
      description: 'Of a chargeback: since then the acquirer has what the merchant shows'
    }),
    evidence: z.array(
      z.strictObject({ party: Party, at: Instant, files: z.array(EvidenceFileReply), has_text: z.boolean() })
    ),
    provisional_credit: z
      .strictObject({
        state: z.enum(['due', 'given', 'reversing', 'reversed', 'final']),
        at: Instant.optional(),
        owed: MoneyReply.optional(),
        outstanding: MoneyReply.optional()
      })
      .optional()
      .meta({ description: 'Between the customer and us: merchants do not see it' }),
    goodwill: MoneyReply.optional().meta({
      description: 'What the customer got of ours although the merchant had won: merchants do not see it'
    }),
    reviews: z
      .array(z.strictObject({ actor: z.string(), outcome: z.enum(['won', 'lost']), reason: z.string() }))
      .optional()
      .meta({ description: 'For reviewers: what was said' }),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'Dispute' })

export const EvidenceFileRequest = z
  .strictObject({
    name: text(200).meta({ example: 'delivery-note.pdf' }),
    media_type: z.enum(evidenceTypes),
    sha256: Sha256.meta({ description: 'Of the bytes: what arrives damaged is refused' }),
    content: z.base64().min(4).meta({ description: 'The bytes in Base64: at most 1 MiB of them' })
  })
  .meta({ id: 'EvidenceFileRequest' })

export const UploadedFile = EvidenceFileReply.extend({ object: z.literal('evidence_file') }).meta({
  id: 'EvidenceFile'
})

export const EvidenceRequest = z
  .strictObject({
    files: z.array(Sha256).max(10).default([]).meta({ description: 'Uploaded before, by the same party' }),
    text: Story.optional()
  })
  .refine(({ files, text }) => files.length > 0 || text !== undefined, 'must have files or a text')
  .meta({ id: 'EvidenceRequest' })

export const EvidenceReply = z
  .strictObject({
    object: z.literal('evidence'),
    dispute_id: id('dsp'),
    narrative: z.string().nullable(),
    data: z.array(
      z.strictObject({
        party: Party,
        at: Instant,
        text: z.string().nullable(),
        files: z.array(EvidenceFileReply.extend({ name: z.string().nullable() }))
      })
    )
  })
  .meta({
    id: 'Evidence',
    description: 'What both parties have shown; null: nothing was said, or its owner was erased.'
  })

export const DecideRequest = z
  .strictObject({
    outcome: z.enum(['won', 'lost']).meta({ description: '`won`: the merchant keeps the money' }),
    reason: text(500)
  })
  .meta({ id: 'DecideRequest' })
