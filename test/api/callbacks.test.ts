import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { CALLBACK_SECRET, newKey, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
let told: string[] = []
let nudges = 0
const callbackHandlers = {
  'bank-a': async ({ reference }: { reference: string }) => void told.push(reference),
  broken: () => Promise.reject(new Error('not now'))
}
beforeAll(async () => {
  api = await startApi({ callbackHandlers, nudgeAll: async () => void nudges++ })
})
beforeEach(() => {
  told = []
  nudges = 0
})
afterAll(() => api.stop())

interface Signing {
  readonly id?: string
  readonly at?: Date
  readonly secret?: string
  readonly signed?: string
}

const call = (
  path: string,
  body: string,
  { id = newKey(), at = new Date(), secret = CALLBACK_SECRET, signed = body }: Signing = {},
  to = api
) =>
  to.http
    .post(`/v1/callbacks/${path}`)
    .set({
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, signed)
    })
    .send(body)

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const news = JSON.stringify({ reference: 'top_1', outcome: 'accepted', amount: '999999' })
const offset = async () => {
  const { rows } = await sql<{ offset_ms: bigint }>`select offset_ms from business_clock`.execute(api.deps.db)
  return rows[0]!.offset_ms
}

describe("a provider's callback", () => {
  it('that is signed is 202, and passes on the reference and nothing else', async () => {
    const { status, body } = await call('bank-a', news)
    expect([status, body]).toEqual([202, { object: 'callback' }])
    expect(told).toEqual(['top_1'])
  })

  it('sent five times, at once, is 202 each time and passed on once', async () => {
    const id = newKey()
    const answers = await Promise.all(Array.from({ length: 5 }, () => call('bank-a', news, { id })))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
    expect(told).toEqual(['top_1'])
  })

  it.each<[string, Signing]>([
    ['with another secret', { secret: `whsec_${Buffer.alloc(24, 8).toString('base64')}` }],
    ['whose body was changed', { signed: news.replace('top_1', 'top_2') }],
    ['from six minutes ago', { at: minutesAgo(6) }],
    ['from six minutes ahead', { at: minutesAgo(-6) }]
  ])('%s is 401 and passed on to no one', async (_, signing) => {
    const { status, body } = await call('bank-a', news, signing)
    expect([status, body.code]).toEqual([401, 'unauthenticated'])
    expect(told).toEqual([])
  })

  it('without a signature, or under another id than the signed one, is 401', async () => {
    expect((await api.http.post('/v1/callbacks/bank-a').send({ reference: 'top_1' })).status).toBe(401)
    const replayed = call('bank-a', news).set('webhook-id', newKey())
    expect((await replayed).status).toBe(401)
    expect(told).toEqual([])
  })

  it.each(['', 'null', '{}', '{"reference":1}', 'no json', '{"reference":""}'])(
    'that says %p is 202 and passed on to no one',
    async (body) => {
      expect((await call('bank-a', body)).status).toBe(202)
      expect(told).toEqual([])
    }
  )

  it('that cannot be passed on is 202 all the same, and logged', async () => {
    expect((await call('broken', news)).status).toBe(202)
    expect(api.log.some((line) => line.includes('callback not passed on'))).toBe(true)
  })

  it('of an unknown provider is 404', async () => {
    expect((await call('bank-z', news)).status).toBe(404)
    expect((await call('constructor', news)).status).toBe(404)
  })
})

describe("the clock's callback", () => {
  it('moves business time and nudges every run, once', async () => {
    const id = newKey()
    expect((await call('clock', '{"offset_ms":86400000}', { id })).status).toBe(202)
    expect([await offset(), nudges]).toEqual([86_400_000n, 1])
    await call('clock', '{"offset_ms":0}')
    expect((await call('clock', '{"offset_ms":86400000}', { id })).status).toBe(202)
    expect([await offset(), nudges]).toEqual([0n, 2])
  })

  it('that is not signed moves nothing', async () => {
    const { status } = await api.http.post('/v1/callbacks/clock').send({ offset_ms: 5 })
    expect([status, await offset(), nudges]).toEqual([401, 0n, 0])
  })

  it.each(['{"offset_ms":"5"}', '{"offset_ms":1e300}', '{"offset_ms":0.5}', '{}'])('%s moves nothing', async (body) => {
    expect((await call('clock', body)).status).toBe(202)
    expect([await offset(), nudges]).toEqual([0n, 0])
  })

  it('is 404 in production', async () => {
    const production = await startApi({ mode: 'production' })
    try {
      expect((await call('clock', '{"offset_ms":5}', {}, production)).status).toBe(404)
    } finally {
      await production.stop()
    }
  })
})
