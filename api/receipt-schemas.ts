import { z } from 'zod'
import { billPaymentStates } from '../domain/bill-payment.ts'
import { billerCategories } from '../domain/biller.ts'
import { FundingReply } from './payment-schemas.ts'
import { id, Instant, MoneyReply } from './schemas.ts'

const Entry = z.strictObject({
  posting_id: z.string(),
  code: z.string(),
  amount: MoneyReply,
  effective_at: Instant,
  posted_at: Instant
})

const PaymentReceipt = z
  .strictObject({
    id: id('rct'),
    object: z.literal('receipt'),
    type: z.literal('payment'),
    payment_id: id('pay'),
    state: z.string().meta({ description: 'Of the payment' }),
    wallet_id: id('wal'),
    merchant: z.strictObject({ id: id('mer'), name: z.string(), city: z.string(), country: z.string() }),
    funding: FundingReply,
    amount: MoneyReply.meta({ description: 'What was ordered' }),
    captured: MoneyReply.meta({ description: 'What was paid' }),
    refunded: MoneyReply.meta({ description: 'With what refunds are about to give back' }),
    fee: MoneyReply.optional().meta({ description: 'What the merchant was charged; customers are not shown it here' }),
    description: z.string().optional(),
    entries: z
      .array(Entry)
      .meta({ description: 'Each movement from the wallet to the merchant, oldest first; their sum is `captured`' }),
    refunds: z
      .array(
        z.strictObject({ id: id('ref'), state: z.string(), amount: MoneyReply, destination: z.string().optional() })
      )
      .meta({ description: 'What is given back, or is about to be, newest first; of the last hundred' }),
    created_at: Instant,
    paid_at: Instant.meta({ description: 'Business time of the last capture' })
  })
  .meta({ id: 'PaymentReceipt' })

const BillReceipt = z
  .strictObject({
    id: id('rct'),
    object: z.literal('receipt'),
    type: z.literal('bill_payment'),
    bill_payment_id: id('bpm'),
    state: z.enum(billPaymentStates.all as [string, ...string[]]).meta({ description: 'Of the bill payment' }),
    wallet_id: id('wal'),
    biller: z.strictObject({
      id: id('bil'),
      name: z.string(),
      category: z.enum(billerCategories),
      country: z.string()
    }),
    account_number: z.string().optional().meta({ description: 'Masked for operators' }),
    bill_reference: z.string().optional(),
    network_reference: z.string().optional().meta({ description: 'By which the biller finds it' }),
    amount: MoneyReply.meta({ description: 'What the biller has' }),
    fee: MoneyReply.meta({ description: 'What the wallet paid beside it' }),
    total: MoneyReply.meta({ description: 'What the wallet paid' }),
    reversed: MoneyReply.optional().meta({ description: 'What the biller has given back since; the fee stays' }),
    mandate_id: id('man').optional(),
    period: z.iso.date().optional(),
    entries: z.array(Entry).meta({ description: 'Each movement out of the wallet; their sum is `total`' }),
    created_at: Instant,
    paid_at: Instant.meta({ description: 'Business time at which the money was the biller’s' })
  })
  .meta({ id: 'BillReceipt' })

export type PaymentReceipt = z.input<typeof PaymentReceipt>
export type BillReceipt = z.input<typeof BillReceipt>
export const ReceiptReply = z.discriminatedUnion('type', [PaymentReceipt, BillReceipt]).meta({ id: 'Receipt' })
