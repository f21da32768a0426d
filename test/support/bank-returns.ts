import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'

type Login = 'customer-a' | 'customer-b' | 'bench'

export interface AskedReturn {
  readonly bank?: 'a' | 'b'
  readonly reason?: string
  readonly charge?: string
  readonly reports?: number
}

/**
 * Has the bank take back what it booked under that reference, for a reason that leaves the account as it is unless another one
 * is given; answers what it calls the return.
 */
export async function takeBack({ sandbox }: Coffer, reference: string, asked: AskedReturn = {}): Promise<string> {
  const body = { bank: 'a', reason: 'insufficient_funds', reference, ...asked }
  const response = await sandbox.admin('POST', '/returns', body)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return ((await response.json()) as { reference: string }).reference
}

/** The return of what was booked under that reference, once it is there. */
export async function returnOf({ service, finance }: Coffer, originalId: string): Promise<Answered> {
  const listed = (body: Record<string, unknown>) =>
    (body['data'] as { id: string; original_id: string }[]).find(({ original_id }) => original_id === originalId)
  const { body } = await finance.until('/v1/bank-returns?limit=100', (list) => listed(list) !== undefined)
  return service.get(`/v1/bank-returns/${listed(body)!.id}`)
}

/** Orders a top-up through the customer's bank; in US cents. */
export async function topUpOf({ service, customer }: Coffer, login: Login, amount: number): Promise<string> {
  const { wallet_id, bank_account_id } = customer(login)
  const money = { amount: String(amount), currency: 'USD' }
  const { body } = await service.post('/v1/top-ups', { wallet_id, bank_account_id, amount: money })
  return String(body['id'])
}

/** One that has succeeded. */
export async function toppedUp(coffer: Coffer, login: Login, amount: number): Promise<string> {
  const id = await topUpOf(coffer, login, amount)
  await coffer.service.until(`/v1/top-ups/${id}`, ({ state }) => state !== 'processing')
  return id
}

/** Minor units that the wallet can spend. */
export async function availableOf({ service, customer }: Coffer, login: Login): Promise<number> {
  const { body } = await service.get(`/v1/wallets/${customer(login).wallet_id}`)
  return Number((body['available'] as { amount: string }).amount)
}

/** Pays the seeded merchant from the balance. */
export async function pay(
  { service, customer, seeded }: Coffer,
  login: Login,
  amount: number,
  more: object = {}
): Promise<Answered> {
  const { wallet_id } = customer(login)
  const { merchant_id } = seeded.seed
  const money = { amount: String(amount), currency: 'USD' }
  return service.post('/v1/payments', { wallet_id, merchant_id, amount: money, ...more })
}

/** What a customer owes in the books, in US cents. */
export async function owedBy({ db, customer }: Coffer, login: Login): Promise<number> {
  const row = await db
    .selectFrom('ledger_account')
    .select(['debits_posted', 'credits_posted'])
    .where('kind', '=', 'customer_receivable')
    .where('owner', '=', customer(login).id)
    .executeTakeFirst()
  return row ? Number(row.debits_posted - row.credits_posted) : 0
}

/** Lets a bank account be used again that a return has suspended. */
export async function resumeAccount({ finance, customer }: Coffer, login: Login): Promise<Answered> {
  const lifted = { reason: 'a test', proof: 'the bank has rung back' }
  return finance.post(`/v1/bank-accounts/${customer(login).bank_account_id}/resume`, lifted)
}
