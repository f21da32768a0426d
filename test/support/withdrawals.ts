import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'
import { expectSoon, idOf, runOf, usd } from './top-ups.ts'

type Login = 'customer-a' | 'customer-b' | 'bench'

/** Orders a withdrawal for a seeded customer to their bank account; the amount in US cents. */
export function withdraw(
  coffer: Coffer,
  login: Login,
  amount: number,
  more: object = {},
  key?: string
): Promise<Answered> {
  const { wallet_id, bank_account_id } = coffer.customer(login)
  return coffer.service.post('/v1/withdrawals', { wallet_id, bank_account_id, amount: usd(amount), ...more }, key)
}

export const readWithdrawal = ({ service }: Coffer, id: string): Promise<Answered> =>
  service.get(`/v1/withdrawals/${id}`)

/** The customer says yes with their PIN. */
export async function confirm(
  coffer: Coffer,
  login: Login,
  id: string,
  pin = coffer.customer(login).pin,
  key?: string
) {
  return (await coffer.asCustomer(login)).post(`/v1/withdrawals/${id}/confirm`, { pin }, key)
}

/** The withdrawal once it is over. */
export const withdrawn = ({ service }: Coffer, id: string): Promise<Answered> =>
  service.until(`/v1/withdrawals/${id}`, ({ state }) => state !== 'processing' && state !== 'requires_action')

/** Reads until the history has that type. */
export const untilWithdrawal = ({ service }: Coffer, id: string, type: string): Promise<Answered> =>
  service.until(`/v1/withdrawals/${id}`, ({ timeline }) =>
    (timeline as { type: string }[]).some((row) => row.type === type)
  )

/** Orders and confirms; a first one to the account, which always has to be confirmed. */
export async function confirmed(coffer: Coffer, login: Login, amount: number): Promise<Answered> {
  const ordered = await withdraw(coffer, login, amount)
  if (ordered.body['state'] !== 'requires_action')
    throw new Error(`not to be confirmed: ${JSON.stringify(ordered.body)}`)
  return confirm(coffer, login, idOf(ordered))
}

/** What the wallet shows, in US cents. */
export async function walletOf({ service, customer }: Coffer, login: Login) {
  const { body } = await service.get(`/v1/wallets/${customer(login).wallet_id}`)
  const of = (name: string) => Number((body[name] as { amount: string }).amount)
  return { posted: of('posted'), pending: of('pending'), available: of('available') }
}

/** Resolves once the bank's answer is lost or late and the run waits for its next question. */
export const asking = (coffer: Coffer, id: string): Promise<void> =>
  expectSoon(async () => {
    const { attributes } = await runOf(coffer, `withdrawal/${id}`)
    return attributes['ProcessState'] === 'processing' && attributes['DeadlineAt'] !== undefined
  }, true)

/** What the limits have counted of what left the customer's wallets, in US cents: today and this month, highest first. */
export async function outgoingOf({ db, customer }: Coffer, login: Login): Promise<number[]> {
  const rows = await db
    .selectFrom('limit_counter')
    .select('used')
    .where('id', 'like', `limit/${customer(login).id}/%`)
    .orderBy('id')
    .execute()
  return rows.map(({ used }) => Number(used))
}

/** Moves to the next day's noon where the customers live: velocity and limits of the day before are over. */
export async function nextNoon({ pool, advanceClock }: Coffer): Promise<void> {
  const { rows } = await pool.query<{ ms: number }>(
    `select (extract(epoch from (date_trunc('day', business_now() at time zone 'Europe/Berlin') + interval '36 hours')
       at time zone 'Europe/Berlin' - business_now()) * 1000)::integer as ms`
  )
  await advanceClock(rows[0]!.ms)
}
