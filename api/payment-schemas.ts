import { z } from 'zod'
import { SHARES_MAX } from '../domain/splits.ts'
import { RiskReply } from './risk-schemas.ts'
import { id, Instant, Metadata, MoneyReply, MoneyRequest, text } from './schemas.ts'
import { Totp } from './session-schemas.ts'

/** Nothing is committed yet; the thing may be asked for under `Location`. */
export const Pending = z.strictObject({ id: z.string(), object: z.string() }).meta({ id: 'Pending' })

/** The answer of who cannot say yet what became of it: of every route that starts or messages a process. */
export const notYet = {
  202: { description: 'Nothing is committed yet: ask again under Location', schema: Pending }
} as const

export const Timeline = z
  .array(z.strictObject({ at: Instant, type: z.string(), state: z.string(), by: z.string().optional() }))
  .meta({ id: 'Timeline', description: 'Who did what when; without `by`: the process itself.' })

export const Run = z
  .strictObject({ workflow_id: z.string(), url: z.string().optional() })
  .meta({ id: 'Run', description: 'For operators: the Temporal run.' })

const Funding = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('balance') }),
    z.strictObject({ type: z.enum(['bank_account', 'card']), id: z.string().max(64) })
  ])
  .meta({ description: 'What it is paid from: a linked bank account, or the wallet’s balance' })

export const FundingReply = z
  .strictObject({
    type: z.enum(['balance', 'bank_account', 'card']),
    id: z.string().optional(),
    reference: z.string().optional().meta({ description: 'The bank’s own reference, once it has booked' })
  })
  .meta({ id: 'Funding' })

const Split = z.strictObject({
  merchant_id: id('mer'),
  amount: MoneyRequest,
  type: z
    .enum(['share', 'commission'])
    .default('share')
    .meta({ description: '`commission`: the marketplace’s own, beside up to ten shares' })
})

const Splits = z
  .array(Split)
  .min(1)
  .max(SHARES_MAX + 1)
  .refine((splits) => splits.filter(({ type }) => type === 'share').length <= SHARES_MAX, 'at most ten shares')
  .refine((splits) => splits.filter(({ type }) => type === 'commission').length <= 1, 'at most one commission')
  .meta({
    description:
      'Backends only. Who shares it, each merchant once, the payee (`merchant_id`) included; together exactly the ' +
      'amount. The merchant fee comes out of the payee’s share.'
  })

export const ShareReply = z
  .strictObject({
    merchant_id: id('mer'),
    amount: MoneyReply,
    captured: MoneyReply.meta({ description: 'What it has got of that so far' }),
    refunded: MoneyReply.optional().meta({ description: 'What it has given back of that, or is about to' }),
    type: z.enum(['share', 'commission'])
  })
  .meta({ id: 'Share' })

export const PaymentRequest = z
  .strictObject({
    wallet_id: id('wal'),
    merchant_id: id('mer').optional(),
    payment_request_id: id('prq').optional(),
    qr: text(512).optional().meta({ description: 'The scanned text of an EMVCo code' }),
    amount: MoneyRequest.optional().meta({ description: 'Required unless the code or the request carries it' }),
    funding: Funding.default({ type: 'balance' }),
    capture: z.enum(['automatic', 'manual']).default('automatic'),
    splits: Splits.optional(),
    description: text(140).optional(),
    metadata: Metadata.default({}),
    dry_run: z.boolean().default(false)
  })
  .refine((body) => [body.merchant_id, body.payment_request_id, body.qr].filter((payee) => payee).length === 1, {
    message: 'one of merchant_id, payment_request_id, qr',
    path: ['merchant_id']
  })
  .meta({ id: 'PaymentRequest' })

export const ConfirmRequest = z
  .strictObject({
    pin: z
      .string()
      .regex(/^[0-9]{4,12}$/, 'must be digits')
      .optional(),
    totp: Totp.optional().meta({
      description: 'A code of the authenticator, where there is one; it confirms one thing'
    })
  })
  .refine(({ pin, totp }) => (pin === undefined) !== (totp === undefined), {
    message: 'one of pin, totp',
    path: ['pin']
  })
  .meta({ id: 'ConfirmRequest' })

export const CaptureRequest = z
  .strictObject({ amount: MoneyRequest.optional(), final: z.boolean().optional() })
  .meta({ id: 'CaptureRequest' })

const CaptureReply = z
  .strictObject({
    amount: MoneyReply,
    final: z.boolean(),
    state: z.enum(['pending', 'captured', 'declined']),
    decline_code: z.string().optional()
  })
  .meta({
    id: 'CardCapture',
    description: 'By card: the last capture. While it is `pending` the acquirer has not said whether it captures it'
  })

export const PaymentReply = z
  .strictObject({
    id: id('pay').nullable(),
    object: z.literal('payment'),
    state: z.enum([
      'requires_action',
      'in_review',
      'processing',
      'requires_capture',
      'succeeded',
      'declined',
      'failed',
      'canceled',
      'expired'
    ]),
    decline_code: z.string().optional(),
    amount: MoneyReply,
    captured: MoneyReply,
    refunded: MoneyReply,
    disputed: MoneyReply.optional().meta({ description: 'What is disputed, or was and is lost to the payer' }),
    returned: MoneyReply.optional().meta({
      description: 'What the bank that paid it took back from the payer later; the merchant keeps theirs'
    }),
    fee: MoneyReply,
    capture: z.enum(['automatic', 'manual']),
    wallet_id: id('wal'),
    merchant_id: id('mer'),
    funding: FundingReply.optional().meta({ description: 'What it is paid from' }),
    payment_request_id: id('prq').optional().meta({ description: 'What asked for it' }),
    confirm_before: Instant.optional(),
    capture_before: Instant.optional(),
    last_capture: CaptureReply.optional(),
    receipt_id: id('rct').optional(),
    splits: z
      .array(ShareReply)
      .optional()
      .meta({ description: 'In what is read: merchants see their own, payers none. Not in events.' }),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.string()),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional(),
    risk: RiskReply.optional(),
    limit: z.string().optional().meta({ description: 'dry_run: which limit would decline it' }),
    confirmation_rules: z
      .array(z.string())
      .optional()
      .meta({ description: 'dry_run: why it would have to be confirmed' })
  })
  .meta({ id: 'Payment' })

/** What a merchant who shares a payment sees of it: nothing but their own share. */
const SharedPaymentReply = PaymentReply.pick({
  id: true,
  object: true,
  state: true,
  merchant_id: true,
  created_at: true,
  updated_at: true
})
  .extend({ splits: z.array(ShareReply).length(1) })
  .meta({ id: 'SharedPayment', description: 'A payment to another merchant, as one sees it who shares it' })

export const PaymentReadReply = z.union([PaymentReply, SharedPaymentReply])
