import { z } from 'zod'
import { id, Instant, MoneyReply, MoneyRequest, Pin } from './schemas.ts'

export const AutomaticTopUpRequest = z
  .strictObject({
    below: MoneyRequest.meta({ description: 'What is available falls below this' }),
    add: MoneyRequest.meta({ description: 'So much is pulled then, once in 24 hours' }),
    bank_account_id: id('ban'),
    pin: Pin
  })
  .meta({ id: 'AutomaticTopUpRequest' })

export const AutomaticTopUpReply = z
  .strictObject({
    object: z.literal('automatic_top_up'),
    wallet_id: id('wal'),
    state: z.enum(['active', 'suspended']).meta({
      description: '`suspended`: it makes nothing for now; `reason` says why'
    }),
    reason: z
      .string()
      .optional()
      .meta({
        description:
          '`declined`: three times in a row, set it again to have it go on. `bank_account_suspended`: it goes on by itself ' +
          'once the account is resumed. `account_closed`: the account was unlinked, set another one'
      }),
    below: MoneyReply,
    add: MoneyReply,
    bank_account_id: id('ban'),
    set_at: Instant,
    last_top_up_id: id('top').nullable(),
    last_at: Instant.nullable()
  })
  .meta({ id: 'AutomaticTopUp' })
