import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listAudit } from '../../store/audit.ts'
import { verifyPin } from '../../store/pin.ts'
import { newCustomer, newKey, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.stop())

async function newOwner() {
  const customer = await newCustomer(api)
  const { authorization, id: sessionId } = await sessionFor(api, customer.id)
  const ask = (verb: string, body: object, by = authorization) =>
    api.http
      .post(`/v1/customers/${customer.id}/${verb}`)
      .set({ Authorization: by, 'Idempotency-Key': newKey() })
      .send(body)
  const pinIs = (pin: string) => verifyPin(api.deps.db, api.deps.vault, api.deps.policy.pin, customer.id, pin)
  return { ...customer, sessionId, authorization, ask, pinIs }
}

describe('a PIN', () => {
  it('is chosen once with the password, and changed only with the old one', async () => {
    const { id, password, ask, pinIs } = await newOwner()
    expect((await ask('set-pin', { password, pin: '471199' })).body).toEqual({
      object: 'credential',
      kind: 'pin',
      customer_id: id
    })
    expect((await ask('set-pin', { password, pin: '582941' })).status).toBe(409)
    expect((await ask('change-pin', { old_pin: '000000', new_pin: '582941' })).body).toMatchObject({
      code: 'confirmation_failed',
      attempts_left: 4
    })
    expect((await ask('change-pin', { old_pin: '471199', new_pin: '582941' })).status).toBe(200)
    expect(await pinIs('582941')).toEqual({ kind: 'ok' })
    const deeds = (await listAudit(api.deps.db, { limit: 5, object: id })).map(({ action }) => action)
    expect(deeds).toEqual(['pin.changed', 'pin.set'])
  })

  it.each([
    ['set-pin', { pin: '123456' }, '/pin'],
    ['set-pin', { pin: '4711' }, '/pin'],
    ['change-pin', { old_pin: '471199', new_pin: '111111' }, '/new_pin']
  ])('too easy to guess is refused by %s %j', async (verb, given, pointer) => {
    const { password, ask } = await newOwner()
    const { status, body } = await ask(verb, verb === 'set-pin' ? { password, ...given } : given)
    expect([status, body.errors[0].pointer]).toEqual([400, pointer])
  })

  it('guessed while it is changed locks like any other wrong PIN, the right one out too', async () => {
    const { password, ask } = await newOwner()
    await ask('set-pin', { password, pin: '471199' })
    const guesses = Array.from({ length: 32 }, (_, n) =>
      ask('change-pin', { old_pin: `9000${10 + n}`, new_pin: '582941' })
    )
    const answers = await Promise.all(guesses)
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(5)
    expect(answers.filter(({ body }) => body.code === 'pin_locked')).toHaveLength(27)
    expect((await ask('change-pin', { old_pin: '471199', new_pin: '582941' })).body.code).toBe('pin_locked')
  })

  it('is not chosen by who does not know the password, and the guesses are counted', async () => {
    const { password, ask, pinIs } = await newOwner()
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => ask('set-pin', { password: 'a guess that is wrong', pin: '471199' }))
    )
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(14)
    expect((await ask('set-pin', { password, pin: '471199' })).status).toBe(429)
    expect(await pinIs('471199')).toEqual({ kind: 'not_set' })
  })
})

describe('a password', () => {
  it('is changed with the old one, which then logs nobody in, and every other session ends', async () => {
    const { id, email, password, ask, sessionId, authorization } = await newOwner()
    const other = await sessionFor(api, id)
    const new_password = 'another long passphrase'
    expect((await ask('change-password', { old_password: password, new_password })).status).toBe(200)
    const logIn = (given: string) => api.http.post('/v1/sessions').send({ login: email, password: given })
    expect([(await logIn(password)).status, (await logIn(new_password)).status]).toEqual([401, 201])
    const mine = (by: string) => api.http.get('/v1/sessions').set('Authorization', by)
    expect((await mine(other.authorization)).status).toBe(401)
    expect((await mine(authorization)).body.data.map((session: { id: string }) => session.id)).toContain(sessionId)
    expect(await listAudit(api.deps.db, { limit: 1, object: id, action: 'password.changed' })).toMatchObject([
      { actor: id, action: 'password.changed', data: { sessions_ended: 1 } }
    ])
  })

  it.each(['short', 'password1234'])('such as %s is refused, and the old one stays', async (new_password) => {
    const { email, password, ask } = await newOwner()
    expect((await ask('change-password', { old_password: password, new_password })).status).toBe(400)
    expect((await api.http.post('/v1/sessions').send({ login: email, password })).status).toBe(201)
  })
})
