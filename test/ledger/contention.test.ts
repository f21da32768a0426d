import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { waitUntil } from '../../local/wait-until.ts'
import type { Guard, UnitOfWork } from '../../ledger/unit-of-work.ts'
import { bank, merchant, move, openBooks, thing, thingId, unit, wallet, type Books } from '../support/ledger.ts'
import { postFromProcesses } from '../support/poster-processes.ts'

describe('units that want the same money', () => {
  let books: Books
  beforeAll(async () => (books = await openBooks()))
  afterAll(async () => {
    await books.hold()
    await books.close()
  })

  const spend = (from: string, amount: bigint) => unit([move(wallet(from), merchant('shop'), amount)])
  const statuses = (results: { status: string }[]) => results.map(({ status }) => status).sort()

  it('8 and 8 from 10 in one batch: one is posted, the other refused', async () => {
    await books.fund(wallet('batch'), 10n)
    const results = await books.postAsOneBatch([spend('batch', 8n), spend('batch', 8n)])
    expect(statuses(results)).toEqual(['posted', 'refused'])
    expect(await books.available(wallet('batch'))).toBe(2n)
  })

  it('8 and 8 from 10 in two batches: one is posted, the other refused', async () => {
    await books.fund(wallet('batches'), 10n)
    const queues = [books.queue, books.anotherQueue()]
    const results = await Promise.all(queues.map((queue) => queue.post(spend('batches', 8n))))
    expect(statuses(results)).toEqual(['posted', 'refused'])
    expect(await books.available(wallet('batches'))).toBe(2n)
  })

  it('8 and 8 from 10 from two processes: one is posted, the other refused', async () => {
    await books.fund(wallet('processes'), 10n)
    const results = await postFromProcesses(books.database.appUrl, [[spend('processes', 8n)], [spend('processes', 8n)]])
    expect(statuses(results.flat())).toEqual(['posted', 'refused'])
    expect(await books.available(wallet('processes'))).toBe(2n)
  })

  it('64 callers drain a wallet to exactly its floor', async () => {
    await books.fund(wallet('drained'), 1_000n)
    const queues = [books.queue, books.anotherQueue(), books.anotherQueue()]
    const drain = async (caller: number) => {
      let spent = 0
      while ((await queues[caller % 3]!.post(spend('drained', 7n))).status === 'posted') spent += 1
      return spent
    }
    const spent = await Promise.all(Array.from({ length: 64 }, (_, caller) => drain(caller)))
    expect(spent.reduce((sum, one) => sum + one)).toBe(142)
    expect(await books.available(wallet('drained'))).toBe(6n)
  })

  it('rings and opposite postings from three processes all come through: nobody waits for each other', async () => {
    const members = Array.from({ length: 12 }, (_, index) => `ring-${index}`)
    await Promise.all(members.map((member) => books.fund(wallet(member), 1_000n)))
    const ring = (shift: number, at: number, direction: number): UnitOfWork => {
      const member = (index: number) => wallet(members[(((at + direction * index) % 12) + 12) % 12]!)
      const steps = Array.from({ length: 4 }, (_, index) => move(member(index), member(index + shift), 1n))
      return unit(steps, { records: [thing(thingId(), 'done')] })
    }
    const lists = [1, -1, 1].map((direction, process) =>
      Array.from({ length: 400 }, (_, index) => ring(1 + (index % 3), index * (process + 1), direction))
    )
    const before = await deadlocks()
    const results = await postFromProcesses(books.database.appUrl, lists)
    expect(new Set(results.flat().map(({ status }) => status))).toEqual(new Set(['posted']))
    expect(await deadlocks()).toBe(before)
    const balances = await Promise.all(members.map((member) => books.posted(wallet(member))))
    expect(balances.reduce((sum, one) => sum + one)).toBe(12_000n)
  })

  it('the same keys in opposite order from three processes are posted once each', async () => {
    const units = Array.from({ length: 200 }, () => unit([move(bank, wallet('same'), 1n)]))
    const results = await postFromProcesses(books.database.appUrl, [units, [...units].reverse(), units])
    expect(new Set(results.flat().map(({ status }) => status))).toEqual(new Set(['posted']))
    expect(results.flat().filter((result) => 'replayed' in result && !result.replayed)).toHaveLength(200)
    expect(await books.posted(wallet('same'))).toBe(200n)
  })

  it.each(['records', 'counters'])(
    '%s named in every order from four queues are all answered, and none is a deadlock',
    async (what) => {
      const ids = Array.from({ length: 6 }, () => thingId())
      await books.post(unit([], { records: ids.map((id) => thing(id, 'open')) }))
      const before = await deadlocks()
      const queues = Array.from({ length: 4 }, () => books.anotherQueue({ batchMax: 3 }))
      const turned = <T>(list: readonly T[], by: number) => [...list.slice(by), ...list.slice(0, by)]
      const results = await Promise.all(
        Array.from({ length: 240 }, (_, index) => {
          const some = turned(index % 2 === 0 ? ids : [...ids].reverse(), index % 6).slice(0, 3)
          const guards = some.map((id): Guard => ({ kind: 'counter', counter: id, add: 1n, code: 'limit_exceeded' }))
          // Refused after the records were locked and tested, so that no unit is stale after another.
          const records = turned(some, 1).map((id) => thing(id, 'dropped', { state: 'open', version: 1 }))
          const refuse: Guard = { kind: 'refuse', code: 'limit_exceeded' }
          return queues[index % 4]!.post(unit([], what === 'counters' ? { guards } : { guards: [refuse], records }))
        })
      )
      const expected = what === 'counters' ? 'posted' : 'refused'
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set([expected]))
      expect(await deadlocks()).toBe(before)
    }
  )

  /** As the server counts them: a session's are in when it has ended. */
  async function deadlocks(): Promise<bigint> {
    const others =
      "select count(*) from pg_stat_activity where application_name = 'test-poster' and datname = current_database()"
    await waitUntil(async () => (await books.pool.query(others)).rows[0].count === 0n, {
      limitMs: 10_000,
      otherwise: 'a poster stays connected'
    })
    const { rows } = await books.pool.query(
      'select pg_stat_force_next_flush(), deadlocks from pg_stat_database where datname = current_database()'
    )
    return rows[0].deadlocks
  }
})
