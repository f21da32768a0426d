import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listAudit } from '../../store/audit.ts'
import { keyFor, newCustomer, newId, newKey, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
let service: string
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
})
afterAll(() => api.stop())

const register = (body: object) =>
  api.http.post('/v1/customers').set({ Authorization: service, 'Idempotency-Key': newKey() }).send(body)
const read = (id: string, authorization: string) =>
  api.http.get(`/v1/customers/${id}`).set('Authorization', authorization)

describe('a customer', () => {
  it('registered by a service starts at tier 0 and can log in by e-mail address or phone number', async () => {
    const email = `${newKey()}@example.org`
    const { status, body } = await register({
      name: 'Ada Example',
      email,
      phone: '+491701234567',
      password: 'correct horse battery',
      zone: 'Asia/Tokyo'
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      object: 'customer',
      tier: 0,
      state: 'active',
      zone: 'Asia/Tokyo',
      name: 'Ada Example',
      email,
      phone: '+491701234567'
    })
    for (const login of [email, '+49 170 1234567']) {
      expect((await api.http.post('/v1/sessions').send({ login, password: 'correct horse battery' })).status).toBe(201)
    }
    expect(await listAudit(api.deps.db, { limit: 1, object: body.id })).toMatchObject([
      { action: 'customer.registered', actor: 'service:tests' }
    ])
  })

  it.each(['short', 'Password123!', '1234567890', 'aaaaaaaaaaaa', 'abababababab'])(
    'with the password %s is refused',
    async (password) => {
      const { status, body } = await register({ name: 'Ada', email: `${newKey()}@example.org`, password, zone: 'UTC' })
      expect([status, body.errors[0].pointer]).toEqual([400, '/password'])
    }
  )

  it('whose password is the own e-mail address is refused', async () => {
    const email = `${newKey()}@example.org`
    expect((await register({ name: 'Ada', email, password: email.toUpperCase(), zone: 'UTC' })).status).toBe(400)
  })

  it('with an e-mail address that another has proved is 409, and nothing of the second stays', async () => {
    const email = `${newKey()}@example.org`
    expect((await register({ name: 'Ada', email, zone: 'UTC' })).status).toBe(201)
    const count = () =>
      api.deps.db
        .selectFrom('customer')
        .select(({ fn }) => fn.countAll<bigint>().as('n'))
        .executeTakeFirstOrThrow()
    const before = await count()
    const { status, body } = await register({ name: 'Eve', email: email.toUpperCase(), zone: 'UTC' })
    expect([status, body.code, body.field]).toEqual([409, 'state_conflict', 'email'])
    expect(await count()).toEqual(before)
  })

  it('without e-mail address and phone number, or with malformed ones, is refused', async () => {
    const pointers = async (body: object) =>
      (await register(body)).body.errors.map(({ pointer }: { pointer: string }) => pointer)
    expect(await pointers({ name: 'Ada', zone: 'UTC' })).toEqual(['/email'])
    expect(await pointers({ name: 'Ada', email: 'ada@localhost', phone: '0170123', zone: 'UTC' })).toEqual([
      '/email',
      '/phone'
    ])
  })

  it('is read whole by its owner and by services, masked by operators, and not at all by another customer', async () => {
    const [mine, other] = [await newCustomer(api), await newCustomer(api)]
    const session = await sessionFor(api, mine.id)
    expect((await read(mine.id, session.authorization)).body).toMatchObject({
      name: 'Ada Example',
      email: mine.email,
      phone: null
    })
    expect((await read(mine.id, service)).body).toMatchObject({ name: 'Ada Example', email: mine.email })
    expect((await read(other.id, session.authorization)).body.code).toBe('not_found')
    expect((await read(newId('cus'), session.authorization)).body.code).toBe('not_found')
    for (const role of ['support', 'reviewer', 'finance'] as const) {
      const { body, text } = await read(mine.id, await keyFor(api, role))
      expect(body).toMatchObject({ name: 'A*** E***', email: `${mine.email[0]}***@example.org` })
      expect(text).not.toContain(mine.email)
    }
  })

  it('read by an operator leaves a row in the audit log, read by its owner none', async () => {
    const { id } = await newCustomer(api)
    await read(id, (await sessionFor(api, id)).authorization)
    expect(await listAudit(api.deps.db, { limit: 5, object: id })).toEqual([])
    await read(id, await keyFor(api, 'support'))
    expect(await listAudit(api.deps.db, { limit: 5, object: id })).toMatchObject([
      { action: 'customer.read', actor: expect.stringMatching(/^opr_/) }
    ])
  })
})
