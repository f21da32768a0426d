import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { faultOf } from '../../ledger/fault.ts'
import { LedgerUnavailable, PostingQueue } from '../../ledger/posting-queue.ts'
import { connect } from '../../db/connect.ts'
import { bank, move, openBooks, unit, wallet, type Books } from '../support/ledger.ts'

describe('a batch with something bad in it', () => {
  let books: Books
  beforeAll(async () => (books = await openBooks()))
  afterAll(async () => {
    await books.hold()
    await books.close()
  })

  it.each([
    ['an account posted to itself', unit([move(bank, bank, 1n)])],
    ['a key of 301 characters', unit([], { key: 'k'.repeat(301) })],
    ['a NUL in a text', unit([move(bank, wallet('nul'), 1n)], { reason: 'a\u0000b' })],
    ['more steps than a unit may have', unit(Array.from({ length: 4_097 }, () => move(bank, wallet('long'), 1n)))],
    ['an amount of no bigint', unit([move(bank, wallet('big'), 2n ** 63n)])]
  ])('fails the bad unit alone among 100: %s', async (name, bad) => {
    const to = wallet(name)
    // The first one takes the queue's attention, so that the hundred go out together.
    const units = [
      unit([move(bank, to, 1n)]),
      ...Array.from({ length: 100 }, (_, index) => (index === 57 ? bad : unit([move(bank, to, 1n)])))
    ]
    const results = await Promise.allSettled(units.map((each) => books.post(each)))
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(results[58]!.status).toBe('rejected')
    expect(await books.posted(to)).toBe(100n)
    expect(await books.db.selectFrom('unit').select('key').where('key', '=', bad.key).execute()).toEqual([])
  })

  it('says that the books cannot be reached when they cannot, instead of inventing an answer', async () => {
    const { pool, close } = connect({ url: 'postgres://nobody:x@127.0.0.1:1/none' })
    const queue = new PostingQueue({ pool, writers: [], retryForMs: 20 })
    await expect(queue.post(unit([move(bank, wallet('away'), 1n)]))).rejects.toThrow(LedgerUnavailable)
    await close()
  })

  it('turns callers away at once when too many wait already', async () => {
    const queue = books.anotherQueue({ waitingMax: 1, inFlightMax: 1 })
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => queue.post(unit([move(bank, wallet('crowd'), 1n)])))
    )
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0)
    expect(await books.posted(wallet('crowd'))).toBe(
      BigInt(results.filter(({ status }) => status === 'fulfilled').length)
    )
  })
})

describe('a fault of the database', () => {
  it.each([
    ['a deadlock', { code: '40P01' }, 'passing'],
    ['a full disk', { code: '53100' }, 'passing'],
    ['a server that shuts down', { code: '57P01' }, 'passing'],
    ['a connection that is reset', { code: 'ECONNRESET' }, 'passing'],
    ['a connection that ends', new Error('Connection terminated unexpectedly'), 'passing'],
    [
      'a stream that was destroyed',
      Object.assign(new Error('Cannot call write after a stream was destroyed'), { code: 'ERR_STREAM_DESTROYED' }),
      'passing'
    ],
    ['a key that another batch has just taken', { code: '23505', constraint: 'unit_pkey' }, 'passing'],
    ['any other key that is taken', { code: '23505', constraint: 'payment_pkey' }, 'data'],
    ['a value out of range', { code: '22003' }, 'data'],
    ['a right that is missing', { code: '42501' }, 'bug']
  ])('is told from the others: %s', (_, error, kind) => {
    expect(faultOf(error)).toBe(kind)
  })
})
