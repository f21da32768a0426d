import { z } from 'zod'
import { id, Instant } from './schemas.ts'

export const ReviewReply = z
  .strictObject({
    id: id('rev'),
    object: z.literal('review'),
    state: z
      .enum(['open', 'approved', 'rejected', 'lapsed'])
      .meta({ description: 'lapsed: what it was about ended before anyone decided' }),
    action: z.string().meta({ description: 'What is carried out once it is approved' }),
    process_id: z.string(),
    data: z.record(z.string(), z.unknown()),
    requested_by: z.string(),
    decided_by: z.string().nullable(),
    created_at: Instant,
    decided_at: Instant.nullable()
  })
  .meta({ id: 'Review', description: 'What one operator has asked for and another one has to decide.' })
