import { account, type AccountRef } from '../domain/account-kinds.ts'
import { currency } from '../domain/currencies.ts'
import type { PostingQueue, RecordWriter } from '../ledger/posting-queue.ts'
import type { UnitOfWork } from '../ledger/unit-of-work.ts'

const usd = currency('USD')

/** Enough that a wallet is rarely twice in one batch, few enough that funding them takes no time. */
const WALLETS = 1_000
const wallet = (index: number): AccountRef => account('wallet', `wal_bench_${index}`, usd)
const merchant = (index: number): AccountRef => account('merchant_payable', `mer_bench_${index}`, usd)

/** The row half of the record: what `store/<kind>.ts` writes for a process, in the same transaction. */
export const benchRecordTable = `create table if not exists bench_record (
  id text primary key, wallet text not null, merchant text not null, amount bigint not null, created_at timestamptz not null default clock_timestamp())`

export const benchRecordWriter: RecordWriter = {
  kind: 'bench',
  sql: `insert into bench_record (id, wallet, merchant, amount)
    select id, wallet, merchant, amount from jsonb_to_recordset($1::jsonb) as t (id text, wallet text, merchant text, amount bigint)`
}

/** Every wallet gets more than any run can spend. */
export async function fund(queue: PostingQueue): Promise<void> {
  const funding = Array.from({ length: WALLETS }, (_, index) =>
    queue.post({
      key: `bench:fund:${index}`,
      fingerprint: 'fund',
      postings: [
        {
          op: 'post',
          debit: account('bank_in_transit', 'a', usd),
          credit: wallet(index),
          amount: 1_000_000_000_000n,
          code: 'top_up'
        }
      ]
    })
  )
  await Promise.all(funding)
}

/**
 * What a balance payment is made of: key and fingerprint, one posting with its two entries, the record (the process row
 * and its own), one event. `hot`: everyone pays the same merchant; `spread`: a thousand wallets pay a thousand merchants.
 */
export function paymentUnit(shape: 'hot' | 'spread'): UnitOfWork {
  const id = `bench_${hex32()}`
  const from = Math.floor(Math.random() * WALLETS)
  const to = shape === 'hot' ? 0 : Math.floor(Math.random() * WALLETS)
  const amount = 1n + BigInt(Math.floor(Math.random() * 1_000))
  const money = { amount: amount.toString(), currency: usd }
  return {
    key: `${id}:authorize`,
    fingerprint: hex32(),
    postings: [{ op: 'post', debit: wallet(from), credit: merchant(to), amount, code: 'payment.capture' }],
    records: [
      {
        kind: 'bench',
        id,
        version: 0,
        from: null,
        crossed: [
          {
            state: 'succeeded',
            type: 'payment.succeeded',
            data: { id, object: 'payment', state: 'succeeded', amount: money }
          }
        ],
        open: false,
        order: { wallet_id: wallet(from).owner, merchant_id: merchant(to).owner, amount: money },
        row: { id, wallet: wallet(from).owner, merchant: merchant(to).owner, amount }
      }
    ]
  }
}

/** As scattered in an index as a real id, without the cost of a secret one. */
const hex32 = (): string =>
  [1, 2, 3, 4].map(() => ((Math.random() * 2 ** 32) >>> 0).toString(16).padStart(8, '0')).join('')

export interface Slice {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failed: number
}

/** So many callers, each with one unit under way at a time, for so long. */
export async function runCallers(
  queue: PostingQueue,
  shape: 'hot' | 'spread',
  callers: number,
  seconds: number
): Promise<Slice> {
  const latencies: number[] = []
  let failed = 0
  const startedAt = performance.now()
  const endAt = startedAt + seconds * 1_000
  const call = async () => {
    for (let sentAt = performance.now(); sentAt < endAt; sentAt = performance.now()) {
      const posted = await queue.post(paymentUnit(shape)).then(
        ({ status }) => status === 'posted',
        () => false
      )
      if (posted) latencies.push(performance.now() - sentAt)
      else failed += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  const elapsed = (performance.now() - startedAt) / 1_000
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN
  return { perSecond: latencies.length / elapsed, p50Ms: at(0.5), p99Ms: at(0.99), failed }
}
