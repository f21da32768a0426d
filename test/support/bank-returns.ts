import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'
import { ended, expectSoon, idOf, topUp } from './top-ups.ts'

type Login = 'customer-a' | 'customer-b' | 'bench'

export interface AskedReturn {
  readonly bank?: 'a' | 'b'
  readonly reason?: string
  readonly charge?: string
  readonly reports?: number
}

/** Has the bank take back what it booked under that reference; answers what it calls the return. */
export async function takeBack({ sandbox }: Coffer, reference: string, asked: AskedReturn = {}): Promise<string> {
  const body = { bank: 'a', reason: 'account_closed', reference, ...asked }
  const response = await sandbox.admin('POST', '/returns', body)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return ((await response.json()) as { reference: string }).reference
}

/** The return of that wallet's latest, once it is there. */
export async function returnOf({ db, service }: Coffer, originalId: string): Promise<Answered> {
  const find = () => db.selectFrom('bank_return').select('id').where('original_id', '=', originalId).executeTakeFirst()
  await expectSoon(async () => (await find()) !== undefined, true)
  return service.get(`/v1/bank-returns/${(await find())!.id}`)
}

/** A top-up that has succeeded; in US cents. */
export async function toppedUp(coffer: Coffer, login: Login, amount: number): Promise<string> {
  const id = idOf(await topUp(coffer, login, amount))
  await ended(coffer, id)
  return id
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
