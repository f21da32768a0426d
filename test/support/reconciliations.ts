import { randomUUID } from 'node:crypto'
import { dayAfter, dayOf } from '../../domain/reconciliation.ts'
import { waitUntil } from '../../local/wait-until.ts'
import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'

export const DAY_MS = 86_400_000

type Bank = 'a' | 'b'

export interface Item {
  readonly id: string
  readonly class: string
  readonly state: string
  readonly reference: string
  readonly amount: { readonly amount: string; readonly currency: string }
  readonly expected: { readonly amount: string } | null
  readonly said: { readonly amount: string } | null
  readonly cleared_by: string | null
  readonly account: string | null
  readonly age_days: number
}

/** Moves to ten in the morning of the next UTC day: answers the day that is over. */
export async function endDay(coffer: Coffer): Promise<string> {
  const { rows } = await coffer.pool.query<{ now: Date }>('select business_now() as now')
  const day = dayOf(rows[0]!.now)
  await coffer.advanceClock(Date.parse(`${dayAfter(day)}T10:00:00Z`) - rows[0]!.now.getTime())
  return day
}

/** Has a bank's day reconciled, with those before it, and answers what became of it once all of it is booked. */
export async function reconcile({ finance }: Coffer, bank: Bank, date: string): Promise<Answered> {
  const asked = await finance.post('/v1/reconciliations', { bank, date })
  if (asked.status >= 300) throw new Error(`${asked.status} ${JSON.stringify(asked.body)}`)
  return booked(finance, String(asked.body['id']))
}

export const booked = (finance: Coffer['finance'], id: string): Promise<Answered> =>
  finance.until(`/v1/reconciliations/${id}`, ({ state }) => state === 'balanced' || state === 'open_items')

export const itemsOf = ({ body }: Answered): readonly Item[] => (body['items'] as { data: Item[] }).data

/** Plants it on the bank's statements; answers what the sandbox calls it. */
export async function plant({ sandbox }: Coffer, fault: object): Promise<{ id: string; at: string }> {
  const response = await sandbox.admin('POST', '/statement-faults', { bank: 'a', ...fault })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as { id: string; at: string }
}

/** The bank's file of a day, as its operators see it. */
export async function fileOf({ sandbox }: Coffer, bank: Bank, file: string): Promise<string> {
  const response = await sandbox.admin('GET', `/statements/${bank}/${file}`)
  return response.text()
}

/** Brings a statement, as a person does who got it by mail. */
export async function bring(
  { api, seeded }: Coffer,
  content: string,
  type = 'application/xml',
  key: string = randomUUID()
): Promise<Answered> {
  const response = await fetch(`${api.url}/v1/reconciliations/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${seeded.keys.finance}`, 'content-type': type, 'idempotency-key': key },
    body: content
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>
  }
}

/** What an account of our books has, in minor units on its own side. */
export async function balanceOf({ pool }: Coffer, kind: string, owner: string, currency = 'USD'): Promise<bigint> {
  const { rows } = await pool.query<{ balance: bigint }>(
    `select case side when 'D' then debits_posted - credits_posted else credits_posted - debits_posted end as balance
       from ledger_account where kind = $1 and owner = $2 and currency = $3`,
    [kind, owner, currency]
  )
  return BigInt(rows[0]?.balance ?? 0)
}

/** What the statement closed with in a currency, in minor units. */
export const closingOf = ({ body }: Answered, currency = 'USD'): bigint => {
  const statements = body['statements'] as { closing: { amount: string; currency: string } }[]
  return BigInt(statements.find(({ closing }) => closing.currency === currency)!.closing.amount)
}

/** Reads until the item is cleared. */
export async function clearedItem({ finance }: Coffer, id: string, itemId: string): Promise<Item> {
  let found: Item | undefined
  const isCleared = async () => {
    found = itemsOf(await finance.get(`/v1/reconciliations/${id}?limit=100`)).find((item) => item.id === itemId)
    return found?.state === 'cleared'
  }
  await waitUntil(isCleared, { limitMs: 30_000, otherwise: `${itemId} stayed open` })
  return found!
}
