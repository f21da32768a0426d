import { z } from 'zod'
import { ListQuery } from './list.ts'
import { Currency, id, Instant, InstantRequest, MoneyReply, Password, Pin, text } from './schemas.ts'

export const WalletRequest = z
  .strictObject({
    customer_id: id('cus').optional().meta({ description: 'Whose; a customer need not say it, everyone else has to' }),
    currency: Currency.meta({ description: 'One that limits can be measured in: USD, or one with a reference rate' })
  })
  .meta({ id: 'WalletRequest' })

export const WalletReply = z
  .strictObject({
    id: id('wal'),
    object: z.literal('wallet'),
    customer_id: id('cus'),
    currency: Currency,
    state: z.enum(['active', 'frozen', 'closed']),
    frozen_by: z
      .array(z.enum(['owner', 'operator', 'bank_return', 'dispute']))
      .optional()
      .meta({
        description:
          '`bank_return`: a bank took money back that was spent; `dispute`: so was a provisional credit that ended; nothing ' +
          'leaves until it is paid, by a top-up'
      }),
    posted: MoneyReply.meta({ description: 'What the books say' }),
    pending: MoneyReply.meta({ description: 'What is held against it' }),
    available: MoneyReply.meta({ description: 'What can be spent: posted minus pending' }),
    created_at: Instant
  })
  .meta({ id: 'Wallet' })

const Reason = text(200).meta({ description: 'For the audit log; no personal data' })

export const FreezeRequest = z.strictObject({ reason: Reason.optional() }).meta({ id: 'FreezeRequest' })

export const ThawRequest = z
  .strictObject({
    password: Password.optional(),
    pin: Pin.optional(),
    reason: Reason.optional()
  })
  .meta({ id: 'ThawRequest', description: 'Customers: password and PIN. Operators: the reason.' })

export const EntriesQuery = ListQuery.extend({
  from: InstantRequest.optional().meta({ description: 'Posted at or after' }),
  to: InstantRequest.optional().meta({ description: 'Posted before' })
})

export const EntryReply = z
  .strictObject({
    id: z.string(),
    posting_id: z.string(),
    version: z.int().min(1).meta({ description: 'Counts the wallet’s entries from 1, without gaps' }),
    delta: MoneyReply.meta({ description: 'Below zero when money left' }),
    balance_after: MoneyReply,
    effective_at: Instant.meta({ description: 'Business time at which it counts' }),
    posted_at: Instant.meta({ description: 'Real time at which it was written' }),
    source: z
      .strictObject({
        process: z.string().meta({ description: 'Its id, such as that of a payment' }),
        code: z.string().meta({ description: 'What was booked', example: 'payment.capture' })
      })
      .meta({ description: 'What booked it' })
  })
  .meta({ id: 'Entry' })
