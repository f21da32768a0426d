import { z } from 'zod'
import { settlementStates } from '../domain/settlement.ts'
import { totalNames } from '../domain/settlement-lines.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { Currency, id, Instant, MoneyReply, text } from './schemas.ts'

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

export const SettlementRequest = z
  .strictObject({
    merchant_id: id('mer'),
    currency: Currency.optional().meta({ description: 'The merchant’s; another one is refused' })
  })
  .meta({ id: 'SettlementRequest' })

const Totals = z
  .strictObject({
    carried_in: MoneyReply.meta({ description: 'What the settlement before left over' }),
    ...(Object.fromEntries(totalNames.map((name) => [name, MoneyReply])) as Record<
      (typeof totalNames)[number],
      typeof MoneyReply
    >),
    holdback: MoneyReply.meta({ description: 'What pays what the merchant owed' }),
    reserve_taken: MoneyReply,
    carried_out: MoneyReply.meta({ description: 'Due, and not available: the next settlement has it' })
  })
  .meta({
    id: 'SettlementTotals',
    description: 'What they add up to is the settlement’s amount, to the cent; below zero what left.'
  })

export const SettlementReply = z
  .strictObject({
    id: id('set'),
    object: z.literal('settlement'),
    state: z.enum(settlementStates.all),
    merchant_id: id('mer'),
    trigger: z.enum(['daily', 'on_demand']),
    business_date: Day,
    cut_off: Instant.meta({ description: 'What was captured by then is in it' }),
    decline_code: z.string().optional(),
    totals: Totals,
    amount: MoneyReply.meta({ description: 'What goes to the bank account' }),
    lines: z
      .array(z.strictObject({ code: z.string(), amount: MoneyReply }))
      .meta({ description: 'What was booked, by code; `other` of the totals by its names' }),
    reserve: z
      .strictObject({ amount: MoneyReply, release_at: Instant, released_at: Instant.optional() })
      .optional()
      .meta({ description: 'Kept back, and paid with a later settlement' }),
    bank_reference: z.string().optional().meta({ description: 'The bank’s own reference, once it has booked' }),
    returned: MoneyReply.optional().meta({ description: 'What the bank has sent back since: it is due again' }),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'Settlement' })

export const SettledEntryReply = z
  .strictObject({
    version: z.int().min(1).meta({ description: 'Of the merchant’s account, which counts its entries from 1' }),
    code: z.string().meta({ example: 'payment.capture' }),
    amount: MoneyReply,
    process: z.string().meta({ description: 'What booked it, such as a payment' }),
    effective_at: Instant,
    posted_at: Instant
  })
  .meta({ id: 'SettledEntry' })

export const SettlementAccountRequest = z
  .strictObject({ iban: text(64) })
  .meta({ id: 'SettlementAccountRequest', description: 'Held under the merchant’s legal name' })

export const SettlementAccountReply = z
  .strictObject({
    object: z.literal('settlement_account'),
    merchant_id: id('mer'),
    iban: z.string().meta({ description: 'Masked' }),
    bank: z.enum(['a', 'b']),
    state: z.enum(['unconfirmed', 'confirmed', 'refused']).meta({
      description:
        '`unconfirmed`: its bank is asked who holds it before the first money is sent. `refused`: nothing is sent until another one is given'
    }),
    reason: z.string().nullable().meta({ description: 'Of a refused one' })
  })
  .meta({ id: 'SettlementAccount' })

export const MerchantBalanceReply = z
  .strictObject({
    object: z.literal('merchant_balance'),
    merchant_id: id('mer'),
    payable: MoneyReply.meta({ description: 'What we owe the merchant, and have neither sent nor kept back' }),
    available: MoneyReply.meta({ description: 'The same without what is held' }),
    due: MoneyReply.meta({ description: 'What is due by the last cut-off, whatever is owed or kept back of it' }),
    cut_off: Instant.meta({ description: 'What was captured after it is not due yet' }),
    reserve: MoneyReply.meta({ description: 'Kept back for a time' }),
    owed: MoneyReply.meta({ description: 'What the merchant owes us: settlements pay it first' }),
    in_settlement: MoneyReply.meta({ description: 'On its way to the bank account' })
  })
  .meta({ id: 'MerchantBalance' })
