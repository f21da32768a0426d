import { randomUUID } from 'node:crypto'
import { account } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'
import { settlementDayAt } from '../../domain/settlement-cut.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import { pay } from './bank-returns.ts'
import type { Answered, Client } from './client.ts'
import type { Coffer } from './coffer.ts'

const HOUR_MS = 3_600_000
const USD = currency('USD')

export const businessNow = async ({ pool }: Pick<Coffer, 'pool'>): Promise<Date> =>
  (await pool.query<{ now: Date }>('select business_now() as now')).rows[0]!.now

/** Moves the clock until what was captured by now is due, weekends included. */
export async function untilDue(coffer: Coffer): Promise<void> {
  const now = await businessNow(coffer)
  let then = now
  while (settlementDayAt(then, defaultPolicy).cutOff <= now) then = new Date(then.getTime() + HOUR_MS)
  await coffer.advanceClock(then.getTime() - now.getTime())
}

/** Sells to the customer without limits: pays the seeded merchant from the balance, in US cents. */
export async function sell(coffer: Coffer, amount: number): Promise<void> {
  const paid = await pay(coffer, 'bench', amount)
  if (paid.body['state'] !== 'succeeded') throw new Error(JSON.stringify(paid.body))
}

/** Has the seeded merchant settled now. */
export const settleNow = ({ merchant, seeded }: Coffer, by: Client = merchant, key?: string): Promise<Answered> =>
  by.post('/v1/settlements', { merchant_id: seeded.seed.merchant_id }, key)

/** The same of so much that is due. */
export async function settled(coffer: Coffer, sold: number): Promise<Answered> {
  await sell(coffer, sold)
  await untilDue(coffer)
  return settleNow(coffer)
}

/** The settlement once it is over. */
export const over = ({ merchant }: Pick<Coffer, 'merchant'>, id: string): Promise<Answered> =>
  merchant.until(`/v1/settlements/${id}`, ({ state }) => state === 'paid' || state === 'failed')

/** What the merchant has with us, in US cents. */
export async function balanceOf({ merchant, seeded }: Coffer) {
  const { body } = await merchant.get(`/v1/merchants/${seeded.seed.merchant_id}/balance`)
  const of = (name: string) => Number((body[name] as { amount: string }).amount)
  const names = ['payable', 'due', 'reserve', 'owed', 'in_settlement'] as const
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<(typeof names)[number], number>
}

/** Books on the merchant's accounts what processes book that are not looked at here; US cents. */
export async function book(
  { pool, seeded }: Coffer,
  what: 'owes' | 'repaid' | 'refunded',
  amount: bigint,
  code = `test.${what}`
): Promise<void> {
  const merchant = seeded.seed.merchant_id
  const payable = account('merchant_payable', merchant, USD)
  const receivable = account('merchant_receivable', merchant, USD)
  const income = account('fee_income', 'chargeback', USD)
  const sides = {
    owes: { debit: receivable, credit: income },
    repaid: { debit: income, credit: receivable },
    refunded: { debit: payable, credit: account('capital', '', USD) }
  }[what]
  const ledger = new PostingQueue({ pool, writers: [] })
  const postings = [{ op: 'post' as const, ...sides, amount, code }]
  const { status } = await ledger.post({ key: `test:${what}:${randomUUID()}`, fingerprint: what, postings })
  if (status !== 'posted') throw new Error(`it was not booked: ${status}`)
}

/** Another account of the merchant's, by its last eight digits. */
export const changeAccount = ({ merchant, seeded }: Coffer, iban: string): Promise<Answered> =>
  merchant.post(`/v1/merchants/${seeded.seed.merchant_id}/settlement-account`, { iban })

/** The settlement's CSV as rows of cells. */
export async function csvOf({ api, seeded }: Coffer, id: string): Promise<string[][]> {
  const headers = { authorization: `Bearer ${seeded.keys.merchant}` }
  const response = await fetch(`${api.url}/v1/settlements/${id}/statement.csv`, { headers })
  if (response.headers.get('content-type') !== 'text/csv; charset=utf-8') throw new Error(await response.text())
  return (await response.text())
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','))
}
