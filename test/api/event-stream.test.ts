import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createConnection } from 'node:net'
import { once } from 'node:events'
import { waitUntil } from '../../local/wait-until.ts'
import { expireApiKey, insertApiKey } from '../../store/api-keys.ts'
import { endSession } from '../../store/sessions.ts'
import { readEvents, type EventReader } from '../support/event-reader.ts'
import { insertEvent, withOwners } from '../support/write-event.ts'
import { bearer, keyFor, newId, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { createTill, newMerchant, newPayer } from './parties.ts'

/** Other test files run transactions on the same server; while one of them is older, events are not shown yet. */
const LIMIT_MS = 20_000

let api: ApiUnderTest
let service: string
let till: ReturnType<typeof createTill>
beforeAll(async () => {
  const stream = {
    heartbeat_ms: 50,
    credentials_every_ms: 50,
    per_principal_max: 4,
    in_all_max: 6,
    unread_beats_max: 20
  }
  api = await startApi({ policyOver: { events: { stream } } })
  service = await keyFor(api, 'service')
  till = createTill(api)
})
afterAll(() => api.stop())

const open: EventReader[] = []
afterEach(async () => {
  for (const reader of open.splice(0)) {
    reader.close()
    await reader.ended
  }
  await untilNobodyReads()
})

async function read(options: Parameters<typeof readEvents>[2] = {}, authorization = service): Promise<EventReader> {
  const reader = await readEvents(api.url, authorization, options)
  open.push(reader)
  return reader
}

/** The server hears of a closed connection a moment later; until then it counts. */
const untilNobodyReads = () =>
  waitUntil(
    async () => {
      const readers = await Promise.all(Array.from({ length: 4 }, () => readEvents(api.url, service)))
      for (const reader of readers) reader.close()
      await Promise.all(readers.map(({ ended }) => ended))
      return readers.every(({ status }) => status === 200)
    },
    { limitMs: LIMIT_MS, otherwise: 'streams were still counted' }
  )

const untilRead = (reader: EventReader, count: number) =>
  waitUntil(() => reader.events.length >= count, {
    limitMs: LIMIT_MS,
    otherwise: `fewer than ${count} events came: ${reader.events.map(({ type }) => type).join()}`
  })

/**
 * What is listed has its place already: a stream that begins afterwards begins behind it. Not so in a list of one thing, which
 * shows it at once.
 */
const untilListed = (merchantId: string, count: number) =>
  waitUntil(async () => (await list({ merchant_id: merchantId })).data.length >= count, {
    limitMs: LIMIT_MS,
    otherwise: `fewer than ${count} events of ${merchantId} were listed`
  })

const list = async (query: Record<string, string>, authorization = service) => {
  const path = `/v1/events?${new URLSearchParams({ limit: '100', ...query }).toString()}`
  const { body } = await api.http.get(path).set('Authorization', authorization)
  return body as { data: { id: string; type: string }[]; next_cursor: string }
}

async function pays() {
  const [payer, merchantId] = [await newPayer(api), await newMerchant(api)]
  await till.fill(payer.walletId, 10_000n)
  const pay = () => till.pay({ walletId: payer.walletId, merchantId, amount: 500n })
  return { payer, merchantId, pay }
}

describe('the stream of events', () => {
  it('tells what happens from now on as the list does, with a cursor of the list as id, past every proxy', async () => {
    const { pay, merchantId } = await pays()
    await pay()
    await untilListed(merchantId, 2)
    const reader = await read()
    expect(Object.fromEntries(reader.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no'
    })
    await waitUntil(() => reader.lastId !== undefined, { limitMs: LIMIT_MS, otherwise: 'no place was told' })
    expect(reader.retryMs).toBe(2_000)
    const paymentId = await pay()
    await untilRead(reader, 2)
    expect(reader.events).toEqual((await list({ object_id: paymentId })).data)
    const rest = await list({ cursor: reader.ids[0]! })
    expect(rest.data[0]).toEqual(reader.events[1])
  })

  it('shows customers and merchants their own, services all, and nobody anything else', async () => {
    const [one, other] = [await pays(), await pays()]
    const as = (authorization: string) => read({ query: { type: 'payment.succeeded' } }, authorization)
    const customer = await as((await sessionFor(api, one.payer.id)).authorization)
    const merchant = await as(await keyFor(api, { role: 'merchant', merchantId: other.merchantId }))
    const all = await as(service)
    const ids = [await one.pay(), await other.pay()]
    await untilRead(all, 2)
    await untilRead(customer, 1)
    await untilRead(merchant, 1)
    expect(all.events.map(({ data }) => data['id'])).toEqual(ids)
    expect(customer.events.map(({ data }) => data['id'])).toEqual([ids[0]])
    expect(merchant.events.map(({ data }) => data['id'])).toEqual([ids[1]])
  })

  it('is narrowed like the list: by several types, whole objects, the thing, the customer, the merchant and the time', async () => {
    const { pay, payer, merchantId } = await pays()
    const since = new Date().toISOString()
    const first = await pay()
    await withOwners(api.ownerUrl, 1, (owner) => insertEvent(owner, 'top_up.sent', newId('top')).then(() => undefined))
    const queries: Record<string, string>[] = [
      { type: 'payment.processing,top_up.*', created_after: since },
      { type: 'payment.*', customer_id: payer.id, created_after: since },
      { merchant_id: merchantId, created_after: since },
      { object_id: first, created_after: since }
    ]
    const wanted = [
      ['payment.processing', 'top_up.sent'],
      ...Array.from({ length: 3 }, () => ['payment.processing', 'payment.succeeded'])
    ]
    for (const [index, query] of queries.entries()) {
      const reader = await read({ query })
      await untilRead(reader, 2)
      expect(reader.events.map(({ type }) => type)).toEqual(wanted[index])
      expect((await list(query)).data).toEqual(reader.events)
      reader.close()
      await reader.ended
    }
    const before = { object_id: first, created_before: since }
    expect((await list(before)).data).toEqual([])
  })

  it('goes on exactly where a reader was, by Last-Event-ID or by a cursor of the list', async () => {
    const { payer, pay } = await pays()
    const { authorization } = await sessionFor(api, payer.id)
    const { next_cursor: cursor } = await list({}, authorization)
    const reader = await read({ query: { cursor } }, authorization)
    await pay()
    await untilRead(reader, 2)
    reader.close()
    await reader.ended
    await pay()
    const again = await read({ query: { cursor }, lastEventId: reader.ids[0] }, authorization)
    await untilRead(again, 3)
    const all = (await list({}, authorization)).data
    expect(again.events).toEqual(all.slice(1))
    expect([reader.events[0], ...again.events]).toEqual(all)
  })

  it('moves a reader’s place on with its heartbeats, whose filter lets nothing through', async () => {
    const { pay } = await pays()
    const reader = await read({ query: { type: 'dispute.*' } })
    await waitUntil(() => reader.comments > 0, { limitMs: LIMIT_MS, otherwise: 'no heartbeat came' })
    const before = reader.lastId
    await pay()
    await waitUntil(() => reader.lastId !== before, { limitMs: LIMIT_MS, otherwise: 'the place did not move' })
    expect(reader.events).toEqual([])
  })

  it('loses no event that was begun first and committed last', async () => {
    await withOwners(api.ownerUrl, 2, async (slow, fast) => {
      const things = [newId('top'), newId('top')]
      const reader = await read({ query: { type: 'top_up.stuck' } })
      await slow.query('begin')
      await insertEvent(slow, 'top_up.stuck', things[0]!)
      await insertEvent(fast, 'top_up.stuck', things[1]!)
      const beats = reader.comments
      await waitUntil(() => reader.comments > beats + 3, { limitMs: LIMIT_MS, otherwise: 'no heartbeat came' })
      expect(reader.events).toEqual([])
      await slow.query('commit')
      await untilRead(reader, 2)
      expect(reader.events.map(({ id }) => id)).toEqual((await list({ type: 'top_up.stuck' })).data.map(({ id }) => id))
    })
  })

  it('gives each event once and in order to readers who come and go while eight writers write', async () => {
    const type = 'top_up.retried'
    const { next_cursor: cursor } = await list({ type })
    const seen: string[] = []
    let written = false
    const readOn = async () => {
      let lastEventId: string | undefined = cursor
      while (!written || seen.length < 120) {
        const reader = await read({ query: { type }, lastEventId })
        const enough = Math.min(120, seen.length + 7)
        await untilRead(reader, enough - seen.length)
        reader.close()
        await reader.ended
        seen.push(...reader.events.map(({ id }) => id))
        lastEventId = reader.lastId
      }
    }
    const reading = readOn()
    await withOwners(api.ownerUrl, 8, async (...writers) => {
      const write = async (client: (typeof writers)[number]) => {
        for (let n = 0; n < 15; n += 1) {
          await client.query('begin')
          await insertEvent(client, type, newId('top'))
          await client.query('select pg_sleep(random() * 0.01)')
          await client.query('commit')
        }
      }
      await Promise.all(writers.map(write))
      written = true
    })
    await reading
    const first = await list({ type })
    const second = await list({ type, cursor: first.next_cursor })
    expect(seen).toEqual([...first.data, ...second.data].map(({ id }) => id))
  })
})

describe('a stream ends', () => {
  it('with the session of its customer, and with its key', async () => {
    const session = await sessionFor(api, (await newPayer(api)).id)
    const key = await insertApiKey(api.deps.db, {
      id: newId('key'),
      holder: { role: 'service', serviceName: 'revoked' },
      scopes: ['events:read'],
      createdBy: 'test'
    })
    const [ofCustomer, ofService, stays] = [
      await read({}, session.authorization),
      await read({}, bearer(key.secret)),
      await read()
    ]
    let isOver = false
    void stays.ended.then(() => (isOver = true))
    await endSession(api.deps.db, session.id, 'logged_out')
    await ofCustomer.ended
    await expireApiKey(api.deps.db, key.id)
    await ofService.ended
    expect(isOver).toBe(false)
  })

  it('for a reader who does not read, who can come back for the rest', async () => {
    const big = 'x'.repeat(200_000)
    const { next_cursor: cursor } = await list({})
    const socket = createConnection(Number(new URL(api.url).port), '127.0.0.1')
    const closed = once(socket, 'close')
    socket.on('error', () => undefined)
    socket.write(
      `GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: ${service}\r\nLast-Event-ID: ${cursor}\r\n\r\n`
    )
    await once(socket, 'readable')
    await withOwners(api.ownerUrl, 1, async (owner) => {
      for (let n = 0; n < 100; n += 1) await insertEvent(owner, 'top_up.sent', newId('top'), { data: { big } })
    })
    const other = await read({ lastEventId: cursor })
    await untilRead(other, 100)
    other.close()
    // While it counted, four more could not be open.
    await untilNobodyReads()
    socket.resume()
    await closed
    expect(socket.bytesRead).toBeLessThan(100 * big.length)
  })
})

it('HEAD on the stream says what it is, and opens none', async () => {
  for (let n = 0; n < 8; n += 1) {
    const { status, headers } = await api.http.head('/v1/events/stream').set('Authorization', service)
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
  }
})

it('A server that stops ends its streams, and opens none any more', async () => {
  const other = await startApi()
  const key = await keyFor(other, 'service')
  const reader = await readEvents(other.url, key)
  other.deps.eventStreams.close()
  await reader.ended
  expect(reader.cut).toBe(false)
  expect((await readEvents(other.url, key)).status).toBe(503)
  await other.stop()
})
