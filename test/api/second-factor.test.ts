import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { idOf } from '../../domain/ids.ts'
import { listAudit } from '../../store/audit.ts'
import { totpCode, totpStep } from '../../store/totp.ts'
import { readCode } from '../../store/verification.ts'
import { bearer, newCustomer, newId, newKey, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
const launched: string[] = []
beforeAll(async () => {
  const away = () => Promise.reject(new Error('this test has no Temporal'))
  const launch = async ({ id }: { id: string }) => (launched.push(id), 'started' as const)
  const processes = {
    startOnce: away,
    findOnce: away,
    launch,
    launchOrNudge: away,
    update: away,
    nudge: away,
    nudgeAll: away
  }
  api = await startApi({ processes, policyOver: { access: { login_per_address: { max: 10_000 } } } })
})
afterAll(() => api.stop())

type Owner = Awaited<ReturnType<typeof newOwner>>

async function newOwner() {
  const customer = await newCustomer(api)
  const { authorization } = await sessionFor(api, customer.id)
  const post = (path: string, body: object = {}, by = authorization) =>
    api.http.post(`/v1${path}`).set({ Authorization: by, 'Idempotency-Key': newKey() }).send(body)
  const get = (path: string, by = authorization) => api.http.get(`/v1${path}`).set('Authorization', by)
  const logIn = (more: object = {}) =>
    api.http.post('/v1/sessions').send({ login: customer.email, password: customer.password, ...more })
  return { ...customer, authorization, post, get, logIn }
}

const fromBase32 = (text: string): Buffer => {
  const bits = [...text].map((each) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0'))
  return Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)!
      .map((byte) => parseInt(byte, 2))
  )
}

/**
 * With an authenticator, whose first code is used up; its clock is a step fast where `offset` says so. Such a code is good
 * after the step's end too: no test hangs on the second in which it runs.
 */
async function enrolled(owner: Owner) {
  const { body } = await owner.post('/second-factor', { password: owner.password })
  const secret = fromBase32(body.secret as string)
  const totp = (offset = 0) => totpCode(secret, totpStep(Date.now()) + offset)
  const confirmed = await owner.post('/second-factor/confirm', { totp: totp() })
  expect(confirmed.status).toBe(200)
  return { totp, uri: body.otpauth_uri as string, recoveryCodes: confirmed.body.recovery_codes as string[] }
}

describe('A second factor', () => {
  it('is shown once as text, URI and picture, and is in force with its first code, which gives ten recovery codes', async () => {
    const owner = await newOwner()
    expect((await owner.post('/second-factor', { password: 'a guess that is wrong' })).status).toBe(401)
    const { body } = await owner.post('/second-factor', { password: owner.password })
    expect(body).toMatchObject({ state: 'pending', secret: expect.stringMatching(/^[A-Z2-7]{32}$/) })
    expect(body.otpauth_uri).toBe(
      `otpauth://totp/Coffer:${encodeURIComponent(owner.email)}?secret=${body.secret}&issuer=Coffer`
    )
    expect(body.qr_svg).toContain('<svg')
    expect((await owner.logIn()).status).toBe(201)
    const wrong = await owner.post('/second-factor/confirm', { totp: '000000' })
    expect([wrong.status, wrong.body.code, wrong.body.attempts_left]).toEqual([403, 'second_factor_failed', 4])
    const totp = totpCode(fromBase32(body.secret), totpStep(Date.now()))
    const { body: active } = await owner.post('/second-factor/confirm', { totp })
    expect(new Set(active.recovery_codes).size).toBe(10)
    expect((await owner.get('/second-factor')).body).toMatchObject({ state: 'active', recovery_codes_left: 10 })
    expect((await owner.post('/second-factor', { password: owner.password })).status).toBe(409)
    const deeds = (await listAudit(api.deps.db, { limit: 5, object: owner.id })).map(({ action }) => action)
    expect(deeds).toContain('second_factor.on')
  })

  it('stands in the database neither as text nor as bytes', async () => {
    const owner = await newOwner()
    const { body } = await owner.post('/second-factor', { password: owner.password })
    const { rows } = await sql<{ row: string }>`select to_jsonb(f)::text as row from second_factor f
      where customer_id = ${owner.id}`.execute(api.deps.db)
    const secret = fromBase32(body.secret)
    for (const form of [body.secret, secret.toString('hex'), Buffer.from(secret.toString('hex')).toString('hex')])
      expect(rows[0]!.row).not.toContain(form)
  })

  it('lets a log-in through with a code once, and with each recovery code once', async () => {
    const owner = await newOwner()
    const { totp, recoveryCodes } = await enrolled(owner)
    const asked = await owner.logIn()
    expect([asked.status, asked.body.code, asked.body.methods]).toEqual([
      403,
      'second_factor_required',
      ['totp', 'recovery_code']
    ])
    const code = totp(1)
    const answers = await Promise.all([owner.logIn({ totp: code }), owner.logIn({ totp: code })])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403])
    expect((await owner.logIn({ totp: code })).body.code).toBe('second_factor_failed')
    // One of a step that has passed is used up too.
    expect((await owner.logIn({ totp: totp() })).status).toBe(403)
    const typed = recoveryCodes[0]!.toUpperCase().replaceAll('-', ' ')
    expect((await owner.logIn({ recovery_code: typed })).status).toBe(201)
    expect((await owner.logIn({ recovery_code: typed })).status).toBe(403)
    expect((await owner.get('/second-factor')).body.recovery_codes_left).toBe(9)
  })

  it('guessed by 32 at once is looked at five times, and locks the right one out too', async () => {
    const owner = await newOwner()
    const { totp } = await enrolled(owner)
    const rightOnes = [-1, 0, 1, 2].map(totp)
    const guesses = Array.from({ length: 40 }, (_, n) => String(100_000 + n)).filter(
      (each) => !rightOnes.includes(each)
    )
    const answers = await Promise.all(guesses.slice(0, 32).map((each) => owner.logIn({ totp: each })))
    expect(answers.filter(({ body }) => body.code === 'second_factor_failed')).toHaveLength(5)
    // Those that came together also met the limit of the log-in itself.
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(27)
    const right = await owner.logIn({ totp: totp(1) })
    expect([right.status, Number(right.headers['retry-after']) > 1_000]).toEqual([429, true])
  })

  it('is done without again by password and code, and not by one of them', async () => {
    const owner = await newOwner()
    const { totp, recoveryCodes } = await enrolled(owner)
    const [recovery_code] = recoveryCodes
    expect((await owner.post('/second-factor/disable', { password: owner.password })).status).toBe(400)
    expect((await owner.post('/second-factor/disable', { password: 'a wrong one', recovery_code })).status).toBe(401)
    const done = await owner.post('/second-factor/disable', { password: owner.password, totp: totp(1) })
    expect(done.body).toMatchObject({ state: 'none', recovery_codes_left: 0 })
    expect((await owner.logIn()).status).toBe(201)
  })
})

describe('A device', () => {
  const named = (name: string) => ({ device: { name } })

  it('is known by its token from then on; another one has to enter a code that was sent, once', async () => {
    const owner = await newOwner()
    const first = await owner.logIn(named('Laptop'))
    expect(first.body.device).toMatchObject({ name: 'Laptop', token: expect.stringMatching(/^cof_device_/) })
    const { token } = first.body.device
    const again = await owner.logIn({ device: { token } })
    expect([again.status, again.body.device]).toEqual([201, { id: first.body.device.id, name: 'Laptop' }])

    const asked = await owner.logIn(named('Phone'))
    expect([asked.status, asked.body.code, asked.body.methods]).toEqual([403, 'second_factor_required', ['code']])
    const { challenge_id } = asked.body
    expect(launched).toContain(challenge_id)
    // Who does not say where from, or guesses a token, is not let around it.
    expect((await owner.logIn()).body.code).toBe('second_factor_required')
    const guessed = await owner.logIn({ device: { token: `cof_device_${'0'.repeat(64)}` } })
    expect(guessed.body.code).toBe('second_factor_required')

    const code = await readCode(api.deps.db, api.deps.vault, idOf('ver', challenge_id))
    const wrong = await owner.logIn({ ...named('Phone'), challenge_id, code: code === '000000' ? '000001' : '000000' })
    expect([wrong.status, wrong.body.attempts_left]).toEqual([403, 4])
    const answers = await Promise.all([1, 2].map(() => owner.logIn({ ...named('Phone'), challenge_id, code })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403])
    const { body } = await owner.get('/devices')
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual(['Phone', 'Laptop'])
  })

  it('is not let in by a code of somebody else, nor by one that proves an address', async () => {
    const [owner, other] = [await newOwner(), await newOwner()]
    for (const each of [owner, other]) await each.logIn(named('Laptop'))
    const { challenge_id } = (await other.logIn()).body
    const code = await readCode(api.deps.db, api.deps.vault, idOf('ver', challenge_id))
    expect((await owner.logIn({ challenge_id, code })).body.code).toBe('second_factor_failed')
    const confirmed = await other.post(`/verifications/${challenge_id}/confirm`, { code })
    expect([confirmed.status, (await other.post(`/verifications/${challenge_id}/resend`)).status]).toEqual([404, 404])
    expect((await other.logIn({ challenge_id, code })).status).toBe(201)
  })

  it('is guessed in a burst five times a challenge', async () => {
    const owner = await newOwner()
    await owner.logIn(named('Laptop'))
    const { challenge_id } = (await owner.logIn()).body
    const code = await readCode(api.deps.db, api.deps.vault, idOf('ver', challenge_id))
    const guesses = Array.from({ length: 24 }, (_, n) => String((Number(code) + 1 + n) % 1_000_000).padStart(6, '0'))
    const answers = await Promise.all(guesses.map((guess) => owner.logIn({ challenge_id, code: guess })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(0)
    const { tries } = await api.deps.db
      .selectFrom('verification')
      .select('tries')
      .where('id', '=', challenge_id)
      .executeTakeFirstOrThrow()
    expect(tries).toBe(5)
    expect((await owner.logIn({ challenge_id, code })).body.code).toBe('second_factor_failed')
  })

  it('that is revoked loses its sessions at once, and has to prove itself anew', async () => {
    const owner = await newOwner()
    const { body } = await owner.logIn(named('Laptop'))
    const by = bearer(body.access_token)
    expect((await owner.get('/devices', by)).body.data).toMatchObject([{ id: body.device.id, current: true }])
    expect((await owner.post(`/devices/${body.device.id}/revoke`)).body.sessions_ended).toBe(1)
    expect((await owner.get('/devices', by)).status).toBe(401)
    expect((await owner.get('/devices')).body.data).toEqual([])
    const again = await owner.logIn({ device: { token: body.device.token } })
    expect(again.body.code).toBe('second_factor_required')
    const stranger = await newOwner()
    expect((await stranger.post(`/devices/${body.device.id}/revoke`)).status).toBe(404)
    expect((await stranger.post(`/devices/${newId('dev')}/revoke`)).status).toBe(404)
  })

  it('has a name that only its owner’s key opens', async () => {
    const owner = await newOwner()
    await owner.logIn(named('Ada Lovelace’s phone'))
    const { rows } = await sql<{ row: string }>`select to_jsonb(d)::text as row from device d`.execute(api.deps.db)
    expect(rows.some(({ row }) => row.includes(Buffer.from('Lovelace').toString('hex')))).toBe(false)
  })
})

describe('Sessions', () => {
  it('are ended one by one, all but this one, and all', async () => {
    const owner = await newOwner()
    const others = await Promise.all([1, 2, 3].map(() => sessionFor(api, owner.id)))
    expect((await owner.post(`/sessions/${others[0]!.id}/revoke`)).body.sessions_ended).toBe(1)
    expect((await owner.get('/sessions', others[0]!.authorization)).status).toBe(401)
    expect((await owner.post('/sessions/revoke-all', { keep_current: true })).body.sessions_ended).toBe(2)
    expect((await owner.get('/sessions')).body.data).toHaveLength(1)
    expect((await owner.post('/sessions/revoke-all')).body.sessions_ended).toBe(1)
    expect((await owner.get('/sessions')).status).toBe(401)
  })
})
