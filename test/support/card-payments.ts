import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'
import { linkCard, tokenise, untilCard } from './cards.ts'

type Login = 'customer-a' | 'customer-b'

/** Links a test card of a seeded customer; the card's id. */
export async function newCard(
  coffer: Coffer,
  login: Login = 'customer-a',
  number?: string,
  expiry?: { month: number; year: number }
): Promise<string> {
  const client = await coffer.asCustomer(login)
  const id = String((await linkCard(client, await tokenise(coffer.sandbox, number, expiry))).body['id'])
  await untilCard(client, id, 'linked')
  return id
}

/** Pays the seeded merchant by that card; the amount in US cents. */
export function payByCard(
  coffer: Coffer,
  card: string,
  amount: number,
  more: object = {},
  key?: string
): Promise<Answered> {
  const { wallet_id } = coffer.customer('customer-a')
  const { merchant_id } = coffer.seeded.seed
  const money = { amount: String(amount), currency: 'USD' }
  const order = { wallet_id, merchant_id, amount: money, funding: { type: 'card', id: card }, ...more }
  return coffer.service.post('/v1/payments', order, key)
}

/** What the acquirer's journal says of the payment. */
export async function journaled({ sandbox }: Coffer, paymentId: string): Promise<string[]> {
  const { lines } = await sandbox.journal('acquirer')
  return lines
    .filter(({ of }) => of === paymentId)
    .map(({ operation, direction, amount }) => `${operation} ${direction} ${amount}`)
}

/** The same, held by the acquirer until it is captured; the payment's id. */
export async function holdByCard(coffer: Coffer, card: string, amount: number, more: object = {}): Promise<string> {
  const id = String((await payByCard(coffer, card, amount, { capture: 'manual', ...more })).body['id'])
  await coffer.service.until(`/v1/payments/${id}`, ({ state }) => state === 'requires_capture')
  return id
}

/** Asks for a part, or without an amount (US cents) for the rest. */
export function capture(coffer: Coffer, id: string, amount?: number, more: object = {}): Promise<Answered> {
  const part = amount === undefined ? {} : { amount: { amount: String(amount), currency: 'USD' } }
  return coffer.merchant.post(`/v1/payments/${id}/capture`, { ...part, ...more })
}

/** The payment once the acquirer has said what became of the capture. */
export const untilCaptured = ({ service }: Coffer, id: string): Promise<Answered> =>
  service.until(
    `/v1/payments/${id}`,
    (body) => (body['last_capture'] as { state: string } | undefined)?.state !== 'pending'
  )
