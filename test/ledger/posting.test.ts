import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { account } from '../../domain/account-kinds.ts'
import { currency, isCurrency } from '../../domain/currencies.ts'
import { bank, merchant, move, openBooks, unit, usd, wallet, type Books } from '../support/ledger.ts'

const MAX = 9_223_372_036_854_775_807n

describe('a posting', () => {
  let books: Books
  beforeAll(async () => (books = await openBooks()))
  afterAll(() => books.close())

  it('moves money from one account to the other, and both see it as an entry', async () => {
    expect(await books.post(unit([move(bank, wallet('one'), 1_050n)]))).toEqual({ status: 'posted', replayed: false })
    expect(await books.posted(bank)).toBe(1_050n)
    expect(await books.posted(wallet('one'))).toBe(1_050n)
    await books.hold()
  })

  it('that would take a wallet below zero is refused, and so is the whole group', async () => {
    await books.fund(wallet('two'), 100n)
    const group = [move(wallet('two'), merchant('two'), 60n), move(wallet('two'), merchant('two'), 41n)]
    expect(await books.post(unit(group))).toEqual({
      status: 'refused',
      code: 'insufficient_funds',
      data: {},
      replayed: false
    })
    expect(await books.posted(wallet('two'))).toBe(100n)
    expect(await books.posted(merchant('two'))).toBe(0n)
    expect(
      await books.post(unit([move(wallet('two'), merchant('two'), 60n), move(wallet('two'), merchant('two'), 40n)]))
    ).toMatchObject({ status: 'posted' })
    await books.hold()
  })

  it('is tested after every step in group order: money that comes later in the group does not help', async () => {
    const early = [move(wallet('three'), merchant('three'), 5n), move(bank, wallet('three'), 5n)]
    expect(await books.post(unit(early))).toMatchObject({ code: 'insufficient_funds' })
    expect(await books.post(unit([early[1]!, early[0]!]))).toMatchObject({ status: 'posted' })
  })

  it('credits a receivable no further than it is owed', async () => {
    const receivable = account('customer_receivable', 'cus', usd)
    await books.post(unit([move(receivable, bank, 30n)]))
    expect(await books.post(unit([move(bank, receivable, 31n)]))).toMatchObject({ code: 'insufficient_funds' })
    expect(await books.post(unit([move(bank, receivable, 30n)]))).toMatchObject({ status: 'posted' })
    expect(await books.posted(receivable)).toBe(0n)
  })

  it('may take an account without a floor below zero', async () => {
    const suspense = account('suspense', 'a', usd)
    expect(await books.post(unit([move(suspense, account('fee_income', 'test', usd), 7n)]))).toMatchObject({
      status: 'posted'
    })
    expect(await books.posted(suspense)).toBe(-7n)
    await books.hold()
  })

  it.each([0n, -1n])('of %s is no posting: the caller hears of the bug, and nothing is stored', async (amount) => {
    const bad = unit([move(bank, wallet('zero'), amount)])
    await expect(books.post(bad)).rejects.toThrow('above zero')
    expect(await books.db.selectFrom('unit').select('key').where('key', '=', bad.key).execute()).toEqual([])
  })

  it('has one currency on both sides', async () => {
    const bad = unit([move(bank, wallet('euro', currency('EUR')), 1n)])
    await expect(books.post(bad)).rejects.toThrow('one currency')
  })

  it('has two accounts, not one twice', async () => {
    await expect(books.post(unit([move(bank, bank, 1n)]))).rejects.toThrow()
  })

  it('of the largest amount that the books can hold is posted, and one more is refused', async () => {
    const [from, to] = [account('capital', 'max', usd), account('bank_cash', 'max', usd)]
    expect(await books.post(unit([move(to, from, MAX)]))).toMatchObject({ status: 'posted' })
    expect(await books.posted(to)).toBe(MAX)
    expect(await books.post(unit([move(to, from, 1n)]))).toMatchObject({
      status: 'refused',
      code: 'amount_out_of_range'
    })
    expect(await books.posted(to)).toBe(MAX)
  })

  it('above what a bigint holds is a bug of the caller, and alone fails', async () => {
    const [bad, good] = [unit([move(bank, wallet('big'), MAX + 1n)]), unit([move(bank, wallet('big'), 1n)])]
    const [refused, posted] = await Promise.allSettled([books.post(bad), books.post(good)])
    expect(refused.status).toBe('rejected')
    expect(posted).toMatchObject({ status: 'fulfilled', value: { status: 'posted' } })
  })

  it('keeps the smallest and largest request amount of every exponent to the unit', async () => {
    for (const code of ['JPY', 'USD', 'KWD', 'CLF'].filter(isCurrency)) {
      const to = wallet('edges', code)
      await books.fund(to, 999_999_999_999_999_999n)
      await books.post(unit([move(to, merchant('edges', code), 1n)]))
      expect(await books.posted(to)).toBe(999_999_999_999_999_998n)
      expect(await books.posted(merchant('edges', code))).toBe(1n)
    }
    await books.hold()
  })

  it('counts from when the caller says, and is booked when the database says', async () => {
    const effectiveAt = new Date('2001-02-03T04:05:06.789Z')
    const before = Date.now()
    const backdated = unit([move(bank, wallet('back'), 1n)], { effectiveAt })
    await books.post(backdated)
    const row = await books.db
      .selectFrom('posting')
      .innerJoin('unit', 'unit.id', 'posting.unit_id')
      .select(['posting.effective_at', 'posting.posted_at'])
      .where('unit.key', '=', backdated.key)
      .executeTakeFirstOrThrow()
    expect(row.effective_at).toEqual(effectiveAt)
    expect(row.posted_at.getTime()).toBeGreaterThan(before - 1_000)
  })
})
