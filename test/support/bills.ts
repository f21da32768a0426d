import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'

type Login = 'customer-a' | 'customer-b' | 'bench'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

let last = 0

/** A number at City Power that no other test has. */
export function newAccount(): string {
  const head = `1${String((last += 1)).padStart(8, '0')}`
  const sum = [...head].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return `${head}${(10 - (sum % 10)) % 10}`
}

export interface Bill {
  readonly biller?: string
  readonly account: string
  readonly reference: string
  readonly amount: number
  readonly due?: string
}

/** Has the biller issue a bill, or change it; US cents. */
export async function issue({ sandbox }: Coffer, { biller = 'city-power', account, reference, amount, due }: Bill) {
  const body = {
    biller,
    account_number: account,
    bill_reference: reference,
    amount: usd(amount),
    due_date: due ?? '2030-01-31'
  }
  const answered = await sandbox.admin('POST', '/bills', body)
  if (answered.status !== 201) throw new Error(`no bill was issued: ${answered.status}`)
}

/** A biller of the directory, by what the network calls it. */
export async function billerOf({ db }: Coffer, code: string): Promise<string> {
  const { id } = await db.selectFrom('biller').select('id').where('network_code', '=', code).executeTakeFirstOrThrow()
  return id
}

/** Orders the payment of what is due, or of what `more` says. */
export async function payBill(
  coffer: Coffer,
  login: Login,
  account: string,
  more: { readonly biller?: string; readonly [field: string]: unknown } = {},
  key?: string
): Promise<Answered> {
  const { biller = 'city-power', ...rest } = more
  const body = {
    wallet_id: coffer.customer(login).wallet_id,
    biller_id: await billerOf(coffer, biller),
    account_number: account,
    ...rest
  }
  return coffer.service.post('/v1/bill-payments', body, key)
}

export const readBill = ({ service }: Coffer, id: string): Promise<Answered> => service.get(`/v1/bill-payments/${id}`)

/** The payment once it is in that state. */
export const untilBill = ({ service }: Coffer, id: string, ...states: string[]): Promise<Answered> =>
  service.until(`/v1/bill-payments/${id}`, ({ state }) => states.includes(String(state)))

/** The payment once its history has that type. */
export const untilTold = ({ service }: Coffer, id: string, type: string): Promise<Answered> =>
  service.until(`/v1/bill-payments/${id}`, ({ timeline }) =>
    (timeline as { type: string }[]).some((row) => row.type === type)
  )

/** How often the network has booked a payment under that reference. */
export async function paidTimes({ sandbox }: Coffer, id: string): Promise<number> {
  const answered = await sandbox.admin('GET', '/journal?bank=billers')
  const { data } = (await answered.json()) as { data: { reference: string; operation: string }[] }
  return data.filter(({ reference, operation }) => reference === id && operation === 'pay').length
}

/** The customer says yes with their PIN. */
export async function approveBill(
  coffer: Coffer,
  login: Login,
  id: string,
  pin = coffer.customer(login).pin,
  key?: string
): Promise<Answered> {
  return (await coffer.asCustomer(login)).post(`/v1/bill-payments/${id}/approve`, { pin }, key)
}
