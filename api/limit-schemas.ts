import { z } from 'zod'
import { id, Instant, MoneyReply, MoneyRequest, Pin } from './schemas.ts'

const Usd = MoneyRequest.refine(({ currency }) => currency === 'USD', {
  message: 'limits are in USD; wallets in other currencies are measured at the reference rates',
  path: ['currency']
}).nullable()

export const SetLimitsRequest = z
  .strictObject({
    per_payment: Usd.optional(),
    per_day: Usd.optional(),
    per_month: Usd.optional(),
    pin: Pin.optional().meta({ description: 'Asked for when a limit is raised' })
  })
  .meta({ id: 'SetLimitsRequest' })

const Limit = z
  .strictObject({
    in_force: MoneyReply.nullable(),
    tier: MoneyReply.nullable(),
    own: MoneyReply.nullable(),
    next: z.strictObject({ own: MoneyReply.nullable(), effective_at: Instant }).nullable()
  })
  .meta({ id: 'Limit', description: 'In USD; null: no limit. `next`: a raise that waits.' })

export const LimitsReply = z
  .strictObject({
    object: z.literal('limits'),
    customer_id: id('cus'),
    tier: z.int().min(0).max(3),
    per_payment: Limit,
    per_day: Limit,
    per_month: Limit,
    balance: MoneyReply.nullable()
  })
  .meta({ id: 'Limits' })
