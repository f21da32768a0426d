import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createLogger } from '../../api/logger.ts'
import { keyFor, newKey, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.stop())

describe('the log', () => {
  it('of a registration, log-ins and reads holds no name, address, number, password or token', async () => {
    const [service, support] = [await keyFor(api, 'service'), await keyFor(api, 'support')]
    const person = {
      name: 'Canaryname Canarylast',
      email: `canarymail${newKey()}@example.org`,
      phone: '+491709998877',
      password: 'canary-password-1'
    }
    const { body: customer } = await api.http
      .post('/v1/customers')
      .set({ Authorization: service, 'Idempotency-Key': newKey(), Cookie: 'sid=canary-cookie' })
      .send({ ...person, zone: 'Europe/Berlin' })
    const { body: session } = await api.http
      .post('/v1/sessions')
      .send({ login: person.email, password: person.password })
    await api.http.post('/v1/sessions').send({ login: person.email, password: 'canary-wrong' })
    await api.http.post('/v1/sessions/refresh').send({ refresh_token: session.refresh_token })
    await api.http.get(`/v1/customers/${customer.id}?email=canary-query`).set('Authorization', support)
    await api.http.get(`/v1/customers/${customer.id}`).set('Authorization', support)
    await api.http.get(`/codec/canary-codec-secret/decode`)
    const log = api.log.join('')
    expect(log).toContain(`/v1/customers/${customer.id}`)
    for (const secret of [service, support, session.access_token, session.refresh_token])
      expect(log).not.toContain(secret.replace('Bearer ', ''))
    expect(log).not.toMatch(/canary|491709998877/i)
  })

  it('has one line a request, with id, method, path, status and duration, and none for health checks', async () => {
    const before = api.log.length
    await api.http.get('/livez')
    await api.http.get('/v1/nothing?q=1').set('X-Request-Id', 'find-me-again')
    const lines = api.log.slice(before).map((line) => JSON.parse(line))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      request_id: 'find-me-again',
      req: { method: 'GET', path: '/v1/nothing' },
      res: { status: 404 },
      duration_ms: expect.any(Number)
    })
  })

  it('hides fields of a telling name, and what a database driver repeats in its errors', () => {
    const lines: string[] = []
    const log = createLogger('trace', { write: (line) => void lines.push(line) })
    const secrets = {
      password: 'canary',
      pin: 'canary',
      authorization: 'canary',
      email: 'canary',
      iban: 'canary',
      name: 'canary'
    }
    log.info(secrets, 'top')
    log.info({ a: secrets, b: { c: secrets, d: { e: secrets } } }, 'deep')
    log.error(
      {
        err: Object.assign(new Error('duplicate key'), {
          code: '23505',
          detail: 'Key (email)=(canary)',
          where: 'canary'
        })
      },
      'failed'
    )
    expect(lines.join('')).not.toContain('canary')
    expect(JSON.parse(lines[2]!)).toMatchObject({ err: { type: 'Error', message: 'duplicate key', code: '23505' } })
  })
})
