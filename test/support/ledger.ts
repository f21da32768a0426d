import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import { connect } from '../../db/connect.ts'
import type { Database } from '../../db/schema.ts'
import { account, type AccountKind, type AccountRef } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import { defineStates, type States } from '../../domain/transitions.ts'
import { readBalance } from '../../ledger/balances.ts'
import { PostingQueue, type PostingQueueOptions } from '../../ledger/posting-queue.ts'
import type { PostingStep, RecordWrite, UnitOfWork, UnitResult } from '../../ledger/unit-of-work.ts'
import { cloneDatabase, type ClonedDatabase } from './database.ts'
import { expectBooksToHold } from './oracles.ts'
import { thingWriter } from './thing-writer.ts'

export const usd = currency('USD')
export const wallet = (owner: string, code = usd): AccountRef => account('wallet', owner, code)
export const merchant = (owner: string, code = usd): AccountRef => account('merchant_payable', owner, code)
export const bank: AccountRef = account('bank_in_transit', 'a', usd)

export interface Books {
  readonly database: ClonedDatabase
  readonly pool: pg.Pool
  readonly db: Kysely<Database>
  readonly queue: PostingQueue
  /** Another queue, as another process would have one. */
  anotherQueue(options?: Partial<PostingQueueOptions>): PostingQueue
  post: PostingQueue['post']
  /** All of them in one batch of one queue, in this order. */
  postAsOneBatch(units: readonly UnitOfWork[]): Promise<UnitResult[]>
  /** Puts money into a wallet (or another account with credit side) from the bank. */
  fund(to: AccountRef, amount: bigint): Promise<void>
  posted(ref: AccountRef): Promise<bigint>
  available(ref: AccountRef): Promise<bigint>
  /** All oracles that the books alone can answer; what covers the money is no matter of theirs. */
  hold(): Promise<void>
  close(): Promise<void>
}

/** A ledger of one's own: a cloned database, a pool as the application role, and a posting queue. */
export async function openBooks(options: Partial<PostingQueueOptions> = {}): Promise<Books> {
  const database = await cloneDatabase()
  const { pool, db, close } = connect({ url: database.appUrl, poolMax: 8, applicationName: 'test-ledger' })
  const anotherQueue = (others: Partial<PostingQueueOptions> = {}) =>
    new PostingQueue({ pool, writers: [thingWriter], ...options, ...others })
  const queue = anotherQueue()
  const post = (unit: UnitOfWork) => queue.post(unit)
  return {
    database,
    pool,
    db,
    queue,
    anotherQueue,
    post,
    async postAsOneBatch(units) {
      const patient = anotherQueue({ inFlightMax: 1 })
      // The first unit leaves alone; what comes while it is away leaves together.
      const [, ...results] = await Promise.all([unit([]), ...units].map((each) => patient.post(each)))
      return results
    },
    async fund(to, amount) {
      const from = account('bank_in_transit', 'a', to.currency)
      await post(unit([{ op: 'post', debit: from, credit: to, amount, code: 'top_up' }]))
    },
    posted: async (ref) => (await readBalance(db, ref)).posted,
    available: async (ref) => (await readBalance(db, ref)).available,
    hold: () => expectBooksToHold(db, { states: things, rates: null }),
    async close() {
      await close()
      await database.drop()
    }
  }
}

export const someKey = (): string => `top_${randomBytes(16).toString('hex')}:test`

/** A unit of work under a key of its own, unless said otherwise. */
export const unit = (postings: readonly PostingStep[], others: Partial<UnitOfWork> = {}): UnitOfWork => ({
  key: someKey(),
  fingerprint: 'asked',
  postings,
  ...others
})

export const move = (debit: AccountRef, credit: AccountRef, amount: bigint, code = 'test.move'): PostingStep => ({
  op: 'post',
  debit,
  credit,
  amount,
  code
})

/** The kind of process that ledger tests write: open → done, or open → dropped. */
export const things: Readonly<Record<string, States<never>>> = {
  thing: defineStates<'open' | 'done' | 'dropped'>({
    start: ['open', 'done', 'dropped'],
    open: ['done', 'dropped']
  }) as unknown as States<never>
}

export const thingId = (): string => `thg_${randomBytes(16).toString('hex')}`

export const thing = (
  id: string,
  state: 'open' | 'done' | 'dropped',
  before?: { state: string; version: number }
): RecordWrite => ({
  kind: 'thing',
  id,
  version: before?.version ?? 0,
  from: before?.state ?? null,
  crossed: [{ state, type: `thing.${state}`, data: { id } }],
  open: state === 'open',
  order: { id },
  row: { id }
})

export const kinds = (kind: AccountKind, owner = 'x'): AccountRef => account(kind, owner, usd)
