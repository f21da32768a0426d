import { sql } from 'kysely'
import { waitUntil } from '../../local/wait-until.ts'
import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'

export const DAY_MS = 86_400_000
// Not those of `bills.ts`: replay histories are recorded with this, outside of jest.
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })
/** A number at City Power; several mandates may pay one account. */
const ACCOUNT = '1000000008'
type Login = 'customer-a' | 'customer-b' | 'bench'

export interface Wanted {
  readonly biller?: string
  readonly account_number?: string
  readonly [field: string]: unknown
}

/** Orders a mandate of 12.00 USD to City Power, unless `more` says otherwise. */
export async function mandate(coffer: Coffer, login: Login, more: Wanted, key?: string): Promise<Answered> {
  const { biller = 'city-power', ...rest } = more
  const body = {
    wallet_id: coffer.customer(login).wallet_id,
    biller_id: await billerId(coffer, biller),
    account_number: ACCOUNT,
    amount: { fixed: usd(1_200) },
    ...rest
  }
  return coffer.service.post('/v1/mandates', body, key)
}

async function billerId({ db }: Coffer, code: string): Promise<string> {
  const { id } = await db.selectFrom('biller').select('id').where('network_code', '=', code).executeTakeFirstOrThrow()
  return id
}

/** The same, and it was made. */
export async function made(coffer: Coffer, login: Login, more: Wanted): Promise<string> {
  const { status, body } = await mandate(coffer, login, more)
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

export const decide = (coffer: Coffer, id: string, verb: string, body: object = {}, key?: string): Promise<Answered> =>
  coffer.service.post(`/v1/mandates/${id}/${verb}`, body, key)

export interface Upcoming {
  readonly period: string
  readonly date: string
  readonly debit_at: string
  readonly announce_at: string
  readonly changeable_until: string
  readonly amount: { readonly amount: string }
  readonly state: string
  readonly bill_payment_id?: string
}

export async function upcoming({ service }: Coffer, id: string, count = 12): Promise<Upcoming[]> {
  const { body } = await service.get(`/v1/mandates/${id}/upcoming?count=${count}`)
  return body['data'] as Upcoming[]
}

/** Business time. */
export async function businessNow({ db }: Coffer): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select business_now() as now`.execute(db)
  return rows[0]!.now
}

/** Moves the clock to a business time, and waits until nothing that was due then is left to be done. */
export async function advanceTo(coffer: Coffer, at: Date | string): Promise<void> {
  const byMs = new Date(at).getTime() - (await businessNow(coffer)).getTime()
  if (byMs > 0) await coffer.advanceClock(byMs)
  await quiet(coffer)
}

/** Resolves when everything due is announced, and no announced payment whose time has come waits for its run. */
export const quiet = ({ db }: Coffer): Promise<void> =>
  waitUntil(
    async () => {
      const { rows } = await sql<{ left: bigint }>`
        select (select count(*) from mandate where next_announce_at <= business_now())
          + (select count(*) from bill_payment b join process p on p.id = b.id
              where p.state = 'announced' and b.debit_at <= business_now() or p.state = 'processing') as left`.execute(
        db
      )
      return rows[0]!.left === 0n
    },
    { limitMs: 60_000, otherwise: 'something that was due is left to be done' }
  )

export interface Paid {
  readonly period: string
  readonly state: string
  readonly decline_code: string | null
  readonly amount: bigint | null
  readonly debit_at: Date
}

/** A mandate's payments by period. */
export async function paymentsOf({ db }: Coffer, id: string): Promise<Paid[]> {
  const { rows } = await sql<Paid>`
    select b.period, p.state, b.decline_code, b.amount, b.debit_at
      from bill_payment b join process p on p.id = b.id where b.mandate_id = ${id} order by b.period`.execute(db)
  return rows
}

/** In one line each: `2027-01-31 paid`, `2027-02-28 skipped mandate_paused`. */
export const told = (payments: readonly Paid[]): string[] =>
  payments.map(({ period, state, decline_code }) => [period, state, decline_code].filter(Boolean).join(' '))

/** The date so many days from today, where the customers live. */
export async function inDays(coffer: Coffer, days: number, zone = 'Europe/Berlin'): Promise<string> {
  const at = new Date((await businessNow(coffer)).getTime() + days * DAY_MS)
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at)
}

/** A rule whose first date is that one. */
export const monthlyFrom = (date: string) => ({ rule: { every: 'month', day: Number(date.slice(8)) }, start: date })
