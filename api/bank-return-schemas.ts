import { z } from 'zod'
import { bankReturnStates } from '../domain/bank-return.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, MoneyReply, text } from './schemas.ts'

export const BankReturnReply = z
  .strictObject({
    id: id('ret'),
    object: z.literal('bank_return'),
    state: z.enum(bankReturnStates.all),
    bank: z.enum(['a', 'b', 'acquirer']).meta({ description: '`acquirer`: a card’s holder has had it taken back' }),
    reference: z.string().meta({ description: 'The bank’s own' }),
    operation: z
      .enum(['pull', 'push'])
      .meta({ description: 'Of what came back: a top-up was a pull, a withdrawal or a settlement a push' }),
    original_id: z.string().meta({ description: 'What came back' }),
    wallet_id: id('wal').optional(),
    merchant_id: id('mer').optional().meta({ description: 'Of a settlement, in place of a wallet' }),
    amount: MoneyReply,
    reason: z.string(),
    in_window: z.boolean().meta({
      description:
        'Whether the bank kept its time: 5 business days, 60 days for `unauthorized`. It is booked either way'
    }),
    owed: MoneyReply.meta({ description: 'What the wallet could not give back at once' }),
    outstanding: MoneyReply.meta({ description: 'What of that is still owed: whatever comes in pays it first' }),
    given_up: MoneyReply.optional(),
    returned_at: Instant,
    suspended_bank_account_id: id('ban').optional().meta({
      description: 'For this reason the account is not used any more: see `GET /v1/bank-accounts/{id}`'
    }),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'BankReturn' })

export const GiveUpRequest = z
  .strictObject({
    reason: text(500),
    thaw: z.boolean().default(false).meta({
      description:
        'The wallet is free again; otherwise it stays frozen, as by an operator, until a reviewer or finance thaws it'
    })
  })
  .meta({ id: 'GiveUpRequest' })
