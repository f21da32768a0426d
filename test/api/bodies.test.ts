import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { keyFor, newKey, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
let service: string
let admin: string
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
  admin = await keyFor(api, 'admin')
})
afterAll(() => api.stop())

const customer = { name: 'Ada Example', email: 'ada@example.org', zone: 'Europe/Berlin' }
const good = (): string => JSON.stringify({ ...customer, email: `${newKey()}@example.org` })

interface Sent {
  readonly status: number
  readonly code: string | undefined
  readonly errors: { pointer: string; message: string }[]
}

/** Bytes as they are: supertest would mend or refuse some of them. */
const send = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const sent = request(`${api.url}/v1/customers`, {
      method: 'POST',
      headers: { Authorization: service, 'Content-Type': 'application/json', 'Idempotency-Key': newKey(), ...headers }
    })
    sent.once('error', reject).once('response', (response) => {
      const chunks: Buffer[] = []
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .once('end', () => {
          const { code, errors = [] } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
          resolve({ status: response.statusCode ?? 0, code, errors })
        })
    })
    sent.end(body)
  })

describe('a body', () => {
  it('that is good is taken', async () => {
    expect((await send(good())).status).toBe(201)
  })

  it.each([
    ['with NUL in a text', good().replace('Ada', 'A\\u0000a')],
    ['with half a surrogate pair in a text', good().replace('Ada', '\\ud800')],
    ['with half a surrogate pair in a key', good().replace('"name"', '"\\udc00"')],
    ['with a __proto__ key', good().replace('{', '{"__proto__":{"admin":true},')],
    ['with a __proto__ key deep inside', good().replace('"Ada Example"', '[{"x":{"__proto__":1}}]')],
    ['with a __proto__ key written by an escape', good().replace('{', '{"\\u005f_proto__":1,')],
    ['with a field twice', good().replace('{', '{"name":"First",')],
    ['with a field twice, once by an escape', good().replace('{', '{"n\\u0061me":"First",')],
    ['nested 1,000 deep', `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`],
    ['of arrays nested 45,000 deep', '['.repeat(45_000) + ']'.repeat(45_000)],
    ['that is cut', good().slice(0, -1)],
    ['with something behind it', `${good()}x`],
    ['with a single quote that never ends', `"${'\\"'.repeat(50_000)}`],
    ['that is a text', '"hello"'],
    ['that is an array', `[${good()}]`],
    ['that is null', 'null'],
    ['that is empty', ''],
    ['with NaN', good().replace('"Ada Example"', 'NaN')],
    ['with a control character in a name', good().replace('Ada', 'A\\u0007a')]
  ])('%s is 400', async (_, body) => {
    const started = performance.now()
    expect(await send(body)).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('with bytes that are no UTF-8, or a byte order mark, is 400', async () => {
    const [before, after] = good().split('Ada')
    const broken = [Buffer.from([0xff]), Buffer.from([0xc0, 0xaf]), Buffer.from([0xed, 0xa0, 0x80])]
    for (const bytes of broken) {
      const body = Buffer.concat([Buffer.from(before!), bytes, Buffer.from(after!)])
      expect(await send(body)).toMatchObject({ status: 400, code: 'invalid_request' })
    }
    expect(await send(`\uFEFF${good()}`)).toMatchObject({ status: 400 })
  })

  it('above 100 KiB is 413, whether its length is announced or not', async () => {
    const large = JSON.stringify({ ...customer, name: 'x'.repeat(1_000_000) })
    expect(await send(large)).toMatchObject({ status: 413, code: 'payload_too_large' })
    expect(await send(large, { 'Transfer-Encoding': 'chunked' })).toMatchObject({
      status: 413,
      code: 'payload_too_large'
    })
    expect(await send(good() + ' '.repeat(102_400 - good().length))).toMatchObject({ status: 201 })
    expect(await send(good() + ' '.repeat(102_401 - good().length))).toMatchObject({ status: 413 })
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonx',
    'multipart/form-data'
  ])('of type %s is 415', async (type) => {
    expect(await send(good(), { 'Content-Type': type })).toMatchObject({ status: 415, code: 'unsupported_media_type' })
  })

  it('of type application/json with UTF-8 named is taken', async () => {
    expect((await send(good(), { 'Content-Type': 'Application/JSON; charset=UTF-8' })).status).toBe(201)
  })

  it('that is compressed is 415', async () => {
    expect(await send(good(), { 'Content-Encoding': 'gzip' })).toMatchObject({ status: 415 })
  })

  it.each(['role', 'tier', 'balance', 'state', 'id', 'policy', 'created_at', 'customer_id', 'constructor', 'toString'])(
    'that assigns %s by itself is 400 with a pointer to it',
    async (field) => {
      const sent = await send(good().replace('{', `{"${field}":"1",`))
      expect(sent).toMatchObject({ status: 400, errors: [{ pointer: `/${field}`, message: 'there is no such field' }] })
    }
  )

  it('with several faults names each by a JSON pointer, and never repeats what came', async () => {
    const sent = await send(
      JSON.stringify({ name: '', email: 'canary-not-an-address', zone: 'Mars/Canary', 'a/b~c': 1 })
    )
    expect(sent.errors.map(({ pointer }) => pointer).sort()).toEqual(['/a~1b~0c', '/email', '/name', '/zone'])
    expect(JSON.stringify(sent.errors)).not.toMatch(/canary/i)
  })

  it('with a thousand unknown fields names twenty', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`f${n}`, n]))
    expect((await send(JSON.stringify({ ...customer, ...many }))).errors).toHaveLength(20)
  })

  it('on a route that takes none is 400 unless it is empty', async () => {
    const revoke = (body: object) =>
      api.http
        .post(`/v1/api-keys/key_${'0'.repeat(32)}/revoke`)
        .set({ Authorization: admin, 'Idempotency-Key': newKey() })
        .send(body)
    expect((await revoke({ role: 'admin' })).status).toBe(400)
    expect((await revoke({})).status).toBe(404)
  })
})

describe('a query', () => {
  const list = (query: string) => api.http.get(`/v1/api-keys${query}`).set('Authorization', admin)

  it.each([
    '?limit=0',
    '?limit=101',
    '?limit=1e1',
    '?limit=-1',
    '?limit=1&limit=2',
    '?limit[]=1',
    '?other=1',
    '?cursor=x',
    '?cursor=%00',
    '?cursor=%FF'
  ])('%s is 400 with a pointer into the query', async (query) => {
    const { status, body } = await list(query)
    expect(status).toBe(400)
    expect(body.errors[0].pointer).toMatch(/^\/query\//)
  })

  it('on a route that takes none is 400', async () => {
    expect((await api.http.get('/v1/policies?verbose=1').set('Authorization', admin)).status).toBe(400)
  })

  it('with a cursor of another list is 400', async () => {
    const cursor = Buffer.from(JSON.stringify(['12'])).toString('base64url')
    expect((await list(`?cursor=${cursor}`)).status).toBe(400)
    expect((await api.http.get(`/v1/audit-log?cursor=${cursor}`).set('Authorization', admin)).status).toBe(200)
  })
})

describe('a path', () => {
  it.each([
    '/v1/customers/cus_1',
    '/v1/customers/..',
    '/v1/customers/%00',
    '/v1/Customers/x',
    '/v1/customers/%E0%A4%A',
    '/V1/customers'
  ])('%s names nothing', async (path) => {
    expect((await api.http.get(path).set('Authorization', service)).status).toBe(404)
  })
})
