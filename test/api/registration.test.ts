import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { LaunchRequest } from '../../api/temporal.ts'
import { setBusinessClock } from '../../store/business-clock.ts'
import { personalKinds } from '../../domain/personal.ts'
import { findPersonal } from '../../store/personal.ts'
import { listAudit } from '../../store/audit.ts'
import { readCode } from '../../store/verification.ts'
import { bearer, newCustomer, newKey, startApi, type ApiUnderTest } from './api-under-test.ts'

const password = 'correct horse battery'
const terms_version = '2026-11'

let api: ApiUnderTest
const launched: LaunchRequest[] = []
beforeAll(async () => {
  const refuse = () => Promise.reject(new Error('not in this test'))
  const launch = async (request: LaunchRequest) => {
    launched.push(request)
    return 'started' as const
  }
  api = await startApi({
    policyOver: { registration: { per_address: { max: 10_000 } } },
    processes: {
      startOnce: refuse,
      findOnce: refuse,
      update: refuse,
      nudge: refuse,
      nudgeAll: refuse,
      launchOrNudge: refuse,
      launch
    }
  })
})
afterAll(() => api.stop())

const newEmail = () => `${newKey()}@example.org`
const post = (path: string, body: object = {}, key = newKey()) =>
  api.http.post(`/v1${path}`).set('Idempotency-Key', key).send(body)
const register = (over: object = {}, key?: string) =>
  post('/registrations', { email: newEmail(), password, zone: 'Europe/Berlin', terms_version, ...over }, key)
const confirm = (id: string, code: string, key?: string) => post(`/verifications/${id}/confirm`, { code }, key)
const resend = (id: string) => post(`/verifications/${id}/resend`)
const logIn = (login: string) => api.http.post('/v1/sessions').send({ login, password })
const codeOf = (id: string) => readCode(api.deps.db, api.deps.vault, id as never)
/** Five that are not the code. */
const wrongFor = (code: string) =>
  Array.from({ length: 5 }, (_, n) => String((Number(code) + n + 1) % 1e6).padStart(6, '0'))

describe('registering', () => {
  it.each([
    ['email', () => newEmail()],
    ['phone', () => `+4917${String(Date.now()).slice(-9)}`]
  ] as const)(
    'by %s makes a customer at tier 0 who can log in once the code has come back',
    async (channel, contact) => {
      const login = contact()
      const { status, body } = await register({ email: undefined, [channel]: login, name: 'Ada Example' })
      expect([status, body]).toEqual([
        201,
        {
          id: expect.stringMatching(/^ver_[0-9a-f]{32}$/),
          object: 'verification',
          customer_id: expect.stringMatching(/^cus_[0-9a-f]{32}$/),
          channel,
          state: 'pending',
          attempts_left: 5,
          expires_at: expect.any(String)
        }
      ])
      expect((await logIn(login)).status).toBe(401)
      const confirmed = await confirm(body.id, await codeOf(body.id))
      expect([confirmed.status, confirmed.body.state]).toEqual([200, 'verified'])
      const session = await logIn(login)
      expect(session.status).toBe(201)
      const me = await api.http
        .get(`/v1/customers/${body.customer_id}`)
        .set('Authorization', bearer(session.body.access_token))
      expect(me.body).toMatchObject({ state: 'registered', tier: 0, name: 'Ada Example', [channel]: login })
    }
  )

  it('starts the run that sends the code after the commit, and names nobody in it', async () => {
    const email = newEmail()
    const { body } = await register({ email })
    const request = launched.find(({ id }) => id === body.id)
    expect(request).toMatchObject({ type: 'deliver-code', order: { id: body.id, customer_id: body.customer_id } })
    const said = JSON.stringify(request)
    for (const secret of [email, await codeOf(body.id), password]) expect(said).not.toContain(secret)
  })

  it('keeps which terms were agreed to, and the deed in the audit log, without the address', async () => {
    const { body } = await register()
    const consents = api.deps.db.selectFrom('consent').select(['document', 'version'])
    expect(await consents.where('customer_id', '=', body.customer_id).execute()).toEqual([
      { document: 'terms', version: terms_version }
    ])
    expect(await listAudit(api.deps.db, { limit: 5, object: body.customer_id })).toMatchObject([
      { actor: 'anyone', action: 'customer.registered', data: { terms_version } }
    ])
  })

  it('gives the verification an id that follows from no other, the customer’s least of all', async () => {
    const { body } = await register()
    expect(body.id.slice(4)).not.toBe(body.customer_id.slice(4))
  })

  it('twice under one key makes one customer, and sends one code', async () => {
    const [key, email] = [newKey(), newEmail()]
    const [first, second] = [await register({ email }, key), await register({ email }, key)]
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect(launched.filter(({ id }) => id === first.body.id)).toHaveLength(1)
  })

  it('with somebody else’s key and another body is 422, and tells nothing of the first', async () => {
    const key = newKey()
    await register({}, key)
    const { status, body } = await register({}, key)
    expect([status, body.code]).toEqual([422, 'idempotency_key_reused'])
    expect(JSON.stringify(body)).not.toMatch(/ver_|cus_/)
  })

  it.each([
    ['neither address', { email: undefined }, '/email'],
    ['both addresses', { phone: '+491701234567' }, '/email'],
    ['a weak password', { password: 'password123' }, '/password'],
    ['terms that are not in force', { terms_version: '1999-01' }, '/terms_version'],
    ['a zone that does not exist', { zone: 'Europe/Atlantis' }, '/zone'],
    ['a tier of one’s own', { tier: 3 }, '/tier']
  ])('with %s is 400 and says where', async (_what, over, pointer) => {
    const { status, body } = await register(over)
    expect([status, body.errors[0].pointer]).toEqual([400, pointer])
  })

  it('with an address that somebody has proved answers like any other, and never proves it for a second one', async () => {
    const { email } = await newCustomer(api)
    const { status, body } = await register({ email })
    expect([status, body.state]).toEqual([201, 'pending'])
    const { status: proved } = await confirm(body.id, await codeOf(body.id))
    expect(proved).toBe(409)
  })

  it('at once with the same address: who confirms first has it, the other one is 409', async () => {
    const email = newEmail()
    const both = [await register({ email }), await register({ email })].map(({ body }) => String(body.id))
    const answers = await Promise.all(both.map(async (id) => confirm(id, await codeOf(id))))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  it('keeps the address sealed, under the customer’s own key', async () => {
    const email = newEmail()
    const { body } = await register({ email })
    const known = await findPersonal(api.deps.db, api.deps.vault, body.customer_id, personalKinds)
    expect(known).toMatchObject([{ kind: 'email', value: email, verifiedAt: null }])
    const { rows } = await api.deps.pool.query(
      'select v::text as row from verification v union all select c::text from customer c'
    )
    for (const { row } of rows as { row: string }[]) expect(row).not.toContain(email)
  })
})

describe('a code', () => {
  it('that is wrong counts down, and after five not even the right one is looked at', async () => {
    const { body } = await register()
    const code = await codeOf(body.id)
    const left: number[] = []
    for (const wrong of wrongFor(code)) {
      const answer = await confirm(body.id, wrong)
      expect([answer.status, answer.body.code]).toEqual([403, 'verification_failed'])
      left.push(answer.body.attempts_left)
    }
    expect(left).toEqual([4, 3, 2, 1, 0])
    const late = await confirm(body.id, code)
    expect([late.status, late.body.code]).toEqual([409, 'verification_over'])
  })

  it('guessed 32 times at once is looked at five times', async () => {
    const { body } = await register()
    const code = Number(await codeOf(body.id))
    const guesses = Array.from({ length: 32 }, (_, n) => String((code + n + 1) % 1e6).padStart(6, '0'))
    const answers = await Promise.all(guesses.map((guess) => confirm(body.id, guess)))
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(5)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(27)
  })

  it('works once: sent again under the same key it gives the same answer, under another it is over', async () => {
    const { body } = await register()
    const [code, key] = [await codeOf(body.id), newKey()]
    const first = await confirm(body.id, code, key)
    const again = await confirm(body.id, code, key)
    expect([again.status, again.body]).toEqual([200, first.body])
    expect((await confirm(body.id, code)).body.code).toBe('verification_over')
  })

  it('is over when a newer one was asked for, and the newer one works', async () => {
    const { body: old } = await register()
    const fresh = await resend(old.id)
    expect([fresh.status, fresh.body.customer_id, fresh.body.attempts_left]).toEqual([201, old.customer_id, 5])
    expect((await confirm(old.id, await codeOf(old.id))).body.code).toBe('verification_over')
    expect((await confirm(fresh.body.id, await codeOf(fresh.body.id))).status).toBe(200)
    expect((await resend(fresh.body.id)).body.code).toBe('verification_over')
  })

  it('can be asked for five times an hour, then only later', async () => {
    let { body } = await register()
    for (let n = 1; n < 5; n++) ({ body } = await resend(body.id))
    const { status, headers } = await resend(body.id)
    expect(status).toBe(429)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    // Refused whole: the code before still works.
    expect((await confirm(body.id, await codeOf(body.id))).status).toBe(200)
  })

  it('of a verification that nobody has is 404', async () => {
    expect((await confirm(`ver_${'0'.repeat(32)}`, '123456')).status).toBe(404)
  })

  it('runs out after ten minutes of business time', async () => {
    const { body } = await register()
    await setBusinessClock(api.deps.db, 10 * 60_000 + 1)
    try {
      const late = await confirm(body.id, await codeOf(body.id))
      expect([late.status, late.body.code]).toEqual([409, 'verification_over'])
    } finally {
      await setBusinessClock(api.deps.db, 0)
    }
  })
})
