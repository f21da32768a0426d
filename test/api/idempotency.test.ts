import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { insertApiKey } from '../../store/api-keys.ts'
import { erasePersonal } from '../../store/personal.ts'
import { bearer, keyFor, newId, newKey, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
let service: string
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
})
afterAll(() => api.stop())

const newBody = () => ({ name: 'Ada Example', email: `${newKey()}@example.org`, zone: 'Europe/Berlin' })

const register = (key: string, body: object, authorization = service) =>
  api.http.post('/v1/customers').set({ Authorization: authorization, 'Idempotency-Key': key }).send(body)

const customers = async (): Promise<number> => {
  const { n } = await api.deps.db
    .selectFrom('customer')
    .select(sql<number>`count(*)::integer`.as('n'))
    .executeTakeFirstOrThrow()
  return n
}

describe('a POST with a stored reply', () => {
  it('sent again brings the same reply, marked as replayed, and makes nothing', async () => {
    const [key, body] = [newKey(), newBody()]
    const first = await register(key, body)
    const before = await customers()
    const again = await register(key, body)
    expect(first.status).toBe(201)
    expect(first.headers).not.toHaveProperty('idempotent-replayed')
    expect([again.status, again.text, again.type]).toEqual([201, first.text, 'application/json'])
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
    expect(await customers()).toBe(before)
  })

  it('with other key order and white space is the same request', async () => {
    const [key, body] = [newKey(), newBody()]
    const first = await register(key, body)
    const turned = JSON.stringify(Object.fromEntries(Object.entries(body).reverse()), null, 4)
    const again = await api.http
      .post('/v1/customers')
      .set({ Authorization: service, 'Idempotency-Key': key })
      .set('Content-Type', 'application/json')
      .send(turned)
    expect(again.text).toBe(first.text)
  })

  it('with other content is 422, and the first stands', async () => {
    const [key, body] = [newKey(), newBody()]
    await register(key, body)
    const other = await register(key, { ...body, name: 'Ada Other' })
    expect(other.status).toBe(422)
    expect(other.body.code).toBe('idempotency_key_reused')
    expect((await register(key, body)).body.name).toBe('Ada Example')
  })

  it('by 16 at once makes one thing, and all get the same reply', async () => {
    const [key, body, before] = [newKey(), newBody(), await customers()]
    const answers = await Promise.all(Array.from({ length: 16 }, () => register(key, body)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.every(({ status }) => status === 201)).toBe(true)
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(15)
    expect(await customers()).toBe(before + 1)
  })

  it('by 16 at once, a quarter of them with other content, answers each content alike', async () => {
    const [key, body] = [newKey(), newBody()]
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) => register(key, n % 4 === 3 ? { ...body, name: 'Ada Other' } : body))
    )
    const made = answers.filter(({ status }) => status === 201)
    expect([4, 12]).toContain(made.length)
    expect(new Set(made.map(({ text }) => text)).size).toBe(1)
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(16 - made.length)
  })

  it('after a refusal may be sent again under the same key: nothing was stored', async () => {
    const [key, body] = [newKey(), newBody()]
    expect((await register(key, { ...body, zone: 'Mars/Base' })).status).toBe(400)
    expect((await register(key, body)).status).toBe(201)
  })

  it('keeps its keys apart by owner, not by API key', async () => {
    const [key, body] = [newKey(), newBody()]
    const first = await register(key, body)
    const rotated = await keyFor(api, 'service')
    expect((await register(key, body, rotated)).text).toBe(first.text)
    const holder = { role: 'service', serviceName: 'others' } as const
    const { secret } = await insertApiKey(api.deps.db, { id: newId('key'), holder, scopes: ['*'], createdBy: 'test' })
    expect((await register(key, body, bearer(secret))).status).toBe(409)
  })

  it('sent again after 24 hours, when its reply is forgotten, is refused rather than done twice', async () => {
    const [key, body, { db }] = [newKey(), newBody(), api.deps]
    await register(key, body)
    await sql`update stored_reply set created_at = created_at - interval '25 hours' where idempotency_key = ${key}`.execute(
      db
    )
    expect((await register(key, newBody())).body.code).toBe('idempotency_key_reused')
  })

  it('keeps its reply sealed, and loses it with the person it is about', async () => {
    const [key, body] = [newKey(), newBody()]
    const { body: made } = await register(key, body)
    const rows = () =>
      sql<{
        row: string
      }>`select encode(body, 'escape') || headers::text as row from stored_reply where object_id = ${made.id}`.execute(
        api.deps.db
      )
    const [kept] = (await rows()).rows
    expect(kept!.row).not.toContain(body.email)
    await erasePersonal(api.deps.db, made.id)
    expect((await rows()).rows).toEqual([])
  })
})

describe('an Idempotency-Key', () => {
  it.each([undefined, '', ' ', 'a b', 'ключ', 'x'.repeat(256), 'tab\tinside'])('%p is 400', async (key) => {
    const request = api.http.post('/v1/customers').set('Authorization', service)
    const { status, body } = await (
      key === undefined
        ? request
        : request.set('Idempotency-Key', encodeURI(key) === key ? key : Buffer.from(key).toString('latin1'))
    ).send(newBody())
    expect([status, body.code]).toEqual([400, 'idempotency_key_missing'])
  })

  it('of 255 visible characters is taken', async () => {
    expect((await register(`${newKey()}~!`.padEnd(255, '"'), newBody())).status).toBe(201)
  })
})
