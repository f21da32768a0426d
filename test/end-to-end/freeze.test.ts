import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

let coffer: Coffer
let owner: Client
let wallet = ''
let proof: { password: string; pin: string }
beforeAll(async () => {
  coffer = await startCoffer()
  owner = await coffer.asCustomer('customer-a')
  const { wallet_id, password, pin } = coffer.customer('customer-a')
  wallet = `/v1/wallets/${wallet_id}`
  proof = { password, pin }
  await fundFromCapital(coffer, 'customer-a', 100_000n)
})
afterAll(async () => {
  await coffer?.stop()
})

const order = (more: object = {}) => {
  const { wallet_id } = coffer.customer('customer-a')
  return { wallet_id, merchant_id: coffer.seeded.seed.merchant_id, amount: usd(1_000), ...more }
}
const pay = async () => {
  const { body } = await coffer.service.post('/v1/payments', order())
  return body['decline_code'] ?? body['state']
}

describe('A wallet that its owner freezes', () => {
  it('lets nothing new out, lets what was held be captured and money come in, and is thawed by password and PIN', async () => {
    const held = await coffer.service.post('/v1/payments', order({ capture: 'manual' }))
    const frozen = await owner.post(`${wallet}/freeze`, {})
    expect([frozen.status, frozen.body['state']]).toEqual([200, 'frozen'])
    expect(await pay()).toBe('wallet_frozen')
    const captured = await coffer.merchant.post(`/v1/payments/${String(held.body['id'])}/capture`, {})
    expect(captured.body['state']).toBe('succeeded')
    await fundFromCapital(coffer, 'customer-a', 500n)

    expect((await owner.post(`${wallet}/thaw`, {})).body['code']).toBe('invalid_credentials')
    const guessed = await owner.post(`${wallet}/thaw`, { ...proof, pin: '000000' })
    expect(guessed.body['code']).toBe('confirmation_failed')
    expect((await owner.post(`${wallet}/thaw`, proof)).body['state']).toBe('active')
    expect(await pay()).toBe('succeeded')
    await expectEverythingSettled(coffer)
  })

  it('and freezes again, with another key or the same, is frozen', async () => {
    const key = 'freeze-twice'
    for (const each of [key, key, 'another-key'])
      expect((await owner.post(`${wallet}/freeze`, {}, each)).body['state']).toBe('frozen')
    expect((await owner.post(`${wallet}/thaw`, proof)).body['state']).toBe('active')
    expect((await owner.post(`${wallet}/thaw`, proof)).body['code']).toBe('state_conflict')
  })
})

describe('A wallet that an operator freezes', () => {
  it('is not its owner’s to thaw, but a reviewer’s, who says why; all of it is in the audit log', async () => {
    await owner.post(`${wallet}/freeze`, {})
    await coffer.support.post(`${wallet}/freeze`, { reason: 'strange log-ins' })
    expect((await owner.post(`${wallet}/thaw`, proof)).body['code']).toBe('forbidden')
    expect((await coffer.support.post(`${wallet}/thaw`, { reason: 'x' })).status).toBe(403)
    const reviewer = coffer.as(coffer.seeded.keys.reviewer)
    expect((await reviewer.post(`${wallet}/thaw`, {})).body['code']).toBe('invalid_request')
    expect((await reviewer.post(`${wallet}/thaw`, { reason: 'spoke with the owner' })).body['state']).toBe('active')
    const { wallet_id } = coffer.customer('customer-a')
    const { body } = await coffer.admin.get(`/v1/audit-log?object=${wallet_id}&limit=3`)
    const actions = (body['data'] as { action: string }[]).map(({ action }) => action)
    expect(actions).toEqual(expect.arrayContaining(['wallet.thawed', 'wallet.frozen']))
  })
})

it('A customer opens a wallet of their own, one for each currency, and nobody else’s', async () => {
  const made = await owner.post('/v1/wallets', { currency: 'EUR' })
  expect([made.status, made.body['customer_id']]).toEqual([201, coffer.customer('customer-a').id])
  expect((await owner.post('/v1/wallets', { currency: 'EUR' })).body['code']).toBe('state_conflict')
  const other = await owner.post('/v1/wallets', { currency: 'GBP', customer_id: coffer.customer('customer-b').id })
  expect(other.status).toBe(404)
})
