import { z } from 'zod'
import { billerCategories, billerStates, checkDigits, isPlainPattern } from '../domain/biller.ts'
import { Currency, id, Instant, MoneyReply, text } from './schemas.ts'

const Category = z.enum(billerCategories)
const Country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code')
  .meta({ example: 'DE' })

const Format = {
  pattern: z.string().meta({
    description: 'A regular expression for the whole number, without spaces and in capitals',
    example: '[0-9]{10}'
  }),
  check_digit: z.enum(checkDigits).nullable().meta({ description: 'How its last digits follow from the others' }),
  example: text(40),
  hint: text(200).meta({ description: 'Where customers find it' })
}

export const BillerReply = z
  .strictObject({
    id: id('bil'),
    object: z.literal('biller'),
    name: z.string(),
    category: Category,
    country: Country,
    currency: Currency,
    account_number: z.strictObject(Format),
    tells_bills: z.boolean().meta({ description: 'Whether `POST /v1/bills/inquire` says what is due there' }),
    fee: MoneyReply.meta({ description: 'What the wallet pays beside the bill' }),
    state: z.enum(billerStates)
  })
  .meta({ id: 'Biller' })

export const BillerRequest = z
  .strictObject({
    name: text(100),
    category: Category,
    country: Country,
    currency: Currency,
    network_code: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and hyphens')
      .meta({ description: 'How the billers’ network calls it' }),
    account_number: z.strictObject({
      ...Format,
      pattern: Format.pattern.refine(isPlainPattern, 'must be made of characters, [sets], \\d and {counts}'),
      check_digit: Format.check_digit.default(null)
    }),
    tells_bills: z.boolean().default(true),
    fee: z
      .string()
      .regex(/^(0|[1-9][0-9]{0,8})$/, 'must be a whole number of minor units, as a string')
      .default('0')
      .meta({ description: 'Minor units of the currency' })
  })
  .meta({ id: 'BillerRequest' })

/** By name, and what they are for. */
export const billerFilters = {
  name: text(100).optional().meta({ description: 'A part of the name, in any case' }),
  category: Category.optional(),
  country: Country.optional(),
  state: z.enum(billerStates).optional()
}

export const BillerMoveReply = z
  .strictObject({
    object: z.literal('biller_move'),
    kind: z.enum(['settled', 'reversed']),
    reference: z.string().meta({ description: 'The network’s own; where our bank has moved it, the bank’s' }),
    bank: z.enum(['a', 'b']).nullable().meta({ description: 'Null: given back before it was settled' }),
    bill_payment_id: id('bpm').nullable(),
    amount: MoneyReply,
    payments: z.int().min(1),
    at: Instant,
    booked_at: Instant
  })
  .meta({ id: 'BillerMove' })

const AccountNumber = text(60).meta({
  description: 'The customer’s number at the biller; spaces and hyphens do not matter'
})

export const BillInquiry = z
  .strictObject({
    biller_id: id('bil'),
    account_number: AccountNumber,
    bill_reference: text(64).optional().meta({ description: 'This bill; absent: the one that is due first' })
  })
  .meta({ id: 'BillInquiry' })

export const BillReply = z
  .strictObject({
    object: z.literal('bill'),
    biller_id: id('bil'),
    status: z
      .enum(['open', 'paid', 'none'])
      .meta({ description: '`paid`: by a bill payment here, which may be under way' }),
    bill_reference: z.string().optional(),
    amount: MoneyReply.optional(),
    due_date: z.iso.date().optional()
  })
  .meta({ id: 'Bill' })

export { AccountNumber }
