import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findUnitResult } from '../../ledger/outcome.ts'
import { bank, merchant, move, openBooks, unit, wallet, type Books } from '../support/ledger.ts'

describe('the key of a unit of work', () => {
  let books: Books
  beforeAll(async () => (books = await openBooks()))
  afterAll(async () => {
    await books.hold()
    await books.close()
  })

  it('posts once, and gives its stored answer ever after', async () => {
    const once = unit([move(bank, wallet('once'), 10n)])
    expect(await books.post(once)).toEqual({ status: 'posted', replayed: false })
    expect(await books.post(once)).toEqual({ status: 'posted', replayed: true })
    expect(await books.anotherQueue().post(once)).toEqual({ status: 'posted', replayed: true })
    expect(await books.posted(wallet('once'))).toBe(10n)
  })

  it('given twice at the same moment posts once, whichever queue it comes through', async () => {
    const twin = unit([move(bank, wallet('twin'), 10n)])
    const queues = [books.queue, books.queue, books.anotherQueue(), books.anotherQueue()]
    const results = await Promise.all(queues.map((queue) => queue.post(twin)))
    expect(results.map((result) => 'replayed' in result && result.replayed).sort()).toEqual([false, true, true, true])
    expect(await books.posted(wallet('twin'))).toBe(10n)
  })

  it('with other content is a conflict, and moves nothing', async () => {
    const first = unit([move(bank, wallet('other'), 10n)])
    await books.post(first)
    expect(await books.post({ ...first, fingerprint: 'something else' })).toEqual({ status: 'reused' })
    expect(await books.posted(wallet('other'))).toBe(10n)
  })

  it('with other content at the same moment: one is posted, one is a conflict', async () => {
    const first = unit([move(bank, wallet('race'), 10n)])
    const queues = [books.queue, books.anotherQueue()]
    const results = await Promise.all(queues.map((queue, index) => queue.post({ ...first, fingerprint: `${index}` })))
    expect(results.map(({ status }) => status).sort()).toEqual(['posted', 'reused'])
  })

  it('of a refused unit answers the refusal, also when there is money now', async () => {
    const poor = unit([move(wallet('poor'), merchant('poor'), 10n)])
    expect(await books.post(poor)).toEqual({ status: 'refused', code: 'insufficient_funds', data: {}, replayed: false })
    await books.fund(wallet('poor'), 100n)
    expect(await books.post(poor)).toEqual({ status: 'refused', code: 'insufficient_funds', data: {}, replayed: true })
    expect(await books.posted(wallet('poor'))).toBe(100n)
  })

  it('keeps the data of a refusal as it was', async () => {
    const data = { limit: 'day', left: '5', nested: { list: [1, 'ü "quoted" \\ {braces}'] } }
    const refused = unit([], { guards: [{ kind: 'refuse', code: 'limit_exceeded', data }] })
    await books.post(refused)
    expect(await books.post(refused)).toEqual({ status: 'refused', code: 'limit_exceeded', data, replayed: true })
  })

  it('can be asked for its answer without posting', async () => {
    const [posted, refused] = [unit([move(bank, wallet('asked'), 1n)]), unit([move(wallet('none'), bank, 1n)])]
    await books.post(posted)
    await books.post(refused)
    expect(await findUnitResult(books.db, posted.key, posted.fingerprint)).toEqual({ status: 'posted', replayed: true })
    expect(await findUnitResult(books.db, refused.key, refused.fingerprint)).toMatchObject({
      code: 'insufficient_funds'
    })
    expect(await findUnitResult(books.db, posted.key, 'other')).toEqual({ status: 'reused' })
    expect(await findUnitResult(books.db, 'free', 'any')).toBeUndefined()
  })

  it('in every order within one batch means the same: keys, quotes and braces in text included', async () => {
    const odd = unit([move(bank, wallet('odd'), 1n)], {
      key: `odd "{key}", \\ NULL, ${'x'.repeat(200)}`,
      fingerprint: 'NULL'
    })
    await Promise.all(Array.from({ length: 20 }, () => books.post(odd)))
    expect(await books.posted(wallet('odd'))).toBe(1n)
    expect(await findUnitResult(books.db, odd.key, 'NULL')).toEqual({ status: 'posted', replayed: true })
  })
})
