import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { waitUntil } from '../../local/wait-until.ts'
import { keyFor, newId, newKey, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { insertEvent, withOwners } from '../support/write-event.ts'
import { createTill, newMerchant, newPayer } from './parties.ts'

let api: ApiUnderTest
let service: string
let till: ReturnType<typeof createTill>
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
  till = createTill(api)
})
afterAll(() => api.stop())

const get = (path: string, authorization = service) => api.http.get(`/v1${path}`).set('Authorization', authorization)

interface Page {
  readonly data: { id: string; type: string; data: Record<string, unknown> }[]
  readonly next_cursor: string
  readonly has_more: boolean
}

async function page(query: Record<string, string>, authorization = service): Promise<Page> {
  const { status, body } = await get(`/events?${new URLSearchParams(query).toString()}`, authorization)
  expect(status).toBe(200)
  return body
}

/** Other test files run transactions on the same server; while one of them is older, events are not shown yet. */
async function whenShown(query: Record<string, string>, count: number, authorization = service): Promise<Page> {
  let shown: Page | undefined
  const enough = async () => (shown = await page(query, authorization)).data.length >= count
  await waitUntil(enough, { limitMs: 20_000, otherwise: `fewer than ${count} events for ${JSON.stringify(query)}` })
  return shown!
}

async function paid() {
  const [payer, merchantId] = [await newPayer(api), await newMerchant(api)]
  await till.fill(payer.walletId, 10_000n)
  return { payer, merchantId, paymentId: await till.pay({ walletId: payer.walletId, merchantId, amount: 500n }) }
}

describe('an event', () => {
  it('tells the thing as it was, and can be read alone', async () => {
    const { paymentId } = await paid()
    const { data } = await whenShown({ object_id: paymentId }, 2)
    expect(data).toMatchObject([
      { object: 'event', type: 'payment.processing', data: { id: paymentId, state: 'processing' } },
      { object: 'event', type: 'payment.succeeded', data: { id: paymentId, captured: { amount: '500' } } }
    ])
    expect(Object.keys(data[0]!).sort()).toEqual(['created_at', 'data', 'id', 'object', 'type'])
    expect((await get(`/events/${data[1]!.id}`)).body).toEqual(data[1])
  })

  it('is shown to the customer and the merchant that it is about, to services and operators, and to nobody else', async () => {
    const { payer, merchantId, paymentId } = await paid()
    const rival = await keyFor(api, { role: 'merchant', merchantId: await newMerchant(api) })
    const stranger = (await sessionFor(api, (await newPayer(api)).id)).authorization
    const { data } = await whenShown({ object_id: paymentId }, 2)
    const insiders = [
      (await sessionFor(api, payer.id)).authorization,
      await keyFor(api, { role: 'merchant', merchantId }),
      await keyFor(api, 'support')
    ]
    for (const insider of insiders) {
      expect((await page({ object_id: paymentId }, insider)).data).toEqual(data)
      expect((await get(`/events/${data[0]!.id}`, insider)).status).toBe(200)
    }
    for (const outsider of [rival, stranger]) {
      expect((await page({ object_id: paymentId }, outsider)).data).toEqual([])
      expect((await page({}, outsider)).data).toEqual([])
      expect((await get(`/events/${data[0]!.id}`, outsider)).status).toBe(404)
    }
  })
})

describe('the list of events', () => {
  it('is narrowed by type and thing, and takes no other filter', async () => {
    const { paymentId } = await paid()
    await whenShown({ object_id: paymentId }, 2)
    const { data } = await page({ object_id: paymentId, type: 'payment.succeeded' })
    expect(data.map(({ type }) => type)).toEqual(['payment.succeeded'])
    expect((await get('/events?state=succeeded')).status).toBe(400)
    expect((await get('/events?cursor=bm90IG91cnM')).status).toBe(400)
  })

  it('gives a cursor on its last page and on an empty one, from which a poller gets what comes later, once', async () => {
    const [payer, merchantId] = [await newPayer(api), await newMerchant(api)]
    await till.fill(payer.walletId, 10_000n)
    const { authorization } = await sessionFor(api, payer.id)
    const empty = await page({}, authorization)
    expect(empty).toMatchObject({ data: [], has_more: false })
    const seen: string[] = []
    let cursor = empty.next_cursor
    for (let n = 1; n <= 3; n += 1) {
      await till.pay({ walletId: payer.walletId, merchantId, amount: 100n })
      const first = await whenShown({ cursor, limit: '1' }, 1, authorization)
      const rest = await whenShown({ cursor: first.next_cursor }, 1, authorization)
      expect([first.has_more, rest.has_more]).toEqual([true, false])
      seen.push(...first.data.map(({ id }) => id), ...rest.data.map(({ id }) => id))
      cursor = rest.next_cursor
    }
    const all = await page({ limit: '100' }, authorization)
    expect(seen).toHaveLength(6)
    expect(seen).toEqual(all.data.map(({ id }) => id))
  })

  it('loses no event that was begun first and committed last, whatever a reader reads meanwhile', async () => {
    await withOwners(api.ownerUrl, 2, async (slow, fast) => {
      const [slowThing, fastThing] = [newId('top'), newId('top')]
      const query = { type: 'top_up.sent' }
      let { next_cursor: cursor } = await page(query)
      await slow.query('begin')
      await insertEvent(slow, query.type, slowThing)
      await insertEvent(fast, query.type, fastThing)
      for (let reads = 0; reads < 3; reads += 1) {
        const meanwhile = await page({ ...query, cursor })
        expect(meanwhile.data).toEqual([])
        cursor = meanwhile.next_cursor
      }
      await slow.query('commit')
      const { data } = await whenShown({ ...query, cursor }, 2)
      const { rows } = await slow.query<{ id: string; object_id: string }>(
        `select id, object_id from event where type = $1 order by xid, seq`,
        [query.type]
      )
      expect(rows.map(({ object_id }) => object_id)).toEqual([slowThing, fastThing])
      expect(data.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    })
  })

  it('tells of one thing at once what has been committed, whatever else is still running', async () => {
    await withOwners(api.ownerUrl, 2, async (slow, fast) => {
      const [slowThing, fastThing] = [newId('top'), newId('top')]
      await slow.query('begin')
      await insertEvent(slow, 'top_up.sent', slowThing)
      await insertEvent(fast, 'top_up.sent', fastThing)
      const mine = await page({ object_id: fastThing })
      expect(mine.data).toHaveLength(1)
      expect((await page({ object_id: fastThing, cursor: mine.next_cursor })).data).toEqual([])
      await slow.query('commit')
    })
  })

  it('is read page by page by a poller without a gap or a repeat while eight writers write', async () => {
    const type = 'top_up.retried'
    const { next_cursor } = await page({ type })
    const writers = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = new pg.Client({ connectionString: api.ownerUrl })
        await client.connect()
        return client
      })
    )
    const written: string[] = []
    const write = async (client: pg.Client) => {
      for (let n = 0; n < 15; n += 1) {
        const thing = `top_${newKey().padEnd(32, '0')}`
        await client.query('begin')
        await insertEvent(client, type, thing)
        await client.query('select pg_sleep(random() * 0.01)')
        await client.query('commit')
        written.push(thing)
      }
    }
    const read: string[] = []
    let cursor = next_cursor
    const poll = async () => {
      const next = await page({ type, cursor, limit: '7' })
      cursor = next.next_cursor
      for (const { id } of next.data) read.push(id)
      return read.length >= 120
    }
    try {
      const allWritten = Promise.all(writers.map(write))
      await waitUntil(poll, { limitMs: 30_000, otherwise: 'not every event was read' })
      await allWritten
      await poll()
      expect(written).toHaveLength(120)
      expect(new Set(read).size).toBe(120)
      expect(read).toHaveLength(120)
    } finally {
      await Promise.all(writers.map((client) => client.end()))
    }
  })
})
