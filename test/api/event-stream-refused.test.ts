import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readEvents, type EventReader } from '../support/event-reader.ts'
import { keyFor, newId, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { newPayer } from './parties.ts'

let api: ApiUnderTest
let service: string
const open: EventReader[] = []
beforeAll(async () => {
  api = await startApi({ policyOver: { events: { stream: { per_principal_max: 4, in_all_max: 6 } } } })
  service = await keyFor(api, 'service')
})
afterAll(async () => {
  for (const reader of open) reader.close()
  await api.stop()
})

async function opened(authorization: string): Promise<number> {
  const reader = await readEvents(api.url, authorization)
  open.push(reader)
  return reader.status
}

describe('a stream is refused', () => {
  it('beyond so many of one principal, whatever the key, and beyond so many in all', async () => {
    const second = await keyFor(api, 'service')
    for (let n = 0; n < 4; n += 1) expect(await opened(n % 2 ? second : service)).toBe(200)
    const one = await api.http.get('/v1/events/stream').set('Authorization', second)
    expect([one.status, one.body.code, one.body.limit]).toEqual([429, 'too_many_streams', 4])
    expect(Number(one.headers['retry-after'])).toBeGreaterThan(0)
    for (let n = 0; n < 2; n += 1) expect(await opened(await keyFor(api, 'support'))).toBe(200)
    const all = await api.http.get('/v1/events/stream').set('Authorization', await keyFor(api, 'admin'))
    expect([all.status, all.body.code]).toEqual([503, 'service_unavailable'])
  })

  it.each([
    ['/query/type', { type: 'payment.paid' }],
    ['/query/type', { type: 'payment.succeeded,nothing.*' }],
    ['/query/cursor', { cursor: 'bm90IG91cnM' }],
    ['/query/created_after', { created_after: 'yesterday' }],
    ['/query/created_before', { created_after: '2026-01-02T00:00:00Z', created_before: '2026-01-01T00:00:00Z' }],
    ['/query/customer_id', { customer_id: 'me' }],
    ['/query/limit', { limit: '5' }]
  ])('for a wrong %s', async (pointer, query: Record<string, string>) => {
    const { status, body } = await api.http.get('/v1/events/stream').query(query).set('Authorization', service)
    expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid_request', pointer])
  })

  it('for a Last-Event-ID that is none, and for somebody else’s events', async () => {
    const lost = await api.http.get('/v1/events/stream').set({ Authorization: service, 'Last-Event-ID': 'x' })
    expect([lost.status, lost.body.errors[0].pointer]).toEqual([400, '/headers/last-event-id'])
    const { authorization } = await sessionFor(api, (await newPayer(api)).id)
    const query = { customer_id: newId('cus') }
    for (const path of ['/v1/events', '/v1/events/stream']) {
      const theirs = await api.http.get(path).query(query).set('Authorization', authorization)
      expect([theirs.status, theirs.body.errors[0].pointer]).toEqual([400, '/query/customer_id'])
    }
  })
})
