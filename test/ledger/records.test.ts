import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { UnitOfWork } from '../../ledger/unit-of-work.ts'
import { bank, merchant, move, openBooks, thing, thingId, unit, wallet, type Books } from '../support/ledger.ts'

describe('the record of a unit of work', () => {
  let books: Books
  beforeAll(async () => (books = await openBooks()))
  afterAll(async () => {
    await books.hold()
    await books.close()
  })

  const find = (id: string) => books.db.selectFrom('process').selectAll().where('id', '=', id).executeTakeFirst()
  const history = (id: string) =>
    books.db
      .selectFrom('event')
      .select(['object_version', 'from_state', 'to_state', 'type'])
      .where('object_id', '=', id)
      .orderBy('object_version')
      .execute()

  /** Two units in one batch, and in the batches of two queues. */
  const ways = [
    (units: UnitOfWork[]) => books.postAsOneBatch(units),
    (units: UnitOfWork[]) => Promise.all(units.map((each) => books.anotherQueue().post(each)))
  ]

  it('is written with the money, with a row of history for each arrow that it crosses', async () => {
    const id = thingId()
    const write = thing(id, 'done')
    const crossed = [{ state: 'open', type: 'thing.open', data: {} }, ...write.crossed]
    await books.post(
      unit([move(bank, wallet(id), 5n)], { records: [{ ...write, crossed, customerId: 'cus', actor: 'opr' }] })
    )
    expect(await find(id)).toMatchObject({ kind: 'thing', state: 'done', open: false, version: 2, order: { id } })
    expect(await history(id)).toEqual([
      { object_version: 1, from_state: null, to_state: 'open', type: 'thing.open' },
      { object_version: 2, from_state: 'open', to_state: 'done', type: 'thing.done' }
    ])
  })

  it('of a refused unit is not written, and the refusal stands', async () => {
    const id = thingId()
    const refused = unit([move(wallet(id), merchant(id), 5n)], { records: [thing(id, 'done')] })
    expect(await books.post(refused)).toMatchObject({ status: 'refused', code: 'insufficient_funds' })
    expect(await find(id)).toBeUndefined()
    expect(await history(id)).toEqual([])
    expect(await books.post(refused)).toMatchObject({ status: 'refused', replayed: true })
  })

  it('of a refused unit may be written by the next unit of the same batch, which has read the same version', async () => {
    const id = thingId()
    await books.post(unit([], { records: [thing(id, 'open')] }))
    const before = { state: 'open', version: 1 }
    const refused = unit([move(wallet(id), merchant(id), 5n)], { records: [thing(id, 'done', before)] })
    const next = unit([], { records: [thing(id, 'dropped', before)] })
    const results = await books.postAsOneBatch([refused, next])
    expect(results.map(({ status }) => status)).toEqual(['refused', 'posted'])
    expect(await find(id)).toMatchObject({ state: 'dropped', version: 2 })
  })

  it('that moved on since it was read makes the unit stale: nothing is stored, and it can be built again', async () => {
    const id = thingId()
    await books.post(unit([], { records: [thing(id, 'open')] }))
    const late = unit([move(bank, wallet(id), 5n)], { records: [thing(id, 'dropped', { state: 'start', version: 0 })] })
    expect(await books.post(late)).toEqual({ status: 'stale' })
    expect(await books.posted(wallet(id))).toBe(0n)
    const rebuilt = { ...late, records: [thing(id, 'done', { state: 'open', version: 1 })] }
    expect(await books.post(rebuilt)).toEqual({ status: 'posted', replayed: false })
    expect(await find(id)).toMatchObject({ state: 'done', version: 2 })
  })

  it('changed by two units of one batch, or of two queues, is changed by one of them', async () => {
    for (const post of ways) {
      const id = thingId()
      await books.post(unit([], { records: [thing(id, 'open')] }))
      const before = { state: 'open', version: 1 }
      const finish = (state: 'done' | 'dropped') =>
        unit([move(bank, wallet(id), 5n)], { records: [thing(id, state, before)] })
      const results = await post([finish('done'), finish('dropped')])
      expect(results.map(({ status }) => status).sort()).toEqual(['posted', 'stale'])
      expect(await books.posted(wallet(id))).toBe(5n)
      expect(await find(id)).toMatchObject({ version: 2 })
    }
  })

  it('that is new, and made by two units at the same moment, is made once', async () => {
    for (const post of ways) {
      const id = thingId()
      const make = () => unit([move(bank, wallet(id), 5n)], { records: [thing(id, 'done')] })
      const results = await post([make(), make()])
      expect(results.map(({ status }) => status).sort()).toEqual(['posted', 'stale'])
      expect(await books.posted(wallet(id))).toBe(5n)
    }
  })

  it('of a kind without a statement is a bug: the unit fails alone, and its money does not move', async () => {
    const id = thingId()
    const [strange, normal] = [{ ...thing(id, 'done'), kind: 'stranger' }, thing(thingId(), 'done')]
    const [bad, good] = await Promise.allSettled([
      books.post(unit([move(bank, wallet(id), 5n)], { records: [strange] })),
      books.post(unit([move(bank, wallet('neighbour'), 5n)], { records: [normal] }))
    ])
    expect(bad).toMatchObject({ status: 'rejected' })
    expect(good).toMatchObject({ status: 'fulfilled', value: { status: 'posted' } })
    expect(await books.posted(wallet(id))).toBe(0n)
  })
})
