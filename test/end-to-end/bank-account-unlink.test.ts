import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { listAudit } from '../../store/audit.ts'
import { createVault, type Vault } from '../../store/vault.ts'
import { idOf, knownCustomer, link, newIban, untilAccount } from '../support/bank-links.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { ended, expectSoon, expectState, topUp, usd, usesOf } from '../support/top-ups.ts'

const masterKey = randomBytes(32)

let coffer: Coffer
let vault: Vault
beforeAll(async () => {
  coffer = await startCoffer({ masterKey, bankBDelayMs: 60_000 })
  vault = createVault(masterKey)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const ibanOf = (bank: 'a' | 'bank_b') => coffer.seeded.seed.ibans[bank === 'a' ? 'ok' : 'bank_b']!

describe('An IBAN', () => {
  it('that is linked already is linked by nobody again, and it is not told whose it is', async () => {
    const other = await knownCustomer(coffer, vault)
    const refused = await link(other.client, ibanOf('a'))
    expect(refused).toMatchObject({ status: 409, body: { code: 'bank_account_unavailable' } })
    expect(JSON.stringify(refused.body)).not.toContain(coffer.customer('customer-a').id)
    const own = await coffer.asCustomer('customer-a')
    expect(await link(own, ibanOf('a'))).toMatchObject({ status: 409, body: { code: 'state_conflict' } })
  })

  it('that is being verified is not begun again by the same customer', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const iban = newIban('a', '91')
    const id = idOf(await link(client, iban))
    expect(await link(client, iban)).toMatchObject({
      status: 409,
      body: { code: 'state_conflict', state: 'verifying' }
    })
    await client.post(`/v1/bank-accounts/${id}/cancel`)
    const again = idOf(await link(client, iban))
    await client.post(`/v1/bank-accounts/${again}/cancel`)
  })

  it('that two customers link at the same moment becomes one’s alone', async () => {
    const iban = newIban('b')
    const match = { operation: 'ownership', iban }
    const rule = await coffer.sandbox.addRule({ match, outcome: 'delay', delay_ms: 60_000 })
    const both = [await knownCustomer(coffer, vault), await knownCustomer(coffer, vault)]
    const made = await Promise.all(both.map(({ client }) => link(client, iban)))
    await expectSoon(() => usesOf(coffer, rule), 2)
    await coffer.advanceClock(61_000)
    const ends = await Promise.all(
      both.map(({ client }, index) => untilAccount(client, idOf(made[index]!), 'linked', 'failed'))
    )
    expect(ends.map(({ body }) => body['decline_code'] ?? body['state']).sort()).toEqual([
      'bank_account_unavailable',
      'linked'
    ])
  })
})

describe('An account that is unlinked', () => {
  it('is refused by the gate of top-ups, leaves a line in the audit log, and can be linked by another customer', async () => {
    const { client, customerId } = await knownCustomer(coffer, vault)
    const iban = newIban('a')
    const id = idOf(await link(client, iban))
    await untilAccount(client, id, 'linked')
    const wallet = await coffer.service.post('/v1/wallets', { customer_id: customerId, currency: 'USD' })
    const unlinked = await client.post(`/v1/bank-accounts/${id}/unlink`)
    expect(unlinked).toMatchObject({ status: 200, body: { state: 'unlinked', iban: `***${iban.slice(-4)}` } })
    expect((await client.get(`/v1/bank-accounts/${id}`)).body).toMatchObject({ state: 'unlinked', method: 'instant' })
    const order = { wallet_id: idOf(wallet), bank_account_id: id, amount: usd(1_000) }
    expectState(await client.post('/v1/top-ups', order), 'declined', 'account_closed')
    expect((await client.post(`/v1/bank-accounts/${id}/unlink`)).body['code']).toBe('state_conflict')
    const audit = await listAudit(coffer.db, { object: id, limit: 10 })
    expect(audit.map(({ action, actor }) => ({ action, actor }))).toEqual([
      { action: 'bank_account.unlink', actor: customerId }
    ])
    const other = await knownCustomer(coffer, vault)
    await untilAccount(other.client, idOf(await link(other.client, iban)), 'linked')
  })

  it('was in processing with nothing: until then it stays linked', async () => {
    const id = coffer.customer('customer-b').bank_account_id
    const ordered = await topUp(coffer, 'customer-b', 1_000)
    const customer = await coffer.asCustomer('customer-b')
    expect(await customer.post(`/v1/bank-accounts/${id}/unlink`)).toMatchObject({
      status: 409,
      body: { code: 'state_conflict', state: 'linked' }
    })
    await coffer.advanceClock(61_000)
    await ended(coffer, idOf(ordered))
    expect((await coffer.service.post(`/v1/bank-accounts/${id}/unlink`)).body['state']).toBe('unlinked')
  })

  it('while top-ups are ordered from it is asked for nothing that was not in processing before', async () => {
    const { client, customerId } = await knownCustomer(coffer, vault)
    const id = idOf(await link(client, newIban('a')))
    await untilAccount(client, id, 'linked')
    const wallet = await coffer.service.post('/v1/wallets', { customer_id: customerId, currency: 'USD' })
    const order = { wallet_id: idOf(wallet), bank_account_id: id, amount: usd(100) }
    const ordering = Array.from({ length: 12 }, () => client.post('/v1/top-ups', order))
    const unlinking = Array.from({ length: 4 }, () => client.post(`/v1/bank-accounts/${id}/unlink`))
    const [ordered, unlinked] = await Promise.all([Promise.all(ordering), Promise.all(unlinking)])
    const ends = await Promise.all(ordered.map((made) => ended(coffer, idOf(made))))
    for (const { body } of ends) expect(['succeeded', 'declined']).toContain(body['state'])
    expect(unlinked.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
    for (const { body } of ends.filter(({ body }) => body['state'] === 'declined'))
      expect(body['decline_code']).toBe('account_closed')
  })
})
