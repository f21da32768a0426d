import { z } from 'zod'
import { cardBrands, cardFundings } from '../domain/card.ts'
import { CHARGEBACK_ID } from '../domain/chargeback.ts'
import { isCurrency, type CurrencyCode } from '../domain/currencies.ts'
import type {
  AcquirerAnswer,
  AcquirerInquiry,
  AcquirerPayout,
  AcquirerProvider,
  CardDetails,
  CardInstruction
} from './acquirer.ts'
import { exchange, type Exchange } from './exchange.ts'
import { createSignedExchange } from './signed-exchange.ts'
import { createRequestSigner, type UnsignedRequest } from './signed-request.ts'

interface HttpAcquirerOptions {
  /** Where the acquirer answers, e.g. `http://127.0.0.1:3001`. */
  readonly url: string
  /** Ed25519 private key, PKCS#8 in base64. */
  readonly signingKey: string
  /** How long an answer may take, in milliseconds; later it is `unknown`, and an inquiry tells. */
  readonly timeoutMs: number
}

const code = z.string().min(1).max(64)
const Card = z.object({
  fingerprint: z.string().min(1).max(128),
  brand: z.enum(cardBrands),
  funding: z.enum(cardFundings),
  last4: z.string().regex(/^[0-9]{4}$/),
  expiry_month: z.int().min(1).max(12),
  expiry_year: z.int().min(2000).max(2200)
})
const Chargeback = z.object({
  id: z.string().regex(CHARGEBACK_ID),
  reason: code,
  amount: z.string().regex(/^[1-9][0-9]*$/),
  previous: z.string().regex(CHARGEBACK_ID).optional()
})
const settled = {
  acquirer_reference: z.string().min(1).max(128),
  card: Card.optional(),
  chargebacks: z.array(Chargeback).optional()
}

const Answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('accepted'), ...settled }),
  z.object({ status: z.literal('declined'), code }),
  z.object({ status: z.literal('pending') })
])
const Inquiry = z.discriminatedUnion('status', [
  z.object({ status: z.literal('booked'), ...settled }),
  z.object({ status: z.literal('declined'), code }),
  z.object({ status: z.literal(['pending', 'not_found']) })
])

const Payouts = z.object({
  data: z.array(
    z.object({
      seq: z.int().positive(),
      reference: z.string().min(1).max(100),
      bank: z.enum(['a', 'b']),
      amount: z.string().regex(/^[1-9][0-9]{0,17}$/),
      fee: z.string().regex(/^(0|[1-9][0-9]{0,17})$/),
      currency: z.string().refine((text): text is CurrencyCode => isCurrency(text), 'not an ISO 4217 currency'),
      at: z.iso.datetime()
    })
  )
})

const Chargebacks = z.object({
  data: z.array(
    z.object({
      seq: z.int().positive(),
      id: z.string().regex(CHARGEBACK_ID),
      reference: z.string().min(1).max(100)
    })
  )
})

/** The card acquirer over signed HTTP; what it does not say clearly is `unknown`, as at the banks. */
export function createHttpAcquirer({ url, signingKey, timeoutMs }: HttpAcquirerOptions): AcquirerProvider {
  const sign = createRequestSigner(signingKey)
  const ask = (request: UnsignedRequest, signal?: AbortSignal) => exchange(sign, request, timeoutMs, signal)
  const read = createSignedExchange({ whom: 'the acquirer', signingKey, timeoutMs })
  const target = `${url}/acquirer/instructions`
  return {
    send: async (instruction, signal) =>
      toAnswer(await ask({ method: 'POST', url: target, body: bodyOf(instruction) }, signal)),
    inquire: async (reference, signal) =>
      toInquiry(await ask({ method: 'GET', url: `${target}/${encodeURIComponent(reference)}` }, signal)),
    listPayouts: async (after, signal) => {
      const { data } = await read({ method: 'GET', url: `${url}/acquirer/payouts?after=${after}` }, Payouts, signal)
      return data.map(({ amount, currency, ...payout }): AcquirerPayout => ({ ...payout, money: { amount, currency } }))
    },
    listChargebacks: async (after, signal) =>
      (await read({ method: 'GET', url: `${url}/acquirer/chargebacks?after=${after}` }, Chargebacks, signal)).data
  }
}

const toAnswer = (got: Exchange): AcquirerAnswer => {
  if (got.kind !== 'reply') return got
  const answer = Answer.safeParse(got.body)
  if (!answer.success) return { kind: 'unknown', reason: 'unparsable' }
  const { data } = answer
  if (data.status === 'declined') return { kind: 'declined', code: data.code }
  if (data.status === 'pending') return { kind: 'unknown', reason: 'pending' }
  return { kind: 'accepted', bankReference: data.acquirer_reference, card: data.card && toCard(data.card) }
}

/** An inquiry changes nothing that we rely on, so an acquirer that cannot be reached is simply one that did not tell. */
const toInquiry = (got: Exchange): AcquirerInquiry => {
  if (got.kind !== 'reply') return { kind: 'unknown', reason: got.reason }
  const inquiry = Inquiry.safeParse(got.body)
  if (!inquiry.success) return { kind: 'unknown', reason: 'unparsable' }
  const { data } = inquiry
  if (data.status === 'declined') return { kind: 'declined', code: data.code }
  if (data.status !== 'booked') return { kind: data.status }
  const { acquirer_reference: bankReference, card, chargebacks } = data
  return { kind: 'booked', bankReference, card: card && toCard(card), ...(chargebacks && { chargebacks }) }
}

const toCard = ({ expiry_month: month, expiry_year: year, ...card }: z.output<typeof Card>): CardDetails => ({
  ...card,
  expiry: { month, year }
})

function bodyOf(instruction: CardInstruction): string {
  if (!('money' in instruction)) return JSON.stringify(instruction)
  const { money: amount, ...rest } = instruction
  return JSON.stringify({ ...rest, amount })
}
