import type { Answered, Client } from './client.ts'
import type { Coffer } from './coffer.ts'
import { usd } from './top-ups.ts'

export const DAY_MS = 86_400_000
export const idOf = ({ body }: Answered): string => String(body['id'])

export const reviewers = ({ as, seeded }: Coffer): { reviewer: Client; reviewer2: Client } => ({
  reviewer: as(seeded.keys.reviewer),
  reviewer2: as(seeded.keys.reviewer_2)
})

/** Has an admin say so; answers the rule. */
export const addRule = ({ admin }: Coffer, rule: object): Promise<Answered> =>
  admin.post('/v1/risk-rules', { outcome: 'hold_for_review', reason: 'a hint from the police', ...rule })

/** Everything works again as if there were no rules of admins. */
export async function removeRules({ admin }: Coffer): Promise<void> {
  const { body } = await admin.get('/v1/risk-rules?limit=100')
  for (const { id } of body['data'] as { id: string }[]) await admin.delete(`/v1/risk-rules/${id}`)
}

export const pay = (coffer: Coffer, amount: number, more: object = {}, key?: string): Promise<Answered> =>
  coffer.service.post(
    '/v1/payments',
    {
      wallet_id: coffer.customer('customer-a').wallet_id,
      merchant_id: coffer.seeded.seed.merchant_id,
      amount: usd(amount),
      ...more
    },
    key
  )

/** A withdrawal or a top-up of a seeded customer through their bank. */
export const order = (
  { service, customer }: Coffer,
  things: 'withdrawals' | 'top-ups',
  amount: number,
  login: 'customer-a' | 'customer-b' | 'bench' = 'customer-a'
): Promise<Answered> => {
  const { wallet_id, bank_account_id } = customer(login)
  return service.post(`/v1/${things}`, { wallet_id, bank_account_id, amount: usd(amount) })
}

/** The review of what is held up has its digits. */
export const reviewIdOf = (id: string): string => `rev_${id.slice(id.indexOf('_') + 1)}`

/** What waits for reviewers, by id. */
export const openReviews = async (coffer: Coffer): Promise<string[]> => {
  const { body } = await reviewers(coffer).reviewer.get('/v1/reviews?state=open&kind=risk-hold')
  return (body['data'] as { id: string }[]).map(({ id }) => id)
}

export const typesOf = ({ body }: Answered): string[] =>
  (body['timeline'] as { type: string }[]).map(({ type }) => type)

export const availableOf = async ({ service, customer }: Coffer, login: 'customer-a'): Promise<string> => {
  const { body } = await service.get(`/v1/wallets/${customer(login).wallet_id}`)
  return (body['available'] as { amount: string }).amount
}
