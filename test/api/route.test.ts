import express, { Router } from 'express'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import supertest from 'supertest'
import { z } from 'zod'
import { createAccessTokens } from '../../api/access-token.ts'
import { createAuthenticate } from '../../api/authenticate.ts'
import { requestLogger } from '../../api/logger.ts'
import { mount } from '../../api/mount.ts'
import { problemHandler } from '../../api/problem.ts'
import { answer, media, route, type Route } from '../../api/route.ts'
import { id, Instant, MoneyReply, MoneyRequest } from '../../api/schemas.ts'
import { toWire } from '../../domain/money.ts'
import { createRateLimit } from '../../store/rate-limits.ts'
import { keyFor, newCustomer, newKey, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
let customer: string
let service: string
beforeAll(async () => {
  api = await startApi()
  customer = (await sessionFor(api, (await newCustomer(api)).id)).authorization
  service = await keyFor(api, 'service')
})
afterAll(() => api.stop())

/** A single route on the ground of the real ones. */
function serve(declared: Route) {
  const { config, db, vault, pool, policy, logger } = api.deps
  const tokens = createAccessTokens(vault.sessionKey, policy.access.access_token_ms)
  const failures = createRateLimit(pool, 'unauthenticated', policy.access.unauthenticated_per_address)
  const v1 = Router()
  mount(v1, declared, { config, db, vault, authenticate: createAuthenticate(db, tokens, failures) })
  return supertest(express().use(requestLogger(logger)).use('/v1', v1).use(problemHandler))
}

const Thing = z.strictObject({ name: z.string() })

describe('a route that promises owners only their own', () => {
  const forgetful = (look: boolean) =>
    route.get(
      '/things',
      { summary: 'Things', reply: Thing, callers: { customer: 'own', service: 'any' }, scope: 'things:read' },
      async (call) => {
        if (look) call.ownOnly()
        return { name: 'a canary of someone else' }
      }
    )

  it('and forgets to look whose it is answers 500 rather than what it has', async () => {
    const { status, text } = await serve(forgetful(false)).get('/v1/things').set('Authorization', customer)
    expect(status).toBe(500)
    expect(text).not.toContain('canary')
  })

  it('answers owners when it has looked, and those who own nothing either way', async () => {
    expect((await serve(forgetful(true)).get('/v1/things').set('Authorization', customer)).status).toBe(200)
    expect((await serve(forgetful(false)).get('/v1/things').set('Authorization', service)).status).toBe(200)
  })
})

describe('a reply', () => {
  const replying = (run: () => Promise<never>) =>
    serve(
      route.get(
        '/things',
        {
          summary: 'Things',
          reply: Thing,
          callers: 'public',
          otherReplies: { 202: { description: 'Later', schema: Thing } }
        },
        run
      )
    ).get('/v1/things')

  it('with a field that the contract does not name does not leave', async () => {
    const { status, text } = await replying(async () => ({ name: 'x', iban: 'canary' }) as never)
    expect(status).toBe(500)
    expect(text).not.toContain('canary')
    expect(api.log.join('')).not.toContain('canary')
  })

  it('of another declared status carries its own headers', async () => {
    const { status, headers, body } = await replying(
      async () => answer(202, { name: 'x' }, { Location: '/v1/things/1' }) as never
    )
    expect([status, headers.location, body]).toEqual([202, '/v1/things/1', { name: 'x' }])
  })

  it('of a status that is not declared does not leave', async () => {
    expect((await replying(async () => answer(203, { name: 'x' }) as never)).status).toBe(500)
  })

  it('may be bytes of another type', async () => {
    const picture = route.get(
      '/pictures/{id}.png',
      { summary: 'Picture', params: z.strictObject({ id: id('qrc') }), reply: media('image/png'), callers: 'public' },
      async () => Buffer.from([1, 2, 3])
    )
    const { type, body } = await serve(picture).get(`/v1/pictures/qrc_${'0'.repeat(32)}.png`)
    expect([type, [...body]]).toEqual(['image/png', [1, 2, 3]])
  })

  it('is never to be kept by caches', async () => {
    expect((await replying(async () => ({ name: 'x' }) as never)).headers['cache-control']).toBe('no-store')
  })
})

describe('what a route sees of a request', () => {
  const Order = z.strictObject({ amount: MoneyRequest, note: z.string().optional() })
  const Seen = z.strictObject({
    amount: MoneyReply,
    id: z.string(),
    fingerprint: z.string(),
    update: z.string(),
    principal: z.string()
  })
  const seeing = route.post(
    '/orders',
    {
      summary: 'Order',
      body: Order,
      reply: Seen,
      status: 201,
      callers: { service: 'any' },
      scope: 'orders:write',
      idempotency: 'process'
    },
    async ({ body, newId, fingerprint, updateId, principal }) => ({
      amount: toWire(body.amount),
      id: newId('pay'),
      fingerprint,
      update: updateId,
      principal
    })
  )
  const order = async (key: string, body: string, authorization = service) =>
    (
      await serve(seeing)
        .post('/v1/orders')
        .set({ Authorization: authorization, 'Idempotency-Key': key, 'Content-Type': 'application/json' })
        .send(body)
    ).body

  it('is the same for the same request, whatever its key order, white space and API key are', async () => {
    const key = newKey()
    const first = await order(key, '{"amount":{"amount":"1050","currency":"USD"},"note":"x"}')
    expect(first).toMatchObject({
      amount: { amount: '1050', currency: 'USD' },
      id: expect.stringMatching(/^pay_[0-9a-f]{32}$/),
      principal: 'service:tests'
    })
    const again = await order(
      key,
      '{ "note": "x", "amount": {"currency":"USD", "amount":"1050"} }',
      await keyFor(api, 'service')
    )
    expect(again).toEqual(first)
  })

  it('differs in the fingerprint by content alone, and in id and update by key alone', async () => {
    const key = newKey()
    const first = await order(key, '{"amount":{"amount":"1050","currency":"USD"}}')
    const content = await order(key, '{"amount":{"amount":"1051","currency":"USD"}}')
    const otherKey = await order(newKey(), '{"amount":{"amount":"1050","currency":"USD"}}')
    expect([content.id, content.update, content.fingerprint !== first.fingerprint]).toEqual([
      first.id,
      first.update,
      true
    ])
    expect([otherKey.fingerprint, otherKey.id !== first.id, otherKey.update !== first.update]).toEqual([
      first.fingerprint,
      true,
      true
    ])
  })

  it.each([
    '"0"',
    '"0100"',
    '"-1"',
    '"1e3"',
    '"0.1"',
    '" 1"',
    '"1 "',
    '""',
    '"+1"',
    '"9999999999999999999"',
    '1050',
    'null',
    '"١"',
    '"0x10"'
  ])('never is the amount %s', async (amount) => {
    expect((await order(newKey(), `{"amount":{"amount":${amount},"currency":"USD"}}`)).code).toBe('invalid_request')
  })

  it.each(['"usd"', '"XXX"', '"US"', '""', 'null', '"USD "', '"constructor"'])(
    'never is the currency %s',
    async (currency) => {
      expect((await order(newKey(), `{"amount":{"amount":"1","currency":${currency}}}`)).code).toBe('invalid_request')
    }
  )

  it('has at most 18 digits of an amount', async () => {
    expect((await order(newKey(), '{"amount":{"amount":"999999999999999999","currency":"USD"}}')).amount.amount).toBe(
      '999999999999999999'
    )
  })
})

describe('a declaration', () => {
  it('whose parameters are not the path’s, or that lets keys in without a scope, does not start', () => {
    const spec = { summary: 'x', reply: z.strictObject({ at: Instant }) }
    expect(() => route.get('/things/{id}', { ...spec, callers: 'public' }, async (_call) => ({ at: '' }))).toThrow(
      /params must be { id }/
    )
    expect(() => route.get('/things', { ...spec, callers: { service: 'any' } }, async (_call) => ({ at: '' }))).toThrow(
      /needs a scope/
    )
  })
})
