import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { CustomerId } from '../../domain/ids.ts'
import { listAudit } from '../../store/audit.ts'
import { insertBankAccount } from '../../store/bank-account.ts'
import { erasePersonal, putPersonal } from '../../store/personal.ts'
import { keyFor, newCustomer, newId, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { newMerchant } from './parties.ts'

let api: ApiUnderTest
let service: string
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
})
afterAll(() => api.stop())

const get = (path: string, authorization = service) => api.http.get(`/v1${path}`).set('Authorization', authorization)

async function linked(customerId: CustomerId, iban: string, linkedAt: Date) {
  const { db, vault } = api.deps
  const account = { id: newId('ban'), customerId, bank: 'a', state: 'linked', linkedAt } as const
  await insertBankAccount(db, account)
  await putPersonal(db, vault, customerId, { kind: 'iban', reference: account.id, value: iban })
  return account.id
}

async function customerWithTwo() {
  const { id } = await newCustomer(api)
  const first = await linked(id, 'DE89COFA000000001234', new Date('2026-01-01T00:00:00.000Z'))
  const second = await linked(id, 'DE89COFA000000005678', new Date('2026-02-01T00:00:00.000Z'))
  return { id, first, second, authorization: (await sessionFor(api, id)).authorization }
}

describe('a bank account', () => {
  it('shows no more of its IBAN than the last four characters, to anyone', async () => {
    const { id, first, authorization } = await customerWithTwo()
    for (const caller of [authorization, service, await keyFor(api, 'finance')]) {
      const { status, body, text } = await get(`/bank-accounts/${first}`, caller)
      expect(status).toBe(200)
      expect(body).toEqual({
        id: first,
        object: 'bank_account',
        customer_id: id,
        bank: 'a',
        state: 'linked',
        iban: '***1234',
        linked_at: '2026-01-01T00:00:00.000Z'
      })
      expect(text).not.toContain('COFA')
    }
    expect(api.log.join('')).not.toContain('COFA')
  })

  it('of an erased customer has no IBAN left', async () => {
    const { id, first } = await customerWithTwo()
    await erasePersonal(api.deps.db, id)
    expect((await get(`/bank-accounts/${first}`)).body.iban).toBeNull()
  })

  it('read by an operator leaves a line in the audit log', async () => {
    const { first } = await customerWithTwo()
    await get(`/bank-accounts/${first}`, await keyFor(api, 'support'))
    expect(await listAudit(api.deps.db, { limit: 1, object: first })).toMatchObject([{ action: 'bank_account.read' }])
  })

  it('is listed for its customer and for a service that names them, oldest link first', async () => {
    const { id, first, second, authorization } = await customerWithTwo()
    const own = await get('/bank-accounts', authorization)
    expect(own.body.data).toMatchObject([
      { id: first, iban: '***1234' },
      { id: second, iban: '***5678' }
    ])
    expect((await get(`/bank-accounts?customer_id=${id}`)).text).toBe(own.text)
    expect((await get('/bank-accounts')).status).toBe(400)
  })

  it('of someone else is answered like one that nobody has', async () => {
    const [{ first }, { authorization }] = [await customerWithTwo(), await customerWithTwo()]
    expect((await get(`/bank-accounts/${first}`, authorization)).status).toBe(404)
    expect((await get(`/bank-accounts/${newId('ban')}`, authorization)).status).toBe(404)
  })
})

describe('a merchant', () => {
  it('is shown to whoever may pay them, with what stands in their QR codes', async () => {
    const id = await newMerchant(api)
    const { authorization } = await customerWithTwo()
    const { status, body } = await get(`/merchants/${id}`, authorization)
    expect(status).toBe(200)
    const place = { name: 'Café Grüße', city: 'Köln', country: 'DE', mcc: '5814' }
    expect(body).toEqual({ id, object: 'merchant', ...place, currency: 'USD', state: 'active' })
  })

  it('is not shown to another merchant, and one that nobody knows to no one', async () => {
    const rival = await keyFor(api, { role: 'merchant', merchantId: await newMerchant(api) })
    expect((await get(`/merchants/${await newMerchant(api)}`, rival)).status).toBe(404)
    expect((await get(`/merchants/${newId('mer')}`)).status).toBe(404)
  })
})
