import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SignJWT } from 'jose'
import { listRoutes } from '../../api/routes/index.ts'
import { endSession } from '../../store/sessions.ts'
import {
  bearer,
  keyFor,
  newCustomer,
  newId,
  newKey,
  sessionFor,
  startApi,
  type ApiUnderTest,
  type TestCustomer
} from './api-under-test.ts'

/** Every kind of caller there is. `own` and `other`: whose the thing in the path is. */
const callers = [
  'none',
  'garbage',
  'expired',
  'logged out',
  'customer own',
  'customer other',
  'service',
  'merchant own',
  'merchant other',
  'support',
  'reviewer',
  'finance',
  'admin'
] as const
type CallerName = (typeof callers)[number]

/** What stands in the database before a request, and whose it is. */
interface World {
  readonly api: ApiUnderTest
  readonly own: TestCustomer
  readonly authorization: Readonly<Record<CallerName, string | undefined>>
}

interface Row {
  /** A concrete path below /v1; made anew for each caller, so that one's deed is not another's refusal. */
  readonly path: string | ((world: World) => Promise<string> | string)
  readonly body?: object | ((world: World) => object)
  /** Statuses of those who get past authentication and role; everyone else: 401 without credentials, 403 with. */
  readonly allowed: Partial<Record<CallerName, number>>
  /** Needs no credentials: this status for every caller. */
  readonly everyone?: number
}

const apiKeyId = async ({ api }: World) => {
  const admin = await keyFor(api, 'admin')
  const made = await api.http
    .post('/v1/api-keys')
    .set({ Authorization: admin, 'Idempotency-Key': newKey() })
    .send({ role: 'service', name: 'matrix' })
  return made.body.id as string
}

/** One row a route. A request need not succeed: 400 or 404 also shows that a caller was let in. */
const rows: Readonly<Record<string, Row>> = {
  'post /sessions': {
    path: '/sessions',
    body: { login: 'nobody@example.org', password: 'guess' },
    allowed: {},
    everyone: 401
  },
  'post /sessions/refresh': {
    path: '/sessions/refresh',
    body: { refresh_token: `cof_refresh_${'0'.repeat(64)}` },
    allowed: {},
    everyone: 401
  },
  'get /sessions': { path: '/sessions', allowed: { 'customer own': 200, 'customer other': 200 } },
  'delete /sessions/{id}': {
    path: async ({ api, own }) => `/sessions/${(await sessionFor(api, own.id)).id}`,
    allowed: { 'customer own': 204, 'customer other': 404 }
  },
  'post /customers': {
    path: '/customers',
    body: () => ({ name: 'New', email: `${newKey()}@example.org`, zone: 'UTC' }),
    allowed: { service: 201 }
  },
  'get /customers/{id}': {
    path: ({ own }) => `/customers/${own.id}`,
    allowed: { 'customer own': 200, 'customer other': 404, service: 200, support: 200, reviewer: 200, finance: 200 }
  },
  'post /api-keys': { path: '/api-keys', body: { role: 'service', name: 'matrix' }, allowed: { admin: 201 } },
  'post /api-keys/{id}/rotate': {
    path: async (world) => `/api-keys/${await apiKeyId(world)}/rotate`,
    body: {},
    allowed: { admin: 201 }
  },
  'post /api-keys/{id}/revoke': {
    path: async (world) => `/api-keys/${await apiKeyId(world)}/revoke`,
    body: {},
    allowed: { admin: 200 }
  },
  'get /api-keys': { path: '/api-keys', allowed: { admin: 200 } },
  'get /api-keys/{id}': { path: async (world) => `/api-keys/${await apiKeyId(world)}`, allowed: { admin: 200 } },
  'get /policies': { path: '/policies', allowed: { admin: 200 } },
  'put /policies/kill-switches': {
    path: '/policies/kill-switches',
    body: { process: 'top-up', on: false },
    allowed: { admin: 200 }
  },
  'get /audit-log': { path: '/audit-log', allowed: { admin: 200 } },
  'post /callbacks/clock': { path: '/callbacks/clock', body: { offset_ms: 1 }, allowed: {}, everyone: 401 },
  'post /callbacks/{provider}': { path: '/callbacks/bank-a', body: { reference: 'top_1' }, allowed: {}, everyone: 401 }
}

let world: World
const many = { max: 1_000_000 }
beforeAll(async () => {
  const access = { login_failures: many, login_per_address: many, unauthenticated_per_address: many }
  const api = await startApi({ policyOver: { access }, callbackHandlers: { 'bank-a': async () => undefined } })
  const [own, other] = [await newCustomer(api), await newCustomer(api)]
  const ended = await sessionFor(api, own.id)
  await endSession(api.deps.db, ended.id, 'logged_out')
  const authorization = {
    none: undefined,
    garbage: bearer(`cof_admin_${'0'.repeat(64)}`),
    expired: await expiredToken(api, own),
    'logged out': ended.authorization,
    'customer own': (await sessionFor(api, own.id)).authorization,
    'customer other': (await sessionFor(api, other.id)).authorization,
    service: await keyFor(api, 'service'),
    'merchant own': await keyFor(api, { role: 'merchant', merchantId: newId('mer') }),
    'merchant other': await keyFor(api, { role: 'merchant', merchantId: newId('mer') }),
    support: await keyFor(api, 'support'),
    reviewer: await keyFor(api, 'reviewer'),
    finance: await keyFor(api, 'finance'),
    admin: await keyFor(api, 'admin')
  }
  world = { api, own, authorization }
})
afterAll(() => world.api.stop())

/** A token that was good an hour ago, of a session that is still alive. */
async function expiredToken(api: ApiUnderTest, { id }: TestCustomer): Promise<string> {
  const session = await sessionFor(api, id)
  const anHourAgoS = Math.floor(Date.now() / 1000) - 3_600
  const token = new SignJWT({ sid: session.id }).setProtectedHeader({ alg: 'HS256' }).setSubject(id)
  token
    .setIssuer('coffer')
    .setAudience('coffer-api')
    .setIssuedAt(anHourAgoS)
    .setExpirationTime(anHourAgoS + 600)
  return bearer(await token.sign(api.deps.vault.sessionKey))
}

describe('who may call what', () => {
  it('is said in this table for every route, and for no route that does not exist', () => {
    const declared = listRoutes(world.api.deps).map(({ method, path }) => `${method} ${path}`)
    expect(Object.keys(rows).sort()).toEqual(declared.sort())
    expect(new Set(declared).size).toBe(declared.length)
  })

  it('is documented as it is declared', async () => {
    const { body } = await world.api.http.get('/openapi.json')
    for (const { method, path } of listRoutes(world.api.deps)) expect(body.paths[`/v1${path}`]).toHaveProperty(method)
  })

  describe.each(Object.entries(rows))('%s', (name, row) => {
    it.each(callers)('by %s', async (caller) => {
      const [method] = name.split(' ') as ['get' | 'post' | 'put' | 'delete']
      const path = typeof row.path === 'string' ? row.path : await row.path(world)
      const body = typeof row.body === 'function' ? row.body(world) : row.body
      const authorization = world.authorization[caller]
      let request = world.api.http[method](`/v1${path}`).set('Idempotency-Key', newKey())
      if (authorization !== undefined) request = request.set('Authorization', authorization)
      const { status } = await (body === undefined ? request : request.send(body))
      expect(status).toBe(expectedOf(row, caller))
    })
  })

  it('does not depend on a guess of the path: an id of nobody is answered like one of someone else', async () => {
    const authorization = world.authorization['customer other']!
    const answers = await Promise.all(
      [newId('cus'), world.own.id].map((id) =>
        world.api.http.get(`/v1/customers/${id}`).set({ Authorization: authorization, 'X-Request-Id': 'the-same-id' })
      )
    )
    expect(answers[0]!.text).toBe(answers[1]!.text)
  })
})

function expectedOf({ allowed, everyone }: Row, caller: CallerName): number {
  if (everyone !== undefined) return everyone
  if (['none', 'garbage', 'expired', 'logged out'].includes(caller)) return 401
  return allowed[caller] ?? 403
}
