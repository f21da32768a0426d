import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ibanAt } from '../../domain/iban.ts'
import { idOf } from '../../domain/ids.ts'
import { listAudit } from '../../store/audit.ts'
import { findPasswordReset, findWhoForgot, readResetCode } from '../../store/password-reset.ts'
import { setPin } from '../../store/pin.ts'
import { putKycData } from '../../store/kyc-profile.ts'
import { inTransaction } from '../../db/in-transaction.ts'
import { newCustomer, newKey, sessionFor, startApi, type ApiUnderTest, type TestCustomer } from './api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  const away = () => Promise.reject(new Error('this test has no Temporal'))
  const processes = {
    startOnce: away,
    findOnce: async () => ({ kind: 'closed' as const }),
    launch: async () => 'started' as const,
    launchOrNudge: away,
    update: away,
    nudge: away,
    nudgeAll: away
  }
  api = await startApi({ processes, policyOver: { password_reset: { per_address: { max: 10_000 } } } })
})
afterAll(() => api.stop())

const new_password = 'another long passphrase'
const post = (path: string, body: object, authorization?: string) =>
  api.http
    .post(`/v1${path}`)
    .set({ 'Idempotency-Key': newKey(), ...(authorization && { Authorization: authorization }) })
    .send(body)
const ask = (login: string) => post('/password-resets', { login })
const complete = (id: string, body: object) => post(`/password-resets/${id}/complete`, { new_password, ...body })
const logIn = (login: string, password: string) => api.http.post('/v1/sessions').send({ login, password })

/** What the run does that sends the code; `undefined`: there was nobody to send it to. */
async function sent(id: string): Promise<string | undefined> {
  const { db, vault } = api.deps
  const reset = await findPasswordReset(db, id)
  return (await findWhoForgot(db, reset!)) && readResetCode(db, vault, idOf('pwr', id))
}

async function known(customer: TestCustomer) {
  const document = {
    type: 'passport',
    number: 'X 123-4567',
    country: 'DE',
    expires_on: '2036-01-31',
    image_sha256: '0'.repeat(64)
  } as const
  const { db, vault } = api.deps
  await inTransaction(db, (transaction) =>
    putKycData(transaction, vault, customer.id, { birth_date: '1990-05-17', document })
  )
  await db.updateTable('customer').set({ tier: 1 }).where('id', '=', customer.id).execute()
}

const plain = ({ status, body }: { status: number; body: Record<string, unknown> }): Record<string, unknown> => {
  const { request_id: _, id: __, expires_at: ___, ...rest } = body
  return { status, ...rest }
}

describe('A forgotten password', () => {
  it('is replaced by a code, once; sessions end, devices are forgotten, and the audit log has it', async () => {
    const customer = await newCustomer(api)
    const session = await sessionFor(api, customer.id)
    const device = (await post('/sessions', { login: customer.email, password: customer.password, device: {} })).body
      .device
    const { status, body } = await ask(customer.email)
    expect([status, body.state]).toEqual([202, 'pending'])
    const code = await sent(body.id)
    const answers = await Promise.all([complete(body.id, { code }), complete(body.id, { code })])
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
    expect((await complete(body.id, { code })).body.code).toBe('verification_over')
    expect((await api.http.get('/v1/sessions').set('Authorization', session.authorization)).status).toBe(401)
    expect((await logIn(customer.email, customer.password)).status).toBe(401)
    const again = { login: customer.email, password: new_password, device: { token: device.token } }
    expect((await post('/sessions', again)).body.code).toBe('second_factor_required')
    expect(await listAudit(api.deps.db, { limit: 1, object: customer.id, action: 'password.reset' })).toMatchObject([
      { actor: 'anyone', data: { sessions_ended: 2, devices_revoked: 1 } }
    ])
  })

  it('of a customer who has passed KYC takes birth date and document too, and a wrong answer does not say which', async () => {
    const customer = await newCustomer(api)
    await known(customer)
    const { id } = (await ask(customer.email)).body
    const code = (await sent(id))!
    const right = { birth_date: '1990-05-17', document_last4: '4567' }
    const answers = []
    for (const wrong of [
      { code },
      { code, ...right, birth_date: '1990-05-18' },
      { code, ...right, document_last4: '4568' },
      { ...right, code: code === '000000' ? '000001' : '000000' }
    ])
      answers.push(plain(await complete(id, wrong)))
    expect(answers.map(({ attempts_left }) => attempts_left)).toEqual([4, 3, 2, 1])
    expect(new Set(answers.map((answer) => JSON.stringify({ ...answer, attempts_left: 0 }))).size).toBe(1)
    expect((await complete(id, { code, ...right })).status).toBe(200)
    expect((await logIn(customer.email, new_password)).status).toBe(201)
  })

  it('may not be replaced by a weak one, nor by one that is the log-in, and that costs no try', async () => {
    const customer = await newCustomer(api)
    const { id } = (await ask(customer.email)).body
    const code = await sent(id)
    for (const weak of ['short', 'password1234', customer.email])
      expect((await complete(id, { code, new_password: weak })).body.errors[0].pointer).toBe('/new_password')
    expect((await complete(id, { code })).status).toBe(200)
  })

  it('is guessed five times, however many guess at once, and then the right code is over too', async () => {
    const { email } = await newCustomer(api)
    const { id } = (await ask(email)).body
    const code = (await sent(id))!
    const guesses = Array.from({ length: 32 }, (_, n) => String((Number(code) + 1 + n) % 1_000_000).padStart(6, '0'))
    const answers = await Promise.all(guesses.map((guess) => complete(id, { code: guess })))
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(5)
    expect(answers.filter(({ body }) => body.code === 'verification_over')).toHaveLength(27)
    expect((await complete(id, { code })).body.code).toBe('verification_over')
  })
})

describe('A log-in that does not exist', () => {
  it('is answered as one that does, from the first request to the last try, and by the same statements', async () => {
    const { email } = await newCustomer(api)
    const logins = [email, `${newKey()}@example.org`]
    const asked = await Promise.all(logins.map(ask))
    expect(plain(asked[0]!)).toEqual(plain(asked[1]!))
    const ids = asked.map(({ body }) => body.id as string)
    const [code, none] = await Promise.all(ids.map(sent))
    expect([code === undefined, none]).toEqual([false, undefined])
    const wrong = { code: code === '111111' ? '222222' : '111111' }
    for (let tries = 0; tries < 6; tries++) {
      const answers = await Promise.all(ids.map((id) => complete(id, wrong)))
      expect(plain(answers[0]!)).toEqual(plain(answers[1]!))
    }
    const { vault, db } = api.deps
    const another = (await ask(logins[1]!)).body.id as string
    const unsent = await readResetCode(db, vault, idOf('pwr', another))
    expect((await complete(another, { code: unsent })).status).toBe(403)
  })

  it('is asked for as seldom as one that does', async () => {
    const { email } = await newCustomer(api)
    for (const login of [email, `${newKey()}@example.org`]) {
      const answers = await Promise.all(Array.from({ length: 12 }, () => ask(login)))
      expect(answers.filter(({ status }) => status === 202)).toHaveLength(5)
      expect(answers.filter(({ body }) => body.code === 'too_many_requests')).toHaveLength(7)
    }
  })
})

describe('The day after', () => {
  it('nothing sensitive is done: no other PIN, second factor, bank account or higher limit', async () => {
    const customer = await newCustomer(api)
    const { id } = (await ask(customer.email)).body
    await complete(id, { code: await sent(id) })
    const { authorization } = await sessionFor(api, customer.id)
    const mine = `/customers/${customer.id}`
    for (const [path, body] of [
      [`${mine}/set-pin`, { password: new_password, pin: '471199' }],
      [`${mine}/change-pin`, { old_pin: '471199', new_pin: '582941' }],
      ['/second-factor', { password: new_password }],
      ['/bank-accounts', { iban: ibanAt('a', '000000', '44556600'), method: 'instant' }]
    ] as const) {
      const answer = await post(path, body, authorization)
      expect([path, answer.body.code, answer.status]).toEqual([path, 'cooling_down', 409])
      const left = Date.parse(answer.body.until) - Date.now()
      expect(Math.round(left / 3_600_000)).toBe(24)
    }
    const { db, vault } = api.deps
    await db.updateTable('customer').set({ tier: 2 }).where('id', '=', customer.id).execute()
    await setPin(db, vault, customer.id, '471199')
    const limit = (amount: string) => ({ per_day: { amount, currency: 'USD' }, pin: '471199' })
    expect((await post(`${mine}/set-limits`, limit('20000'), authorization)).status).toBe(200)
    expect((await post(`${mine}/set-limits`, limit('30000'), authorization)).body.code).toBe('cooling_down')
    expect((await post(`${mine}/set-limits`, limit('10000'), authorization)).status).toBe(200)
    await api.deps.db
      .updateTable('password')
      .set({ cooling_until: new Date() })
      .where('customer_id', '=', customer.id)
      .execute()
    const { status } = await post(`${mine}/change-pin`, { old_pin: '471199', new_pin: '582941' }, authorization)
    expect(status).toBe(200)
  })
})
