import { createHash } from 'node:crypto'
import { accountKinds, type AccountKind } from '../../domain/account-kinds.ts'
import type { Answered, Client } from './client.ts'
import { owedTo } from './bank-payments.ts'
import type { Coffer } from './coffer.ts'
import { idOf, usd } from './top-ups.ts'
import { untilTold } from './until-told.ts'

type Login = 'customer-a' | 'customer-b' | 'bench'

export const DAY_MS = 86_400_000

/** Pays the seeded merchant from the balance, in US cents; answers the payment's id. */
export async function paid({ service, customer, seeded }: Coffer, login: Login, amount: number): Promise<string> {
  const { wallet_id } = customer(login)
  const { merchant_id } = seeded.seed
  const made = await service.post('/v1/payments', { wallet_id, merchant_id, amount: usd(amount) })
  if (made.body['state'] !== 'succeeded') throw new Error(`not paid: ${JSON.stringify(made.body)}`)
  return idOf(made)
}

/** For the customer, by their backend; all of the payment unless `more` says otherwise. */
export const dispute = (
  { service }: Coffer,
  paymentId: string,
  reason: string,
  more: object = {},
  key?: string
): Promise<Answered> =>
  service.post('/v1/disputes', { payment_id: paymentId, reason, narrative: 'It never came.', ...more }, key)

/** As the customer's backend sees it. */
export const readDispute = ({ service }: Coffer, id: string): Promise<Answered> => service.get(`/v1/disputes/${id}`)

export const untilState = ({ service }: Coffer, id: string, state: string): Promise<Answered> =>
  service.until(`/v1/disputes/${id}`, (body) => body['state'] === state)

/** Until the history has that type, so many times. */
export const untilEvent = ({ service }: Coffer, id: string, type: string, times = 1): Promise<Answered> =>
  untilTold(service, `/v1/disputes/${id}`, type, times)

export const submit = (by: Client, id: string, body: object): Promise<Answered> =>
  by.post(`/v1/disputes/${id}/submit-evidence`, body)

/** A file as it is uploaded. */
export const file = (content: string | Buffer, more: object = {}): { sha256: string } & Record<string, unknown> => {
  const bytes = Buffer.from(content)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name: 'note.txt', media_type: 'text/plain', sha256, content: bytes.toString('base64'), ...more }
}

export const reviewers = ({ as, seeded }: Coffer): readonly [Client, Client] => [
  as(seeded.keys.reviewer),
  as(seeded.keys.reviewer_2)
]

export const decide = (by: Client, id: string, outcome: 'won' | 'lost'): Promise<Answered> =>
  by.post(`/v1/disputes/${id}/decide`, { outcome, reason: 'what was shown says so' })

/** Fraud, answered by the merchant, with the time to show anything over. */
export async function beforeReviewer(coffer: Coffer, login: Login, amount: number, reason = 'fraud'): Promise<string> {
  const id = idOf(await dispute(coffer, await paid(coffer, login, amount), reason))
  await submit(coffer.merchant, id, { text: 'It was signed for.' })
  await coffer.advanceClock(10 * DAY_MS)
  return id
}

/** The posted balance of that account, in US cents; what was never opened is 0. */
export async function booked(coffer: Coffer, kind: AccountKind, owner: string): Promise<number> {
  const owed = await owedTo(coffer, kind, owner)
  return accountKinds[kind].side === 'C' ? owed : 0 - owed
}

/** What the parties have, in US cents. */
export async function standing(coffer: Coffer, login: Login) {
  const { merchant_id } = coffer.seeded.seed
  return {
    wallet: await booked(coffer, 'wallet', coffer.customer(login).wallet_id),
    payable: await booked(coffer, 'merchant_payable', merchant_id),
    receivable: await booked(coffer, 'merchant_receivable', merchant_id),
    fees: await booked(coffer, 'fee_income', 'chargeback')
  }
}

/** How much it was changed since. */
export function since(
  before: Awaited<ReturnType<typeof standing>>,
  now: Awaited<ReturnType<typeof standing>>
): Awaited<ReturnType<typeof standing>> {
  return {
    wallet: now.wallet - before.wallet,
    payable: now.payable - before.payable,
    receivable: now.receivable - before.receivable,
    fees: now.fees - before.fees
  }
}
