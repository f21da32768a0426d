import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CHARGEBACK_ID } from '../domain/chargeback.ts'
import { CARD_TOKEN, type CardBrand, type CardFunding } from '../domain/card.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import { Amount, type Fate, type Standing } from './bank-types.ts'

/** What the customer's device says of a card. */
export const NewCard = z.strictObject({
  number: z.string().regex(/^\d(?:[ -]?\d){11,18}$/, 'must be 12 to 19 digits'),
  expiry_month: z.number().int().min(1).max(12),
  expiry_year: z.number().int().min(2000).max(2100),
  cvc: z.string().regex(/^\d{3,4}$/),
  holder: z.string().min(1).max(140)
})

const Reference = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}$/)
const Token = z.string().regex(CARD_TOKEN)

const Evidence = z.strictObject({
  text: z.string().max(5_000).optional(),
  files: z
    .array(
      z
        .strictObject({
          name: z.string().min(1).max(200),
          media_type: z.string().min(1).max(100),
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
          content: z.base64()
        })
        // What has arrived whole is not kept.
        .transform(({ content, ...file }, context) => {
          const bytes = Buffer.from(content, 'base64')
          if (createHash('sha256').update(bytes).digest('hex') !== file.sha256)
            context.addIssue({ code: 'custom', path: ['sha256'], message: 'is not of these bytes' })
          return { ...file, size: bytes.length }
        })
    )
    .max(10)
})

/**
 * The body of `POST /acquirer/instructions`. `verify`: an authorization of nothing; `sale`: authorized and captured in one;
 * `of`: the reference of the authorization or sale that it is about. A `final` capture gives up what is left. `represent`: the
 * payee contests a chargeback and shows why; the money comes back if the card's issuer agrees, whenever that is.
 */
export const CardOrder = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('verify'), reference: Reference, token: Token }),
  z.strictObject({ operation: z.literal(['authorize', 'sale']), reference: Reference, token: Token, amount: Amount }),
  z.strictObject({
    operation: z.literal('capture'),
    reference: Reference,
    of: Reference,
    amount: Amount,
    final: z.boolean().default(false)
  }),
  z.strictObject({ operation: z.literal('refund'), reference: Reference, of: Reference, amount: Amount }),
  z.strictObject({ operation: z.literal('void'), reference: Reference, of: Reference }),
  z.strictObject({
    operation: z.literal('represent'),
    reference: Reference,
    of: Reference,
    chargeback: z.string().regex(CHARGEBACK_ID),
    amount: Amount,
    evidence: z.array(Evidence).max(100)
  })
])
export type CardOrder = z.output<typeof CardOrder>

/** A card as the acquirer keeps it: its number is gone, the fingerprint tells whether two tokens are of one card. */
export interface KnownCard {
  readonly token: string
  readonly fingerprint: string
  readonly brand: CardBrand
  readonly funding: CardFunding
  readonly last4: string
  readonly expiry_month: number
  readonly expiry_year: number
  /** Of a test card that does not simply work: its last four digits. */
  readonly magic?: string
}

/** An instruction that the acquirer has taken. */
export interface TakenOrder {
  readonly order: CardOrder
  readonly fate: Fate
  readonly reports: number
  /** In milliseconds of the sandbox's own clock. */
  readonly due_at: number
}

export interface CardInstruction extends TakenOrder {
  standing: Standing
}

/** A line of the acquirer's books on what it owes us: `in` raises it. */
export interface CardJournalLine {
  readonly seq: number
  readonly reference: string
  readonly operation: 'sale' | 'capture' | 'refund' | 'chargeback' | 'representment' | 'payout' | 'fee'
  /** The authorization or sale that it is about; a payout and its fee are about none. */
  readonly of?: string
  readonly amount: string
  readonly currency: CurrencyCode
  readonly direction: 'in' | 'out'
  readonly booked_at: string
}
