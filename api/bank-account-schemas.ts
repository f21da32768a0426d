import { z } from 'zod'
import { id, Instant } from './schemas.ts'

export const BankAccountReply = z
  .strictObject({
    id: id('ban'),
    object: z.literal('bank_account'),
    customer_id: id('cus'),
    bank: z.enum(['a', 'b']),
    state: z.enum(['linked', 'suspended', 'unlinked']),
    iban: z
      .string()
      .nullable()
      .meta({ description: 'Its last four characters; null once it was erased', example: '***3000' }),
    linked_at: Instant
  })
  .meta({ id: 'BankAccount' })
