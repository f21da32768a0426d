import { z } from 'zod'
import { concessionKinds, concessionStates } from '../domain/concession.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, MoneyReply, MoneyRequest, text } from './schemas.ts'

export const ConcessionRequest = z
  .strictObject({ amount: MoneyRequest, reason: text(500) })
  .meta({ id: 'ConcessionRequest' })

export const ConcessionReply = z
  .strictObject({
    id: id('con'),
    object: z.literal('concession'),
    state: z.enum(concessionStates.all).meta({
      description: '`in_review`: another finance operator decides it, `GET /v1/reviews?process_id=`'
    }),
    decline_code: z.string().optional().meta({ description: 'By then there was nothing left to give up' }),
    kind: z.enum(concessionKinds),
    merchant_id: id('mer'),
    dispute_id: id('dsp').optional(),
    wallet_id: id('wal').optional(),
    amount: MoneyReply,
    reason: z.string(),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'Concession' })
