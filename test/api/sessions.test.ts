import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SignJWT } from 'jose'
import { sql } from 'kysely'
import supertest from 'supertest'
import { createApp } from '../../api/app.ts'
import { listAudit } from '../../store/audit.ts'
import { putPersonal } from '../../store/personal.ts'
import { bearer, newCustomer, newId, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi({ policyOver: { access: { login_per_address: { max: 10_000 } } } })
})
afterAll(() => api.stop())

const logIn = (login: string, password: string) => api.http.post('/v1/sessions').send({ login, password })
const refresh = (refresh_token: string) => api.http.post('/v1/sessions/refresh').send({ refresh_token })
const mySessions = (authorization: string) => api.http.get('/v1/sessions').set('Authorization', authorization)

describe('logging in', () => {
  it('with e-mail address and password gives an access token of at most ten minutes and a refresh token', async () => {
    const customer = await newCustomer(api)
    const { status, body } = await logIn(customer.email, customer.password)
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^ses_[0-9a-f]{32}$/),
      object: 'session',
      customer_id: customer.id,
      access_token: expect.any(String),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      refresh_token: expect.any(String)
    })
    const left = Date.parse(body.expires_at) - Date.now()
    expect(left).toBeGreaterThan(500_000)
    expect(left).toBeLessThanOrEqual(600_000)
    expect((await mySessions(bearer(body.access_token))).body.data).toMatchObject([{ id: body.id, current: true }])
  })

  it('finds the account whatever the case of the address and the spaces around it', async () => {
    const { email, password } = await newCustomer(api)
    expect((await logIn(` ${email.toUpperCase()} `, password)).status).toBe(201)
  })

  it('answers a wrong password and an unknown log-in with the same problem', async () => {
    const { email } = await newCustomer(api)
    const wrong = await logIn(email, 'not the password')
    const unknown = await logIn('nobody@example.org', 'not the password')
    const plain = ({ body: { request_id: _, ...rest } }: { body: Record<string, unknown> }) => rest
    expect(wrong.status).toBe(401)
    expect(plain(wrong)).toEqual(plain(unknown))
    expect(wrong.body.code).toBe('invalid_credentials')
  })

  it('is refused with an address that its owner has not proved', async () => {
    const { id, password } = await newCustomer(api)
    await putPersonal(api.deps.db, api.deps.vault, id, { kind: 'phone', value: '+4915112345678' })
    expect((await logIn('+4915112345678', password)).status).toBe(401)
    await putPersonal(api.deps.db, api.deps.vault, id, { kind: 'phone', value: '+4915112345678', verified: true })
    expect((await logIn('+49 151 12345678', password)).status).toBe(201)
  })

  it('is written to the audit log, right or wrong, without the log-in name', async () => {
    const { id, email, password } = await newCustomer(api)
    await logIn(email, 'wrong password')
    const { body } = await logIn(email, password)
    expect(await listAudit(api.deps.db, { limit: 5, object: id })).toMatchObject([
      { action: 'session.refused', actor: 'anyone' }
    ])
    const opened = await listAudit(api.deps.db, { limit: 5, object: body.id })
    expect(opened).toMatchObject([{ action: 'session.opened', actor: id, data: {} }])
  })

  it('64 times at once with wrong passwords looks at ten, and refuses the rest with Retry-After, the right one too', async () => {
    const { email, password } = await newCustomer(api)
    const answers = await Promise.all(Array.from({ length: 64 }, () => logIn(email, 'guess')))
    const limited = answers.filter(({ status }) => status === 429)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    expect(limited).toHaveLength(54)
    expect(
      limited.every(({ headers, body }) => Number(headers['retry-after']) > 0 && body.code === 'too_many_requests')
    ).toBe(true)
    expect((await logIn(email, password)).status).toBe(429)
  })

  it('counts over two processes of the API together', async () => {
    const other = supertest(createApp(api.deps))
    const { email } = await newCustomer(api)
    const guess = { login: email, password: 'guess' }
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, n) => (n % 2 ? other : api.http).post('/v1/sessions').send(guess))
    )
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
  })

  it('is limited by address too, whatever the log-in names are', async () => {
    const strict = await startApi({ policyOver: { access: { login_per_address: { max: 3 } } } })
    try {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          strict.http.post('/v1/sessions').send({ login: `u${n}@example.org`, password: 'guess' })
        )
      )
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(3)
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(5)
    } finally {
      await strict.stop()
    }
  })
})

describe('a refresh token', () => {
  it('continues the session once and brings the next one', async () => {
    const { id } = await newCustomer(api)
    const session = await sessionFor(api, id)
    const first = await refresh(session.refreshToken)
    expect(first.status).toBe(200)
    expect(first.body.id).toBe(session.id)
    expect(first.body.refresh_token).not.toBe(session.refreshToken)
    expect((await refresh(first.body.refresh_token)).status).toBe(200)
  })

  it('used a second time ends the session for everyone: owner, thief, every access token', async () => {
    const { id } = await newCustomer(api)
    const stolen = await sessionFor(api, id)
    const thief = await refresh(stolen.refreshToken)
    expect((await mySessions(bearer(thief.body.access_token))).status).toBe(200)
    const owner = await refresh(stolen.refreshToken)
    expect(owner.status).toBe(401)
    expect((await refresh(thief.body.refresh_token)).status).toBe(401)
    expect((await mySessions(bearer(thief.body.access_token))).status).toBe(401)
    expect((await mySessions(stolen.authorization)).status).toBe(401)
    expect(await listAudit(api.deps.db, { limit: 1, object: stolen.id })).toMatchObject([
      { action: 'session.ended', data: { reason: 'refresh_token_reused' } }
    ])
  })

  it('used by 16 at once is good for one of them at most, and the session ends', async () => {
    const { id } = await newCustomer(api)
    const session = await sessionFor(api, id)
    const answers = await Promise.all(Array.from({ length: 16 }, () => refresh(session.refreshToken)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await mySessions(session.authorization)).status).toBe(401)
  })

  it('that nobody was given is refused', async () => {
    expect((await refresh(`cof_refresh_${'0'.repeat(64)}`)).status).toBe(401)
  })

  it('is kept as a hash only', async () => {
    const { id } = await newCustomer(api)
    const { refreshToken } = await sessionFor(api, id)
    const { rows } = await sql<{ row: string }>`select to_jsonb(refresh_token)::text as row from refresh_token`.execute(
      api.deps.db
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(
      rows.some(({ row }) => row.includes(refreshToken) || row.includes(Buffer.from(refreshToken).toString('hex')))
    ).toBe(false)
  })
})

describe('logging out', () => {
  it('ends the access token at once, and a second time does nothing', async () => {
    const { id } = await newCustomer(api)
    const [session, other] = [await sessionFor(api, id), await sessionFor(api, id)]
    const logOut = (authorization: string) =>
      api.http.delete(`/v1/sessions/${session.id}`).set('Authorization', authorization)
    expect((await logOut(session.authorization)).status).toBe(204)
    expect((await mySessions(session.authorization)).status).toBe(401)
    expect((await refresh(session.refreshToken)).status).toBe(401)
    expect((await logOut(other.authorization)).status).toBe(204)
    expect(await listAudit(api.deps.db, { limit: 5, object: session.id })).toHaveLength(1)
  })

  it("of someone else's session is answered like one that does not exist", async () => {
    const [mine, theirs] = [
      await sessionFor(api, (await newCustomer(api)).id),
      await sessionFor(api, (await newCustomer(api)).id)
    ]
    const end = (id: string) => api.http.delete(`/v1/sessions/${id}`).set('Authorization', mine.authorization)
    expect((await end(theirs.id)).body.code).toBe('not_found')
    expect((await end(newId('ses'))).body.code).toBe('not_found')
    expect((await end('ses_1')).body.code).toBe('not_found')
    expect((await mySessions(theirs.authorization)).status).toBe(200)
  })
})

describe('an access token', () => {
  const forged = async (
    change: (token: SignJWT) => SignJWT,
    key: Uint8Array,
    session: { id: string },
    customerId: string
  ) =>
    bearer(
      await change(
        new SignJWT({ sid: session.id })
          .setProtectedHeader({ alg: 'HS256' })
          .setSubject(customerId)
          .setIssuer('coffer')
          .setAudience('coffer-api')
          .setIssuedAt()
          .setExpirationTime('5m')
      ).sign(key)
    )

  it('is refused with another key, audience, issuer, time or customer, and accepted without any change', async () => {
    const { id } = await newCustomer(api)
    const session = await sessionFor(api, id)
    const key = api.deps.vault.sessionKey
    const status = async (authorization: Promise<string>) => (await mySessions(await authorization)).status
    expect(await status(forged((token) => token, key, session, id))).toBe(200)
    expect(await status(forged((token) => token, Buffer.alloc(32, 1), session, id))).toBe(401)
    expect(await status(forged((token) => token.setAudience('another'), key, session, id))).toBe(401)
    expect(await status(forged((token) => token.setIssuer('another'), key, session, id))).toBe(401)
    expect(await status(forged((token) => token.setExpirationTime('-1s'), key, session, id))).toBe(401)
    expect(await status(forged((token) => token, key, session, newId('cus')))).toBe(401)
  })

  it('without a signature is refused', async () => {
    const { id } = await newCustomer(api)
    const session = await sessionFor(api, id)
    const [header, payload] = [
      { alg: 'none' },
      { sid: session.id, sub: id, iss: 'coffer', aud: 'coffer-api', exp: 9_999_999_999 }
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    expect((await mySessions(bearer(`${header}.${payload}.`))).status).toBe(401)
  })

  it('of a customer whose account was closed is refused', async () => {
    const { id } = await newCustomer(api)
    const session = await sessionFor(api, id)
    await api.deps.db.updateTable('customer').set({ state: 'closed' }).where('id', '=', id).execute()
    expect((await mySessions(session.authorization)).status).toBe(401)
  })
})
