import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { Client as TemporalClient, Connection } from '@temporalio/client'
import { testContext } from './context.ts'
import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'

export { callBack } from './call-back.ts'

type Login = 'customer-a' | 'customer-b' | 'bench'

export const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

/** Short, since a bank that hangs is waited for in real time. */
export const impatient = { bank: { send_timeout_ms: 3_000, inquiry_timeout_ms: 3_000 } }

/** Orders a top-up for a seeded customer through their bank; the amount in US cents. */
export function topUp(
  coffer: Coffer,
  login: Login,
  amount: number,
  more: object = {},
  key?: string
): Promise<Answered> {
  const { wallet_id, bank_account_id } = coffer.customer(login)
  return coffer.service.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(amount), ...more }, key)
}

export const idOf = ({ body }: Answered): string => String(body['id'])

/** The top-up once it is over. */
export const ended = ({ service }: Coffer, id: string): Promise<Answered> =>
  service.until(`/v1/top-ups/${id}`, ({ state }) => state !== 'processing')

/** The types of its history, oldest first. */
export const historyOf = ({ body }: Answered): string[] =>
  (body['timeline'] as { type: string }[]).map(({ type }) => type)

/** Reads until the history has that type. */
export const until = ({ service }: Coffer, id: string, type: string): Promise<Answered> =>
  service.until(`/v1/top-ups/${id}`, ({ timeline }) =>
    (timeline as { type: string }[]).some((row) => row.type === type)
  )

/** Reads a top-up by SQL: nothing of it may be where callers cannot see it. */
export async function balanceOf({ db, customer }: Coffer, login: Login): Promise<{ posted: bigint; onTheWay: bigint }> {
  const { wallet_id } = customer(login)
  const wallet = await db
    .selectFrom('ledger_account')
    .select(['credits_posted', 'debits_posted'])
    .where('kind', '=', 'wallet')
    .where('owner', '=', wallet_id)
    .executeTakeFirst()
  const counter = await db
    .selectFrom('limit_counter')
    .select('used')
    .where('id', '=', `top-up-processing/${wallet_id}`)
    .executeTakeFirst()
  return { posted: wallet ? wallet.credits_posted - wallet.debits_posted : 0n, onTheWay: counter?.used ?? 0n }
}

/** What stands on a bank's suspense account, in US cents. */
export async function suspenseOf({ db }: Coffer, bank: 'a' | 'b'): Promise<bigint> {
  const row = await db
    .selectFrom('ledger_account')
    .select(['credits_posted', 'debits_posted'])
    .where('kind', '=', 'suspense')
    .where('owner', '=', bank)
    .executeTakeFirst()
  return row ? row.credits_posted - row.debits_posted : 0n
}

/** How many lines the bank's own journal has for the reference. */
export async function bookedTimes({ sandbox }: Coffer, bank: 'a' | 'b', reference: string): Promise<number> {
  const { lines } = await sandbox.journal(bank)
  return lines.filter((line) => line.reference === reference).length
}

/** How often a rule of the sandbox has acted. */
export async function usesOf({ sandbox }: Coffer, ruleId: string): Promise<number> {
  const { data } = (await (await sandbox.admin('GET', '/rules')).json()) as { data: { id: string; used: number }[] }
  return data.find(({ id }) => id === ruleId)!.used
}

/** What operators see of the run in Temporal. */
export async function runOf(
  { namespaceAndQueue: { namespace } }: Coffer,
  workflowId: string
): Promise<{ status: string; attributes: Record<string, string> }> {
  const connection = await Connection.connect({ address: testContext().temporalAddress })
  try {
    const described = await new TemporalClient({ connection, namespace }).workflow.getHandle(workflowId).describe()
    const attributes = described.typedSearchAttributes
      .getAll()
      .map(({ key, value }) => [key.name, value instanceof Date ? value.toISOString() : String(value)])
    return { status: described.status.name, attributes: Object.fromEntries(attributes) as Record<string, string> }
  } finally {
    await connection.close()
  }
}

/** Resolves once the bank's answer is lost or late and the run waits for its next question, which is at this instant. */
export async function waiting(coffer: Coffer, id: string): Promise<string> {
  const { attributes } = await pollUntil(
    () => runOf(coffer, `top-up/${id}`),
    (run) => run.attributes['DeadlineAt'] !== undefined
  )
  return attributes['DeadlineAt']!
}

/** Asks until the answer is right, for at most ten seconds: then it shows what it was instead. */
export async function expectSoon<Value>(ask: () => Promise<Value>, wanted: Value): Promise<void> {
  strictEqual(await pollUntil(ask, (got) => got === wanted), wanted)
}

async function pollUntil<Value>(ask: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  const giveUpAt = performance.now() + 10_000
  for (;;) {
    const got = await ask()
    if (isSo(got) || performance.now() > giveUpAt) return got
    await pause(20)
  }
}

export function expectState(answered: Answered, state: string, declineCode?: string): void {
  deepStrictEqual({ state: answered.body['state'], code: answered.body['decline_code'] }, { state, code: declineCode })
}
