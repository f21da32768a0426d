import { z } from 'zod'
import { adjustmentAccounts } from '../domain/adjustment.ts'
import { itemClasses, reconciliationStates } from '../domain/reconciliation.ts'
import { listOf } from './list.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, MoneyReply, text } from './schemas.ts'

export const Bank = z.enum(['a', 'b'])
/** A day that exists. */
export const Day = z.iso.date().meta({ description: 'A UTC day', example: '2026-01-31' })
const n = z.number().int()

export const DayRequest = z.strictObject({ bank: Bank, date: Day }).meta({ id: 'ReconciliationRequest' })

const ItemReply = z
  .strictObject({
    id: id('rci'),
    object: z.literal('reconciliation_item'),
    class: z.enum(itemClasses).meta({
      description:
        '`missing_here`: the statement has it, our books do not; `missing_there`: the other way round; `amount_differs`: both ' +
        'have it, not alike; `duplicate`: the statement has it again'
    }),
    state: z.enum(['open', 'cleared']),
    reference: z.string().meta({ description: 'The instruction’s, or the bank’s own name of the entry' }),
    expected: MoneyReply.nullable().meta({ description: 'What our books say; below zero leaves our account' }),
    said: MoneyReply.nullable().meta({ description: 'What the statement says' }),
    amount: MoneyReply.meta({ description: 'What is to be explained' }),
    rests_on: z.enum(['suspense', 'bank_in_transit', 'bank_cash']).meta({ description: 'Where it is meanwhile' }),
    opened_on: z.string(),
    age_days: n,
    cleared_at: Instant.nullable(),
    cleared_by: z.string().nullable().meta({
      description: '`found_here`: our books have it now; `found_there`: a later statement has it; else the operator'
    }),
    account: z.string().nullable().meta({ description: 'Where a manual adjustment has put it' }),
    reason: z.string().nullable(),
    effective_date: z.string().nullable()
  })
  .meta({ id: 'ReconciliationItem' })

export const ReconciliationReply = z
  .strictObject({
    id: id('rec'),
    object: z.literal('reconciliation'),
    state: z.enum(reconciliationStates.all),
    bank: Bank,
    date: z.string(),
    source: z.enum(['provider', 'import']),
    statements: z.array(
      z.strictObject({ statement_id: z.string().nullable(), opening: MoneyReply, closing: MoneyReply, lines: n })
    ),
    counts: z
      .strictObject({ matched: n, missing_here: n, missing_there: n, amount_differs: n, duplicate: n })
      .meta({ description: 'Lines by what they turned out to be; what is missing there counts by reference' }),
    open_items: n,
    refusal: z
      .strictObject({ code: z.string(), data: z.record(z.string(), z.unknown()) })
      .optional()
      .meta({ description: 'Why the statement that came last was not taken' }),
    items: listOf(ItemReply).optional().meta({ description: 'What was to be explained; not in lists' }),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'Reconciliation' })

export const AdjustmentRequest = z
  .strictObject({
    item_id: id('rci'),
    account: z.enum(adjustmentAccounts).meta({ description: 'Where it belongs; `wallet` takes what came in alone' }),
    wallet_id: id('wal').optional().meta({ description: 'With `wallet`' }),
    effective_date: Day.optional().meta({ description: 'On which day it counts; today' }),
    reason: text(500)
  })
  .refine(({ account, wallet_id }) => (account === 'wallet') === (wallet_id !== undefined), {
    path: ['wallet_id'],
    message: 'is needed with wallet, and with nothing else'
  })
  .meta({ id: 'AdjustmentRequest' })

export const PeriodReply = z
  .strictObject({
    object: z.literal('accounting_period'),
    month: z.string(),
    state: z.literal('closed'),
    closed_at: Instant,
    closed_by: z.string(),
    open_items: z.array(
      z.strictObject({
        item_id: id('rci'),
        reconciliation_id: id('rec'),
        class: z.enum(itemClasses),
        reference: z.string(),
        amount: MoneyReply
      })
    )
  })
  .meta({ id: 'AccountingPeriod', description: 'A month in which nothing counts any more, with what was open then.' })
