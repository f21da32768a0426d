import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SignJWT } from 'jose'
import { listRoutes } from '../../api/routes/index.ts'
import { insertBankAccount } from '../../store/bank-account.ts'
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
import { rows } from './matrix-rows.ts'
import { callers, type CallerName, type Row, type World } from './matrix-world.ts'
import { createTill, newMerchant, newPayer } from './parties.ts'

let world: World
const many = { max: 1_000_000 }
beforeAll(async () => {
  const access = { login_failures: many, login_per_address: many, unauthenticated_per_address: many }
  const api = await startApi({ policyOver: { access }, callbackHandlers: { 'bank-a': async () => undefined } })
  const [own, other, merchantId] = [await newPayer(api), await newCustomer(api), await newMerchant(api)]
  const bankAccountId = newId('ban')
  await insertBankAccount(api.deps.db, {
    id: bankAccountId,
    customerId: own.id,
    bank: 'a',
    state: 'linked',
    linkedAt: new Date()
  })
  const till = createTill(api)
  await till.fill(own.walletId, 1_000n)
  const paymentId = await till.pay({ walletId: own.walletId, merchantId, amount: 100n })
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
    'merchant own': await keyFor(api, { role: 'merchant', merchantId }),
    'merchant other': await keyFor(api, { role: 'merchant', merchantId: newId('mer') }),
    support: await keyFor(api, 'support'),
    reviewer: await keyFor(api, 'reviewer'),
    finance: await keyFor(api, 'finance'),
    admin: await keyFor(api, 'admin')
  }
  world = { api, own, bankAccountId, merchantId, paymentId, authorization }
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
    it.each(callers)('answers %s as the table says', async (caller) => {
      const [method] = name.split(' ') as ['get' | 'post' | 'put' | 'patch' | 'delete']
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
