import { z } from 'zod'
import { billPaymentStates } from '../domain/bill-payment.ts'
import { AccountNumber } from './biller-schemas.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { RiskReply } from './risk-schemas.ts'
import { id, Instant, Metadata, MoneyReply, MoneyRequest, text } from './schemas.ts'

const State = z.enum(billPaymentStates.all as [string, ...string[]])

export const BillPaymentRequest = z
  .strictObject({
    wallet_id: id('wal'),
    biller_id: id('bil'),
    account_number: AccountNumber,
    bill_reference: text(64)
      .regex(/^[A-Za-z0-9][A-Za-z0-9_./-]*$/)
      .optional()
      .meta({ description: 'This bill; absent: the one that is due first, or none where there is an `amount`' }),
    amount: MoneyRequest.optional().meta({ description: 'Absent: what the bill says' }),
    pay_on: z.iso.date().optional().meta({ description: 'A date in the customer’s zone; absent, or today: now' }),
    metadata: Metadata.default({}),
    dry_run: z.boolean().default(false)
  })
  .meta({ id: 'BillPaymentRequest' })

export const BillPaymentReply = z
  .strictObject({
    id: id('bpm').nullable(),
    object: z.literal('bill_payment'),
    state: State,
    decline_code: z.string().optional(),
    wallet_id: id('wal'),
    biller_id: id('bil'),
    account_number: z.string().optional().meta({ description: 'Masked for operators; lists do not have it' }),
    bill_reference: z.string().optional(),
    amount: MoneyReply.optional().meta({ description: 'Absent until the biller was asked' }),
    cap: MoneyReply.optional().meta({ description: 'A bill above it waits for the customer to approve' }),
    fee: MoneyReply.meta({ description: 'What the wallet pays beside the amount' }),
    due_date: z.iso.date().optional(),
    debit_at: Instant.optional().meta({ description: 'When it is paid that was ordered for later' }),
    approval_required: z.boolean().meta({ description: 'The customer has to approve it with the PIN' }),
    approved_at: Instant.optional(),
    approve_before: Instant.optional(),
    attempts: z.int().min(0).meta({ description: 'How often the money was looked for' }),
    next_attempt_at: Instant.optional(),
    network_reference: z.string().optional().meta({ description: 'The network’s own, once it has booked' }),
    reversed: MoneyReply.optional().meta({ description: 'What the biller has given back since; the fee stays' }),
    receipt_id: id('rct').optional(),
    mandate_id: z.string().optional(),
    period: z.iso.date().optional().meta({ description: 'Of a mandate’s occurrence: the date of its rule' }),
    metadata: z.record(z.string(), z.string()),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional(),
    risk: RiskReply.optional(),
    limit: z.string().optional().meta({ description: 'dry_run: which limit would refuse it' })
  })
  .meta({ id: 'BillPayment' })
