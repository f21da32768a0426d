import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Guard, UnitOfWork, UnitResult } from '../../ledger/unit-of-work.ts'
import { bank, merchant, move, openBooks, unit, wallet, type Books } from '../support/ledger.ts'

describe('a guard', () => {
  let books: Books
  beforeAll(async () => {
    books = await openBooks()
    await books.fund(wallet('rich'), 1_000_000n)
  })
  afterAll(async () => {
    await books.hold()
    await books.close()
  })

  const counter = (counter: string, add: bigint, max?: bigint): Guard => ({
    kind: 'counter',
    counter,
    add,
    max,
    code: 'limit_exceeded',
    data: { limit: 'day' }
  })
  const pay = (amount: bigint, guards: Guard[]) =>
    books.post(unit([move(wallet('rich'), merchant('shop'), amount)], { guards }))
  const used = async (id: string) =>
    (await books.db.selectFrom('limit_counter').select('used').where('id', '=', id).executeTakeFirst())?.used

  it('lets a counter reach its limit, and refuses one minor unit more', async () => {
    expect(await pay(99n, [counter('reach', 99n, 100n)])).toMatchObject({ status: 'posted' })
    expect(await pay(2n, [counter('reach', 2n, 100n)])).toEqual({
      status: 'refused',
      code: 'limit_exceeded',
      data: { limit: 'day' },
      replayed: false
    })
    expect(await pay(1n, [counter('reach', 1n, 100n)])).toMatchObject({ status: 'posted' })
    expect(await pay(1n, [counter('reach', 1n, 100n)])).toMatchObject({ status: 'refused' })
    expect(await used('reach')).toBe(100n)
  })

  it('lets ten at once pass as far as the limit goes, in one batch and from two queues', async () => {
    const other = books.anotherQueue()
    const ways: Record<string, (units: UnitOfWork[]) => Promise<UnitResult[]>> = {
      batch: (units) => books.postAsOneBatch(units),
      queues: (units) => Promise.all(units.map((each, index) => (index % 2 === 0 ? books.queue : other).post(each)))
    }
    for (const [name, post] of Object.entries(ways)) {
      const units = Array.from({ length: 10 }, () =>
        unit([move(wallet('rich'), merchant(name), 10n)], { guards: [counter(name, 10n, 35n)] })
      )
      const results = await post(units)
      expect(results.filter(({ status }) => status === 'posted')).toHaveLength(3)
      expect(await used(name)).toBe(30n)
      expect(await books.posted(merchant(name))).toBe(30n)
    }
  })

  it('gives back what it counted, when a later guard or the money refuses the unit', async () => {
    await pay(1n, [counter('back', 40n, 100n)])
    expect(await pay(1n, [counter('back', 40n, 100n), counter('narrow', 2n, 1n)])).toMatchObject({ status: 'refused' })
    expect(await pay(9_999_999n, [counter('back', 40n, 100n)])).toMatchObject({ code: 'insufficient_funds' })
    expect(await used('back')).toBe(40n)
    await pay(1n, [counter('back', -15n)])
    expect(await used('back')).toBe(25n)
  })

  it('that a counter is unmoved lets one of ten through that have seen the same, and the others look again', async () => {
    const unmoved = (seen: bigint): Guard => ({ kind: 'unmoved', counter: 'turn', seen })
    const units = Array.from({ length: 10 }, () =>
      unit([move(wallet('rich'), merchant('turn'), 1n)], { guards: [unmoved(0n)] })
    )
    const results = await Promise.all(units.map((each) => books.post(each)))
    expect(results.map(({ status }) => status).sort()).toEqual(['posted', ...Array(9).fill('stale')])
    expect(await books.posted(merchant('turn'))).toBe(1n)
    // Nothing was stored of those that were stale: built again under its key, one of them passes.
    const again = units[results.findIndex(({ status }) => status === 'stale')]!
    expect(await books.post({ ...again, guards: [unmoved(1n)] })).toMatchObject({ status: 'posted', replayed: false })
    expect(await used('turn')).toBe(2n)
  })

  it('that a counter is still lets ten through at once, and none after somebody has counted', async () => {
    const still: Guard = { kind: 'still', counter: 'calm', seen: 0n }
    const look = () => books.post(unit([move(wallet('rich'), merchant('calm'), 1n)], { guards: [still] }))
    const results = await Promise.all(Array.from({ length: 10 }, look))
    expect(results.map(({ status }) => status)).toEqual(Array(10).fill('posted'))
    await pay(1n, [{ kind: 'unmoved', counter: 'calm', seen: 0n }])
    expect(await look()).toEqual({ status: 'stale' })
    expect(await books.posted(merchant('calm'))).toBe(10n)
  })

  it('gives back no more than was counted: that is a bug of the caller', async () => {
    await expect(pay(1n, [counter('below', -1n)])).rejects.toThrow('below zero')
    expect(await used('below')).toBeUndefined()
  })

  it('refuses a credit that would take a balance past its limit, money on its way included', async () => {
    const topUp = (amount: bigint, max: bigint) =>
      books.post(
        unit([move(bank, wallet('full'), amount)], {
          guards: [
            {
              kind: 'max_balance',
              account: wallet('full'),
              counter: 'on-its-way',
              add: amount,
              max,
              code: 'balance_limit_exceeded'
            }
          ]
        })
      )
    await pay(1n, [counter('on-its-way', 30n)])
    expect(await topUp(71n, 100n)).toMatchObject({ code: 'balance_limit_exceeded' })
    expect(await topUp(70n, 100n)).toMatchObject({ status: 'posted' })
    expect(await topUp(1n, 100n)).toMatchObject({ code: 'balance_limit_exceeded' })
    expect(await books.posted(wallet('full'))).toBe(70n)
  })

  it('counts at the edge of what a number holds without overflowing', async () => {
    const max = 9_223_372_036_854_775_807n
    expect(await pay(1n, [counter('edge', max - 1n)])).toMatchObject({ status: 'posted' })
    expect(await pay(1n, [counter('edge', 2n)])).toMatchObject({ code: 'amount_out_of_range' })
    expect(
      await pay(1n, [
        { kind: 'max_balance', account: wallet('rich'), counter: 'edge', add: max, max, code: 'balance_limit_exceeded' }
      ])
    ).toMatchObject({ code: 'balance_limit_exceeded' })
  })

  it('decided outside of the books is stored like any other refusal', async () => {
    expect(await pay(1n, [{ kind: 'refuse', code: 'risk_blocked', data: { rule: 'velocity' } }])).toEqual({
      status: 'refused',
      code: 'risk_blocked',
      data: { rule: 'velocity' },
      replayed: false
    })
  })
})
