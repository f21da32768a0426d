import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { createVault, type Vault } from '../../store/vault.ts'
import { registerApplicant } from '../support/applicants.ts'
import { eventsOf, idOf, knownCustomer, link, newIban, untilAccount, untilDue } from '../support/bank-links.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { openEngine, type Engine } from '../support/engine.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { runOf, usd } from '../support/top-ups.ts'

const DAY_MS = 86_400_000
const masterKey = randomBytes(32)

let coffer: Coffer
let vault: Vault
let engine: Engine
beforeAll(async () => {
  coffer = await startCoffer({ masterKey, bankBDelayMs: 500 })
  vault = createVault(masterKey)
  engine = openEngine(coffer, masterKey)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(async () => {
  await engine?.close()
  await coffer?.stop()
})

describe('An account at a bank whose holder has the name of the customer', () => {
  it('is linked at once by bank A, and then tops the wallet up', async () => {
    const { client, customerId } = await knownCustomer(coffer, vault)
    const iban = newIban('a')
    const made = await link(client, iban)
    expect(made).toMatchObject({
      status: 201,
      body: { object: 'bank_account', state: 'verifying', customer_id: customerId, bank: 'a', method: 'instant' }
    })
    expect(made.body['iban']).toBe(`***${iban.slice(-4)}`)
    const linked = await untilAccount(client, idOf(made), 'linked')
    expect(eventsOf(linked)).toEqual(['bank_link.verifying', 'bank_link.holder_matched', 'bank_link.linked'])
    expect(linked.body['linked_at']).not.toBeNull()

    const wallet = await coffer.service.post('/v1/wallets', { customer_id: customerId, currency: 'USD' })
    const topUp = await client.post('/v1/top-ups', {
      wallet_id: idOf(wallet),
      bank_account_id: idOf(made),
      amount: usd(2_500)
    })
    await client.until(`/v1/top-ups/${idOf(topUp)}`, ({ state }) => state === 'succeeded')
    const listed = await client.get('/v1/bank-accounts')
    expect(listed.body['data']).toMatchObject([{ id: idOf(made), state: 'linked' }])
  })

  it('is linked by bank B when it calls back', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const made = await link(client, newIban('b'))
    await untilAccount(client, idOf(made), 'linked')
  })

  it('cannot be used for a top-up while it is being verified, and is listed as such', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'ownership' }, outcome: 'timeout', times: 1 })
    const { client, customerId } = await knownCustomer(coffer, vault)
    const id = idOf(await link(client, newIban('a')))
    await client.until(`/v1/bank-accounts/${id}`, ({ timeline }) => (timeline as unknown[]).length === 2)
    const wallet = await coffer.service.post('/v1/wallets', { customer_id: customerId, currency: 'USD' })
    const topUp = await client.post('/v1/top-ups', { wallet_id: idOf(wallet), bank_account_id: id, amount: usd(100) })
    expect(topUp).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect((await client.get('/v1/bank-accounts')).body['data']).toMatchObject([{ id, state: 'verifying' }])
    expect((await client.post(`/v1/bank-accounts/${id}/unlink`)).status).toBe(404)
    expect(await client.post(`/v1/bank-accounts/${id}/cancel`)).toMatchObject({
      status: 200,
      body: { state: 'canceled' }
    })
  })

  it('is asked about again while the bank cannot be reached, and the customer sees verifying', async () => {
    const { client } = await knownCustomer(coffer, vault)
    await coffer.sandbox.addRule({ match: { operation: 'confirm_payee' }, outcome: 'error', times: 2 })
    await coffer.sandbox.addRule({ match: { operation: 'ownership' }, outcome: 'error', times: 1 })
    const made = await link(client, newIban('a'))
    expect(made.body['state']).toBe('verifying')
    await untilAccount(client, idOf(made), 'linked')
  })
})

describe('The account holder’s name', () => {
  it('that is close is confirmed by the customer alone', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const id = idOf(await link(client, newIban('a', '91')))
    const asked = await untilDue(client, id, 'confirm_holder')
    expect(asked.body['requirements']).toMatchObject({ deadline: expect.any(String) })
    expect((await coffer.service.post(`/v1/bank-accounts/${id}/confirm-holder`)).status).toBe(403)
    const stranger = await coffer.asCustomer('customer-b')
    expect((await stranger.post(`/v1/bank-accounts/${id}/confirm-holder`)).status).toBe(404)
    const key = randomUUID()
    const confirmed = await client.post(`/v1/bank-accounts/${id}/confirm-holder`, {}, key)
    expect(confirmed.status).toBe(200)
    const linked = await untilAccount(client, id, 'linked')
    expect(eventsOf(linked)).toEqual([
      'bank_link.verifying',
      'bank_link.holder_close',
      'bank_link.holder_confirmed',
      'bank_link.linked'
    ])
    const again = await client.post(`/v1/bank-accounts/${id}/confirm-holder`, {}, key)
    expect(again.body).toEqual(confirmed.body)
    expect((await client.post(`/v1/bank-accounts/${id}/confirm-holder`)).body['code']).toBe('state_conflict')
  })

  it('that is close and confirmed by nobody for ten days lets the link expire', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const id = idOf(await link(client, newIban('b', '91')))
    await untilDue(client, id, 'confirm_holder')
    await coffer.advanceClock(9 * DAY_MS)
    expect((await client.get(`/v1/bank-accounts/${id}`)).body['state']).toBe('verifying')
    await coffer.advanceClock(DAY_MS)
    const expired = await untilAccount(client, id, 'expired')
    expect(expired.body['requirements']).toMatchObject({ currently_due: [], past_due: ['confirm_holder'] })
  })

  it.each([
    ['another one fails it', '92', 'holder_mismatch'],
    ['of a closed account fails it', '93', 'account_closed'],
    ['that fits, of an account that is not theirs, fails it', '94', 'ownership_unproved']
  ])('being %s', async (_, magic, code) => {
    const { client } = await knownCustomer(coffer, vault)
    const id = idOf(await link(client, newIban('a', magic)))
    expect((await untilAccount(client, id, 'failed')).body['decline_code']).toBe(code)
  })

  it('is compared with the one that a rule of the sandbox gives', async () => {
    const { client, name } = await knownCustomer(coffer, vault)
    const [first, last] = name.split(' ')
    const iban = newIban('a')
    const match = { operation: 'confirm_payee', iban }
    await coffer.sandbox.addRule({ match, outcome: 'accept', holder: `${last!.toUpperCase()}, ${first}` })
    await untilAccount(client, idOf(await link(client, iban)), 'linked')
  })
})

describe('A link to an account', () => {
  it('that the bank says nothing about for a day fails, and says how else it can be done', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'ownership' }, outcome: 'timeout', times: 1 })
    const { client } = await knownCustomer(coffer, vault)
    const id = idOf(await link(client, newIban('a')))
    await client.until(`/v1/bank-accounts/${id}`, ({ timeline }) => (timeline as unknown[]).length === 2)
    await coffer.advanceClock(DAY_MS + 1)
    expect((await untilAccount(client, id, 'failed')).body['decline_code']).toBe('ownership_unproved')
  })

  it('can be given up while the bank does not answer, and its run ends', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'confirm_payee' }, outcome: 'error' })
    const { client } = await knownCustomer(coffer, vault)
    const id = idOf(await link(client, newIban('a')))
    expect((await client.post(`/v1/bank-accounts/${id}/cancel`)).body['state']).toBe('canceled')
    expect(await engine.run(`bank-link/${id}`).result()).toMatchObject({ state: 'canceled' })
    expect((await client.post(`/v1/bank-accounts/${id}/cancel`)).body['code']).toBe('state_conflict')
  })

  it('is refused to somebody who is not known, and for what is no IBAN or of another bank', async () => {
    const { client } = await registerApplicant(coffer, vault)
    expect((await link(client, newIban())).body['code']).toBe('kyc_required')
    const known = await coffer.asCustomer('customer-b')
    expect(await link(known, 'GB00COFA00000000000001')).toMatchObject({ status: 400, body: { code: 'iban_invalid' } })
    expect((await link(known, 'GB82 WEST 1234 5698 7654 32')).body['code']).toBe('bank_not_supported')
  })

  it('is refused by the kill switch, and by the fourth that is under way', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const killSwitch = { process: 'bank-link', rail: 'bank_b' }
    await coffer.admin.put('/v1/policies/kill-switches', { ...killSwitch, on: true })
    expect((await link(client, newIban('b'))).body).toMatchObject({ state: 'failed', decline_code: 'rail_suspended' })
    await coffer.admin.put('/v1/policies/kill-switches', { ...killSwitch, on: false })
    const made = await Promise.all(Array.from({ length: 4 }, () => link(client, newIban('a', '91'))))
    expect(made.map(({ body }) => body['state']).sort()).toEqual(['failed', 'verifying', 'verifying', 'verifying'])
    for (const { body } of made.filter(({ body }) => body['state'] === 'verifying'))
      await client.post(`/v1/bank-accounts/${String(body['id'])}/cancel`)
  })

  it('is the same under the same key, and another under it is refused', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const [key, iban] = [randomUUID(), newIban('a')]
    const made = await link(client, iban, 'instant', key)
    const again = await link(client, iban, 'instant', key)
    expect(again.body).toEqual(made.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect((await link(client, newIban('a'), 'instant', key)).body['code']).toBe('idempotency_key_reused')
    await untilAccount(client, idOf(made), 'linked')
    expect((await link(client, newIban('b'), 'instant', key)).body['code']).toBe('idempotency_key_reused')
  })

  it('that asks for another account under one key at the same moment keeps the first one’s IBAN', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const key = randomUUID()
    const ibans = [newIban('a'), newIban('a'), newIban('a')]
    const made = await Promise.all(ibans.map((iban) => link(client, iban, 'instant', key)))
    const won = made.filter(({ status }) => status === 201)
    expect(won).toHaveLength(1)
    expect(made.filter(({ body }) => body['code'] === 'idempotency_key_reused')).toHaveLength(2)
    const linked = await untilAccount(client, idOf(won[0]!), 'linked')
    expect(linked.body['iban']).toBe(won[0]!.body['iban'])
  })

  it('holds no IBAN and no name in its run, its events and its record', async () => {
    const { client, name, customerId } = await knownCustomer(coffer, vault)
    const iban = newIban('a')
    const id = idOf(await link(client, iban))
    await untilAccount(client, id, 'linked')
    const said = [
      await engine.decodedHistory(`bank-link/${id}`),
      JSON.stringify(
        await coffer.db.selectFrom('event').selectAll().where('object_id', '=', id).execute(),
        withBigInts
      ),
      JSON.stringify(await coffer.db.selectFrom('bank_link').selectAll().where('id', '=', id).execute())
    ].join('\n')
    expect(said).toContain(customerId)
    for (const secret of [iban, iban.slice(4), name]) expect(said).not.toContain(secret)
    const { attributes } = await runOf(coffer, `bank-link/${id}`)
    expect(attributes).toMatchObject({ ProcessState: 'linked', Rail: 'bank_a', CustomerRef: customerId })
  })

  it('whose run was lost is started again from its record, and takes the decision that nobody could deliver', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const id = idOf(await link(client, newIban('a', '91')))
    await untilDue(client, id, 'confirm_holder')
    await coffer.forgetRun(`bank-link/${id}`)
    const confirming = client.post(`/v1/bank-accounts/${id}/confirm-holder`)
    await coffer.sweepUntil(async () => (await client.get(`/v1/bank-accounts/${id}`)).body['state'] === 'linked')
    await confirming
  })
})

const withBigInts = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
