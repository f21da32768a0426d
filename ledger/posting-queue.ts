import type pg from 'pg'
import type { ProblemCode } from '../domain/errors.ts'
import { AccountIds } from './accounts.ts'
import { accountsOf, BATCH_ARGUMENTS, encodeBatch } from './batch.ts'
import { faultOf } from './fault.ts'
import type { UnitOfWork, UnitResult } from './unit-of-work.ts'

/**
 * Writes the rows of one kind of record, set-based: `$1` is a jsonb array of whole rows. Supplied by `store/<kind>.ts`
 * and injected where the process is composed, so that the ledger knows no process.
 */
export interface RecordWriter {
  readonly kind: string
  readonly sql: string
}

export interface PostingQueueOptions {
  readonly pool: pg.Pool
  readonly writers: readonly RecordWriter[]
  /** Larger batches gain little (one unit 2 ms, 200 units 15 ms) and make everyone in them wait. */
  readonly batchMax?: number
  /** Two: one is 20–50 % slower, four 22–30 %. */
  readonly inFlightMax?: number
  /** Beyond this the caller is told at once, instead of waiting for nothing. */
  readonly waitingMax?: number
  /** How long a batch is tried again over lost connections and deadlocks before its callers hear of it. */
  readonly retryForMs?: number
  /** Where a test kills the process: around and inside the transaction of these keys. */
  readonly onTransaction?: (moment: 'before' | 'inside' | 'after', keys: readonly string[]) => void
}

/** The books cannot be reached: nothing is known to be wrong, the same unit may be posted again. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable'
}

interface Waiting {
  readonly unit: UnitOfWork
  readonly settle: (result: UnitResult) => void
  readonly fail: (error: unknown) => void
}

/**
 * Posts units of work, gathering those that arrive while a batch is in flight into the next one: no timer, so a lone
 * unit leaves at once, and a crowd shares one transaction. The only place that opens a money transaction.
 */
export class PostingQueue {
  readonly #accounts: AccountIds
  readonly #writers: ReadonlyMap<string, RecordWriter>
  readonly #options: Required<Omit<PostingQueueOptions, 'writers'>>
  #waiting: Waiting[] = []
  /** Keys on their way: a second unit with the same key waits for the batch after. */
  readonly #keysInFlight = new Set<string>()
  #inFlight = 0

  constructor({ writers, ...options }: PostingQueueOptions) {
    this.#options = {
      batchMax: 200,
      inFlightMax: 2,
      waitingMax: 20_000,
      retryForMs: 20_000,
      onTransaction: () => undefined,
      ...options
    }
    this.#accounts = new AccountIds(options.pool)
    this.#writers = new Map(writers.map((writer) => [writer.kind, writer]))
  }

  /**
   * Commits the unit, or says why not. A rejection of the promise is a fault, never a business refusal.
   * @throws {LedgerUnavailable} the database could not be reached for `retryForMs`, or too many units wait
   */
  post(unit: UnitOfWork): Promise<UnitResult> {
    if (this.#waiting.length >= this.#options.waitingMax)
      return Promise.reject(new LedgerUnavailable('too many units wait'))
    return new Promise((settle, fail) => {
      this.#waiting.push({ unit, settle, fail })
      this.#dispatch()
    })
  }

  #dispatch(): void {
    while (this.#inFlight < this.#options.inFlightMax && this.#waiting.length > 0) {
      const batch = this.#take()
      if (batch.length === 0) return
      this.#inFlight += 1
      void this.#postAll(batch).finally(() => {
        for (const { unit } of batch) this.#keysInFlight.delete(unit.key)
        // First those who were answered may send their next units: else the first of them would leave alone.
        setImmediate(() => {
          this.#inFlight -= 1
          this.#dispatch()
        })
      })
    }
  }

  #take(): Waiting[] {
    const batch: Waiting[] = []
    const later: Waiting[] = []
    for (const waiting of this.#waiting) {
      const { key } = waiting.unit
      if (batch.length === this.#options.batchMax || this.#keysInFlight.has(key)) later.push(waiting)
      else {
        this.#keysInFlight.add(key)
        batch.push(waiting)
      }
    }
    this.#waiting = later
    return batch
  }

  /** Never rejects: each unit's caller hears of its own fate. */
  async #postAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#withRetries(batch.map(({ unit }) => unit))
      batch.forEach(({ settle }, index) => settle(results[index]!))
    } catch (error) {
      if (faultOf(error) !== 'data' || batch.length === 1) return batch.forEach(({ fail }) => fail(error))
      // One bad unit must not fail its neighbours: halve the batch until it is alone.
      const middle = batch.length >> 1
      await this.#postAll(batch.slice(0, middle))
      await this.#postAll(batch.slice(middle))
    }
  }

  /** A lost connection may have committed: the keys make it safe to send the same batch again, and they bring its answer. */
  async #withRetries(units: readonly UnitOfWork[]): Promise<UnitResult[]> {
    const giveUpAt = performance.now() + this.#options.retryForMs
    for (let delay = 5; ; delay = Math.min(delay * 2, 500)) {
      try {
        return await this.#transaction(units)
      } catch (error) {
        if (faultOf(error) !== 'passing') throw error
        if (performance.now() > giveUpAt) throw new LedgerUnavailable('the database does not answer', { cause: error })
        await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random())))
      }
    }
  }

  async #transaction(units: readonly UnitOfWork[]): Promise<UnitResult[]> {
    const { pool, onTransaction } = this.#options
    const keys = units.map(({ key }) => key)
    const values = encodeBatch(units, await this.#accounts.resolve(accountsOf(units)))
    onTransaction('before', keys)
    const client = await pool.connect()
    let broken = true
    try {
      // Two round trips instead of four or more: the connection pipelines what is sent without waiting in between.
      const [, { rows }] = await Promise.all([
        client.query('begin'),
        client.query<{ answer: Answer[] | null }>({ ...postUnits, values })
      ])
      const results = toResults(units.length, rows[0]!.answer ?? [])
      onTransaction('inside', keys)
      await Promise.all([...this.#writeRows(client, units, results), client.query('commit')])
      broken = false
      onTransaction('after', keys)
      return results
    } catch (error) {
      broken = faultOf(error) === 'passing' || !(await rolledBack(client))
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** After a statement that failed, the `commit` sent behind it rolls back, and the failure is what is heard of. */
  #writeRows(client: pg.PoolClient, units: readonly UnitOfWork[], results: readonly UnitResult[]): Promise<unknown>[] {
    const rows = new Map<string, object[]>()
    units.forEach((unit, index) => {
      const result = results[index]!
      if (result.status !== 'posted' || result.replayed) return
      for (const write of unit.records ?? []) {
        const ofKind = rows.get(write.kind) ?? []
        rows.set(write.kind, ofKind)
        ofKind.push(write.row)
      }
    })
    const writers = [...rows.keys()].map((kind) => this.#writerOf(kind))
    return writers.map(({ kind, sql }) =>
      client.query({ name: `write-${kind}`, text: sql, values: [toJson(rows.get(kind)!)] })
    )
  }

  #writerOf(kind: string): RecordWriter {
    const writer = this.#writers.get(kind)
    if (!writer) throw new TypeError(`no writer for records of kind ${kind} was given to the posting queue`)
    return writer
  }
}

const postUnits = {
  name: 'post-units',
  text: `select post_units(${Array.from({ length: BATCH_ARGUMENTS }, (_, index) => `$${index + 1}`).join(', ')}) as answer`
}

/** bigint columns travel as decimal strings. */
const toJson = (rows: readonly object[]): string =>
  JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))

/** What `post_units` says of a unit that was not simply posted now. */
interface Answer {
  readonly unit: number
  readonly status: UnitResult['status']
  readonly code: ProblemCode | null
  readonly data: Readonly<Record<string, unknown>> | null
  readonly replayed: boolean
}

function toResults(units: number, answers: readonly Answer[]): UnitResult[] {
  const results = new Array<UnitResult>(units).fill({ status: 'posted', replayed: false })
  for (const answer of answers) results[answer.unit - 1] = toResult(answer)
  return results
}

function toResult({ status, code, data, replayed }: Answer): UnitResult {
  if (status === 'refused') return { status, code: code!, data: data ?? {}, replayed }
  return status === 'posted' ? { status, replayed } : { status }
}

const rolledBack = (client: pg.PoolClient): Promise<boolean> =>
  client.query('rollback').then(
    () => true,
    () => false
  )
