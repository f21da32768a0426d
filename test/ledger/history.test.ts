import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { accountKinds } from '../../domain/account-kinds.ts'
import { readBalance, readBalanceAt } from '../../ledger/balances.ts'
import { reversalOf } from '../../ledger/reversal.ts'
import { readStatement } from '../../ledger/statement.ts'
import type { PostingQueue } from '../../ledger/posting-queue.ts'
import type { UnitOfWork, UnitResult } from '../../ledger/unit-of-work.ts'
import { history, materialize, type DrawnUnit, type History } from '../support/ledger-histories.ts'
import { LedgerModel } from '../support/ledger-model.ts'
import { openBooks, type Books } from '../support/ledger.ts'

/** To run the same histories again, write it here. */
const seed = Date.now() % 2 ** 31
const RUNS = 12

describe(`a random history of units (seed ${seed})`, () => {
  let books: Books
  beforeAll(async () => (books = await openBooks({ inFlightMax: 1 })))
  afterAll(async () => {
    await books.hold()
    await books.close()
  })

  /** In their order: with one batch in flight, what is posted first is decided first. */
  const crowd = (units: readonly UnitOfWork[], queue: PostingQueue = books.queue) =>
    Promise.all(units.map((unit) => queue.post(unit)))
  const always = (property: (drawn: readonly DrawnUnit[]) => Promise<void>) =>
    fc.assert(fc.asyncProperty(history, property), { seed, numRuns: RUNS, endOnFailure: true })

  const told = (results: readonly UnitResult[]) =>
    results.map((result) => ({ status: result.status, ...('code' in result && { code: result.code }) }))
  const balances = (run: History) => Promise.all(run.accounts.map((ref) => readBalance(books.db, ref)))
  const entriesOf = async (ref: History['accounts'][number]) =>
    (await readStatement(books.db, ref, { limit: 1_000 })).entries
  async function both(drawn: readonly DrawnUnit[]) {
    const run = materialize(drawn)
    const model = new LedgerModel()
    const expected = run.units.map((unit) => model.post(unit))
    return { run, model, expected, results: await crowd(run.units) }
  }

  it('is answered, unit by unit, as the model answers it', () =>
    always(async (drawn) => {
      const { expected, results } = await both(drawn)
      expect(told(results)).toEqual(expected)
    }))

  it('leaves every account with what the model says: posted, pending, available', () =>
    always(async (drawn) => {
      const { run, model } = await both(drawn)
      const expected = run.accounts.map((ref) => ({
        posted: model.posted(ref),
        pending: model.pending(ref),
        available: model.posted(ref) - model.pending(ref)
      }))
      expect(await balances(run)).toEqual(expected)
    }))

  it('leaves no account with a floor below zero', () =>
    always(async (drawn) => {
      const { run } = await both(drawn)
      const floored = run.accounts.filter(({ kind }) => accountKinds[kind].floor)
      for (const { available } of await Promise.all(floored.map((ref) => readBalance(books.db, ref))))
        expect(available >= 0n).toBe(true)
    }))

  it('leaves the holds open that the model has open, with what is left of them', () =>
    always(async (drawn) => {
      const { run, model } = await both(drawn)
      const rows = await books.db
        .selectFrom('hold')
        .select(['id', 'amount', 'posted', 'released'])
        .where('id', 'like', `${run.counter}/%`)
        .execute()
      const open = rows
        .map(({ id, amount, posted, released }) => [id, amount - posted - released] as const)
        .filter(([, left]) => left > 0n)
      expect(new Map(open)).toEqual(model.openHolds())
    }))

  it('leaves the counter where the units that were posted moved it', () =>
    always(async (drawn) => {
      const { run, model } = await both(drawn)
      const row = await books.db
        .selectFrom('limit_counter')
        .select('used')
        .where('id', '=', run.counter)
        .executeTakeFirst()
      expect(row?.used ?? 0n).toBe(model.counter(run.counter))
    }))

  it('posted again is answered the same, as replayed, and changes nothing', () =>
    always(async (drawn) => {
      const { run, results } = await both(drawn)
      const before = await balances(run)
      const again = await crowd(run.units, books.anotherQueue())
      expect(told(again)).toEqual(told(results))
      expect(again.every((result) => result.status === 'reused' || ('replayed' in result && result.replayed))).toBe(
        true
      )
      expect(await balances(run)).toEqual(before)
    }))

  it('is decided the same one by one as in crowds', () =>
    always(async (drawn) => {
      const [alone, together] = [materialize(drawn), materialize(drawn)]
      const results: UnitResult[] = []
      for (const unit of alone.units) results.push(await books.post(unit))
      expect(told(await crowd(together.units))).toEqual(told(results))
      expect(await balances(together)).toEqual(await balances(alone))
    }))

  it('makes statements whose deltas add up to the balance, version by version', () =>
    always(async (drawn) => {
      const { run } = await both(drawn)
      for (const ref of run.accounts) {
        const entries = await entriesOf(ref)
        const sums = entries.map((_, index) => entries.slice(0, index + 1).reduce((sum, { delta }) => sum + delta, 0n))
        expect(entries.map(({ balanceAfter }) => balanceAfter)).toEqual(sums)
        expect(entries.map(({ version }) => version)).toEqual(entries.map((_, index) => BigInt(index + 1)))
        expect(sums.at(-1) ?? 0n).toBe((await readBalance(books.db, ref)).posted)
      }
    }))

  it('has entries only of what was posted: refused units leave none', () =>
    always(async (drawn) => {
      const { run, results } = await both(drawn)
      const posted = new Set(run.units.filter((_, index) => results[index]!.status === 'posted').map(({ key }) => key))
      for (const ref of run.accounts)
        for (const { source } of await entriesOf(ref)) expect(posted).toContain(source.process)
    }))

  it('moves money between its accounts and makes none', () =>
    always(async (drawn) => {
      const { run } = await both(drawn)
      const signed = await Promise.all(
        run.accounts.map(async (ref) => (accountKinds[ref.kind].side === 'D' ? 1n : -1n) * (await books.posted(ref)))
      )
      expect(signed.reduce((sum, one) => sum + one)).toBe(0n)
    }))

  it('stopped anywhere is what the balance at that time says later', () =>
    always(async (drawn) => {
      const run = materialize(drawn)
      const middle = run.units.length >> 1
      await crowd(run.units.slice(0, middle))
      const { rows } = await books.pool.query(
        "select date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' as at, pg_sleep(0.002)"
      )
      const then = (await balances(run)).map(({ posted }) => posted)
      await crowd(run.units.slice(middle))
      expect(await Promise.all(run.accounts.map((ref) => readBalanceAt(books.db, ref, rows[0].at)))).toEqual(then)
    }))

  it('of plain postings taken back from its end leaves nothing', () =>
    always(async (drawn) => {
      const run = materialize(drawn, 'posts')
      const results = await crowd(run.units)
      const done = new Set(run.units.filter((_, index) => results[index]!.status === 'posted').map(({ key }) => key))
      for (const key of [...done].reverse())
        expect(await books.post(await reversalOf(books.db, key, 'all back'))).toMatchObject({ status: 'posted' })
      expect((await balances(run)).map(({ posted }) => posted)).toEqual(run.accounts.map(() => 0n))
    }))

  it('posted by three queues in any order is one that the oracles accept', () =>
    always(async (drawn) => {
      const run = materialize(drawn)
      const queues = [books.queue, books.anotherQueue({ inFlightMax: 2 }), books.anotherQueue({ inFlightMax: 2 })]
      const results = await Promise.all(run.units.map((unit, index) => queues[index % 3]!.post(unit)))
      expect(results.every(({ status }) => ['posted', 'refused', 'reused'].includes(status))).toBe(true)
      for (const { available } of await Promise.all(
        run.accounts.filter(({ kind }) => accountKinds[kind].floor).map((ref) => readBalance(books.db, ref))
      ))
        expect(available >= 0n).toBe(true)
    }))
})
