import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'
import { expectSoon, runOf, usd } from './top-ups.ts'
import { untilTold } from './until-told.ts'

type Login = 'customer-a' | 'customer-b' | 'bench'

/** What a seeded customer pays from: their bank account. */
export const byBank = (coffer: Coffer, login: Login) => ({
  funding: { type: 'bank_account', id: coffer.customer(login).bank_account_id }
})

/** Pays the seeded merchant from the customer's bank account; the amount in US cents. */
export function payByBank(
  coffer: Coffer,
  login: Login,
  amount: number,
  more: object = {},
  key?: string
): Promise<Answered> {
  const { wallet_id } = coffer.customer(login)
  const { merchant_id } = coffer.seeded.seed
  const order = { wallet_id, merchant_id, amount: usd(amount), ...byBank(coffer, login), ...more }
  return coffer.service.post('/v1/payments', order, key)
}

export const readPayment = ({ service }: Coffer, id: string): Promise<Answered> => service.get(`/v1/payments/${id}`)

/** The payment once it is over. */
export const paid = ({ service }: Coffer, id: string): Promise<Answered> =>
  service.until(`/v1/payments/${id}`, ({ state }) => state !== 'processing' && state !== 'requires_action')

/** Reads until the history has that type. */
export const untilPayment = ({ service }: Coffer, id: string, type: string): Promise<Answered> =>
  untilTold(service, `/v1/payments/${id}`, type)

/** Resolves once the bank's answer is lost or late and the run waits for its next question. */
export const askingForPayment = (coffer: Coffer, id: string): Promise<void> =>
  expectSoon(async () => {
    const { attributes } = await runOf(coffer, `payment/${id}`)
    return attributes['ProcessState'] === 'processing' && attributes['DeadlineAt'] !== undefined
  }, true)

/** Resolves once the acquirer's answer to a capture is lost and the run waits for its next question. */
export const askingForCapture = (coffer: Coffer, id: string): Promise<void> =>
  expectSoon(async () => {
    const { attributes } = await runOf(coffer, `payment/${id}`)
    const { capture_before } = (await coffer.service.get(`/v1/payments/${id}`)).body
    return attributes['DeadlineAt'] !== undefined && attributes['DeadlineAt'] !== capture_before
  }, true)

/** A merchant asks for that much; the request's id. */
export async function requestFor({ merchant }: Coffer, amount: number, more: object = {}): Promise<string> {
  const { body } = await merchant.post('/v1/payment-requests', { amount: usd(amount), ...more })
  return String(body['id'])
}

/** Posted balance of one account in US cents: what is owed on it. */
export async function owedTo({ db }: Coffer, kind: string, owner: string): Promise<number> {
  const row = await db
    .selectFrom('ledger_account')
    .select(['credits_posted', 'debits_posted'])
    .where('kind', '=', kind)
    .where('owner', '=', owner)
    .executeTakeFirst()
  return row ? Number(row.credits_posted - row.debits_posted) : 0
}
