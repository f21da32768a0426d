import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setBusinessClock } from '../../store/business-clock.ts'
import type { PostingStep } from '../../ledger/unit-of-work.ts'
import { readBalance } from '../../ledger/balances.ts'
import { merchant, move, openBooks, thing, thingId, unit, wallet, type Books } from '../support/ledger.ts'

const HOUR_MS = 3_600_000

describe('a hold', () => {
  let books: Books
  beforeAll(async () => (books = await openBooks()))
  afterAll(async () => {
    await books.hold()
    await books.close()
  })

  /** A funded wallet with 100 of it held, for a process that stays open. */
  async function held(expiresAt?: Date) {
    const id = thingId()
    const sides = { debit: wallet(id), credit: merchant(id) }
    const hold = `${id}/authorization`
    await books.fund(wallet(id), 150n)
    const step: PostingStep = { op: 'hold', hold, ...sides, amount: 100n, code: 'test.authorize', expiresAt }
    expect(await books.post(unit([step], { records: [thing(id, 'open')] }))).toMatchObject({ status: 'posted' })
    return { id, hold, ...sides }
  }
  type Held = Awaited<ReturnType<typeof held>>

  const resolve = ({ hold, debit, credit }: Held, op: 'post_hold' | 'void_hold' | 'expire_hold', amount?: bigint) =>
    ({ op, hold, debit, credit, ...(op === 'post_hold' && { amount }) }) as PostingStep
  const post = (...steps: PostingStep[]) => books.post(unit(steps))

  it('reserves money without an entry: posted stays, available falls', async () => {
    const { debit, credit } = await held()
    expect(await readBalance(books.db, debit)).toEqual({ posted: 150n, pending: 100n, available: 50n })
    expect(await readBalance(books.db, credit)).toEqual({ posted: 0n, pending: 0n, available: 0n })
    expect(await books.post(unit([move(debit, credit, 51n)]))).toMatchObject({ code: 'insufficient_funds' })
    expect(await books.post(unit([move(debit, credit, 50n)]))).toMatchObject({ status: 'posted' })
  })

  it('is posted in parts, then for what is left, and then it is resolved', async () => {
    const it = await held()
    expect(await post(resolve(it, 'post_hold', 30n))).toMatchObject({ status: 'posted' })
    expect(await post(resolve(it, 'post_hold', 71n))).toMatchObject({
      code: 'amount_exceeds_hold',
      data: { remaining: '70' }
    })
    expect(await readBalance(books.db, it.debit)).toEqual({ posted: 120n, pending: 70n, available: 50n })
    expect(await post(resolve(it, 'post_hold'))).toMatchObject({ status: 'posted' })
    expect(await post(resolve(it, 'post_hold', 1n))).toMatchObject({
      code: 'state_conflict',
      data: { hold: 'resolved' }
    })
    expect(await readBalance(books.db, it.debit)).toEqual({ posted: 50n, pending: 0n, available: 50n })
    expect(await books.posted(it.credit)).toBe(100n)
  })

  it('is posted for a part and released for the rest in one group', async () => {
    const it = await held()
    expect(await post(resolve(it, 'post_hold', 40n), resolve(it, 'void_hold'))).toMatchObject({ status: 'posted' })
    expect(await readBalance(books.db, it.debit)).toEqual({ posted: 110n, pending: 0n, available: 110n })
  })

  it('that a later step of the group refuses stays as it was', async () => {
    const it = await held()
    const group = [resolve(it, 'post_hold', 40n), resolve(it, 'void_hold'), move(it.debit, it.credit, 999n)]
    expect(await post(...group)).toMatchObject({ code: 'insufficient_funds' })
    expect(await readBalance(books.db, it.debit)).toEqual({ posted: 150n, pending: 100n, available: 50n })
  })

  it('made and resolved in one batch is right in the end', async () => {
    const id = thingId()
    const it = { id, hold: `${id}/a`, debit: wallet(id), credit: merchant(id) }
    await books.fund(wallet(id), 10n)
    const make: PostingStep = {
      op: 'hold',
      hold: it.hold,
      debit: it.debit,
      credit: it.credit,
      amount: 10n,
      code: 'test'
    }
    const steps = [make, resolve(it, 'post_hold', 4n), resolve(it, 'void_hold'), resolve(it, 'void_hold')]
    const results = await books.postAsOneBatch(steps.map((step) => unit([step])))
    expect(results.map(({ status }) => status)).toEqual(['posted', 'posted', 'posted', 'refused'])
    expect(await readBalance(books.db, it.debit)).toEqual({ posted: 6n, pending: 0n, available: 6n })
  })

  it('is not found between other accounts than its own, or under another id', async () => {
    const it = await held()
    expect(await post(resolve({ ...it, credit: merchant('thief') }, 'post_hold', 1n))).toMatchObject({
      code: 'hold_not_found'
    })
    expect(await post(resolve({ ...it, hold: `${it.id}/other` }, 'void_hold'))).toMatchObject({
      code: 'hold_not_found'
    })
  })

  it('whose id is taken is a bug of the caller: nothing is stored', async () => {
    const it = await held()
    const again: PostingStep = {
      op: 'hold',
      hold: it.hold,
      debit: it.debit,
      credit: it.credit,
      amount: 1n,
      code: 'test'
    }
    await expect(post(again)).rejects.toThrow('there already')
  })

  it('that has expired and is not swept yet still reserves, and refuses capture', async () => {
    const it = await held(new Date(Date.now() + HOUR_MS))
    expect(await post(resolve(it, 'expire_hold'))).toMatchObject({
      code: 'state_conflict',
      data: { hold: 'not_expired' }
    })
    try {
      await setBusinessClock(books.db, 2 * HOUR_MS)
      expect(await post(resolve(it, 'post_hold', 1n))).toMatchObject({ code: 'hold_expired' })
      expect(await books.post(unit([move(it.debit, it.credit, 51n)]))).toMatchObject({ code: 'insufficient_funds' })
      expect(await post(resolve(it, 'expire_hold'))).toMatchObject({ status: 'posted' })
    } finally {
      await setBusinessClock(books.db, 0)
    }
    expect(await readBalance(books.db, it.debit)).toEqual({ posted: 150n, pending: 0n, available: 150n })
  })

  it('without a time never expires', async () => {
    expect(await post(resolve(await held(), 'expire_hold'))).toMatchObject({ code: 'state_conflict' })
  })

  it('posted, voided and expired at the same moment is resolved once', async () => {
    for (let round = 0; round < 8; round++) {
      const it = await held(new Date(Date.now() - 1))
      const late = await held()
      const queues = [books.queue, books.anotherQueue(), books.anotherQueue()]
      const expiry = (['void_hold', 'expire_hold', 'post_hold'] as const).map((op, index) =>
        queues[index]!.post(unit([resolve(it, op)]))
      )
      const capture = (['post_hold', 'void_hold', 'post_hold'] as const).map((op, index) =>
        queues[index]!.post(unit([resolve(late, op)]))
      )
      const posted = (results: { status: string }[]) => results.filter(({ status }) => status === 'posted').length
      expect(posted(await Promise.all(expiry))).toBe(1)
      expect(posted(await Promise.all(capture))).toBe(1)
      expect((await readBalance(books.db, it.debit)).pending).toBe(0n)
      expect([50n, 150n]).toContain(await books.available(late.debit))
    }
  })
})
