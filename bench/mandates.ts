import { setTimeout as pause } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { connect } from '../db/connect.ts'
import type { Database } from '../db/schema.ts'
import type { Credentials } from '../local/credentials.ts'
import { post } from './http-load.ts'
import { withInstallation } from './installation.ts'

/** How many bills are due in the same minute, where nothing else is said. */
export const MANDATES = 5_000
/** One customer has nearly all of them, each of the others so many. */
const OF_OTHERS = 50
const CREATING_AT_ONCE = 16
/** Each with its run and its Schedule; two slow processors make some 20. */
const CREATED_PER_S = 15
/** Real time between the end of creation and the first announcement, and from there to the debit. */
const LEAD_MS = 60_000
const NOTICE_MS = 240_000
const JITTER_MS = 60_000
const LIMIT_MS = 20 * 60_000
const CENTS = '150'

/** Of one half of a mandate's day: what happened how soon after the minute in which it was due, and how fast. */
interface Spread {
  readonly first_s: number
  readonly median_s: number
  readonly last_s: number
  readonly per_s: number
}

export interface MandateFigures {
  readonly mandates: number
  readonly created_per_s: number
  readonly announced: Spread
  readonly paid: Spread
  /** The median delay of who has few bills, as a multiple of the median of who has nearly all. */
  readonly fairness: number
  /** Paid more than once, or not at all. */
  readonly wrong: number
  readonly error_rate: number
}

/**
 * Bills of so many mandates that are due in the same minute, by Temporal's own Schedules and timers: announced by each Schedule,
 * debited by each payment's run. The clock is not moved.
 */
export async function benchMandates(say: (line: string) => void, count = MANDATES): Promise<MandateFigures> {
  const policy = { mandate: { notice_ms: NOTICE_MS, jitter_ms: JITTER_MS } }
  return withInstallation(policy, async (credentials) => {
    const handle = connect({ url: credentials.database_url, poolMax: 2, applicationName: 'coffer-bench' })
    try {
      return await measure(credentials, handle.db, count, say)
    } finally {
      await handle.close()
    }
  })
}

async function measure(
  credentials: Credentials,
  db: Kysely<Database>,
  count: number,
  say: (line: string) => void
): Promise<MandateFigures> {
  const { customers } = credentials.seed
  const big = customers.find(({ policy }) => policy === 'unlimited')!
  const others = customers.filter((customer) => customer !== big)
  await fund(credentials, big, count)
  for (const other of others) await fund(credentials, other, OF_OTHERS)
  const payers = [
    ...Array.from({ length: count - others.length * OF_OTHERS }, () => big),
    ...others.flatMap((other) => Array.from({ length: OF_OTHERS }, () => other))
  ]
  const debitAt = minuteAfter(Date.now() + (count / CREATED_PER_S) * 1_000 + LEAD_MS + NOTICE_MS)
  const startedAt = performance.now()
  const failed = await createAll(credentials, payers, debitAt, say)
  const createdPerS = (count * 1_000) / (performance.now() - startedAt)
  say(`${count - failed} mandates made, ${createdPerS.toFixed(0)} a second; due at ${debitAt.toISOString()}`)
  if (Date.now() > debitAt.getTime() - NOTICE_MS) throw new Error('creation took longer than the time for it')
  await untilOver(db, count - failed, debitAt, say)
  const announced = await delays(db, 'announced', debitAt.getTime() - NOTICE_MS)
  const paid = await delays(db, 'paid', debitAt.getTime())
  const few = paid.filter(({ customer }) => customer !== big.id)
  const many = paid.filter(({ customer }) => customer === big.id)
  const wrong = await countWrong(credentials, count - failed)
  return {
    mandates: count,
    created_per_s: round(createdPerS),
    announced: spreadOf(announced),
    paid: spreadOf(paid),
    fairness: round(medianOf(few) / medianOf(many)),
    wrong,
    error_rate: (failed + wrong) / count
  }
}

type Payer = Credentials['seed']['customers'][number]

const minuteAfter = (ms: number): Date => new Date(Math.ceil(ms / 60_000) * 60_000)

/** By the bank, twice what the bills need. */
async function fund(credentials: Credentials, { wallet_id, bank_account_id }: Payer, bills: number): Promise<void> {
  const amount = { amount: String(bills * Number(CENTS) * 2), currency: 'USD' }
  await post(credentials, 'top-ups', { wallet_id, bank_account_id, amount })
}

/** @returns how many were refused */
async function createAll(
  credentials: Credentials,
  payers: readonly Payer[],
  debitAt: Date,
  say: (line: string) => void
): Promise<number> {
  const [date, time] = [debitAt.toISOString().slice(0, 10), debitAt.toISOString().slice(11, 16)]
  const rest = payers.entries()
  let failed = 0
  const oneByOne = async () => {
    for (const [index, { wallet_id }] of rest) {
      const mandate = {
        wallet_id,
        biller_id: credentials.seed.biller_id,
        account_number: '1000000008',
        amount: { fixed: { amount: CENTS, currency: 'USD' } },
        rule: { every: 'month', day: debitAt.getUTCDate() },
        ...{ zone: 'UTC', time, start: date }
      }
      await post(credentials, 'mandates', mandate).catch((error: unknown) => {
        failed += 1
        if (failed === 1) say(`refused: ${String(error)}`)
      })
      if ((index + 1) % 1_000 === 0) say(`${index + 1} mandates`)
    }
  }
  await Promise.all(Array.from({ length: CREATING_AT_ONCE }, oneByOne))
  return failed
}

async function untilOver(
  db: Kysely<Database>,
  wanted: number,
  debitAt: Date,
  say: (line: string) => void
): Promise<void> {
  for (let before = ''; ; await pause(2_000)) {
    const rows = await db
      .selectFrom('bill_payment')
      .innerJoin('process', 'process.id', 'bill_payment.id')
      .select(['process.state', (eb) => eb.fn.countAll<bigint>().as('count')])
      .groupBy('process.state')
      .execute()
    const now = rows.map(({ state, count }) => `${count} ${state}`).join(', ')
    if (now !== before) say(now)
    before = now
    if (Number(rows.find(({ state }) => state === 'paid')?.count ?? 0) >= wanted) return
    if (Date.now() > debitAt.getTime() + LIMIT_MS) return
  }
}

interface Delay {
  readonly customer: string
  /** Real seconds after the minute. */
  readonly seconds: number
}

/** When each payment reached a state, in the order of time. */
async function delays(db: Kysely<Database>, state: string, from: number): Promise<Delay[]> {
  const { rows } = await sql<Delay>`
    select customer_id as customer, (extract(epoch from created_at) - ${from / 1_000})::double precision as seconds
      from event where type = ${`bill_payment.${state}`} order by created_at`.execute(db)
  return rows
}

function spreadOf(delays: readonly Delay[]): Spread {
  const [first, last] = [delays[0]?.seconds ?? Number.NaN, delays.at(-1)?.seconds ?? Number.NaN]
  return {
    first_s: round(first),
    median_s: round(medianOf(delays)),
    last_s: round(last),
    per_s: round(delays.length / (last - first))
  }
}

const medianOf = (delays: readonly Delay[]): number => delays[delays.length >> 1]?.seconds ?? Number.NaN

/** As the billers' network has it: what was paid twice, or never came. */
async function countWrong({ sandbox_url, sandbox_admin_key }: Credentials, wanted: number): Promise<number> {
  const response = await fetch(`${sandbox_url}/admin/journal?bank=billers`, {
    headers: { authorization: `Bearer ${sandbox_admin_key}` }
  })
  const { data } = (await response.json()) as { readonly data: readonly { readonly reference: string }[] }
  const paid = new Set(data.map(({ reference }) => reference)).size
  return data.length - paid + Math.abs(wanted - paid)
}

const round = (value: number): number => Math.round(value * 10) / 10

export const mandateTable = ({ announced, paid, ...figures }: MandateFigures): string[] => [
  `${figures.mandates} mandates due in the same minute; made at ${figures.created_per_s}/s`,
  '                 first    median      last      per s',
  ...Object.entries({ announced, paid }).map(
    ([name, { first_s, median_s, last_s, per_s }]) =>
      `${name.padEnd(12)}${[first_s, median_s, last_s].map((value) => `${value} s`.padStart(10)).join('')}${String(per_s).padStart(11)}`
  ),
  `median wait of who has few of them: ${figures.fairness} × that of who has nearly all; ${figures.wrong} paid twice or not at all`
]
