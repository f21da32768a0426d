import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connect } from '../../db/connect.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import { bank, merchant, move, openBooks, thing, thingId, unit, wallet, type Books } from '../support/ledger.ts'
import { startTcpProxy, type TcpProxy } from '../../chaos/tcp-proxy.ts'
import { thingWriter } from '../support/thing-writer.ts'

/** What the client sends, and the server's command tag. */
const atCommit = { asked: 'commit', answered: 'COMMIT' }

describe('a connection that is cut', () => {
  let books: Books
  let proxy: TcpProxy
  let remote: ReturnType<typeof connect>
  let queue: PostingQueue
  beforeAll(async () => {
    books = await openBooks()
    const { hostname, port } = new URL(books.database.appUrl)
    proxy = await startTcpProxy({ host: hostname, port: Number(port) })
    remote = connect({ url: proxy.through(books.database.appUrl) })
    queue = new PostingQueue({ pool: remote.pool, writers: [thingWriter] })
  })
  afterAll(async () => {
    await books.hold()
    await remote.close()
    await proxy.stop()
    await books.close()
  })

  it('at COMMIT, after the server has committed: the unit is posted once, and the caller learns that it is', async () => {
    const id = thingId()
    await queue.post(unit([move(bank, wallet(id), 1n)]))
    const cut = proxy.dropAnswer(atCommit)
    const result = await queue.post(unit([move(bank, wallet(id), 10n)], { records: [thing(id, 'done')] }))
    await cut
    expect(result).toEqual({ status: 'posted', replayed: true })
    expect(await books.posted(wallet(id))).toBe(11n)
  })

  it('at COMMIT keeps a refusal a refusal', async () => {
    const id = thingId()
    const cut = proxy.dropAnswer(atCommit)
    const result = await queue.post(unit([move(wallet(id), merchant(id), 10n)]))
    await cut
    expect(result).toEqual({ status: 'refused', code: 'insufficient_funds', data: {}, replayed: true })
  })

  it('in the middle of many units loses none and doubles none', async () => {
    const units = Array.from({ length: 300 }, () =>
      unit([move(bank, wallet('many'), 1n)], { records: [thing(thingId(), 'done')] })
    )
    const results = await Promise.all(
      units.map(async (each, index) => {
        if (index % 60 === 0) setImmediate(() => proxy.resetAll())
        return queue.post(each)
      })
    )
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['posted']))
    expect(await books.posted(wallet('many'))).toBe(300n)
  })
})
