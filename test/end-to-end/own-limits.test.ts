import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'

const DAY_MS = 86_400_000
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

let coffer: Coffer
let owner: Client
let limits = ''
let setLimits = ''
beforeAll(async () => {
  coffer = await startCoffer()
  owner = await coffer.asCustomer('customer-a')
  const { id } = coffer.customer('customer-a')
  limits = `/v1/customers/${id}/limits`
  setLimits = `/v1/customers/${id}/set-limits`
  await fundFromCapital(coffer, 'customer-a', 100_000n)
})
afterAll(async () => {
  await coffer?.stop()
})

const pay = async (amount: number) => {
  const { wallet_id } = coffer.customer('customer-a')
  const order = { wallet_id, merchant_id: coffer.seeded.seed.merchant_id, amount: usd(amount) }
  const { body } = await coffer.service.post('/v1/payments', order)
  return body['decline_code'] ?? body['state']
}

it('an own limit holds to the minor unit at once, and a raise only with the PIN and after 24 hours', async () => {
  const lowered = await owner.post(setLimits, { per_payment: usd(1_500) })
  expect(lowered.status).toBe(200)
  expect(lowered.body['per_payment']).toEqual({ in_force: usd(1_500), tier: usd(500_000), own: usd(1_500), next: null })
  expect([await pay(1_501), await pay(1_500)]).toEqual(['limit_exceeded', 'succeeded'])

  const { pin } = coffer.customer('customer-a')
  const unproved = await owner.post(setLimits, { per_payment: usd(2_000) })
  expect([unproved.status, unproved.body['code']]).toEqual([403, 'confirmation_failed'])
  const guessed = await owner.post(setLimits, { per_payment: usd(2_000), pin: '000000' })
  expect([guessed.status, guessed.body['attempts_left']]).toEqual([403, 4])
  const raised = await owner.post(setLimits, { per_payment: usd(2_000), pin })
  expect(raised.body['per_payment']).toMatchObject({ in_force: usd(1_500), next: { own: usd(2_000) } })
  expect(await pay(1_501)).toBe('limit_exceeded')

  await coffer.advanceClock(DAY_MS)
  expect((await owner.get(limits)).body['per_payment']).toMatchObject({ in_force: usd(2_000), next: null })
  expect([await pay(2_001), await pay(2_000)]).toEqual(['limit_exceeded', 'succeeded'])
  await expectEverythingSettled(coffer)
})

it('an own limit of the day counts with what was paid before it was set', async () => {
  await coffer.advanceClock(2 * DAY_MS)
  expect(await pay(1_000)).toBe('succeeded')
  await owner.post(setLimits, { per_day: usd(1_800) })
  expect([await pay(801), await pay(800)]).toEqual(['limit_exceeded', 'succeeded'])
})

it('an own limit above the tier’s is refused with its place, and nothing of the request is kept', async () => {
  const before = (await owner.get(limits)).body
  const refused = await owner.post(setLimits, { per_payment: usd(1), per_month: usd(5_000_001) })
  expect([refused.status, refused.body['code']]).toEqual([400, 'limit_above_tier'])
  expect(refused.body['errors']).toMatchObject([{ pointer: '/per_month' }])
  expect((await owner.get(limits)).body).toEqual(before)
})

it('a limit in another currency than the tiers’ is bad input', async () => {
  const refused = await owner.post(setLimits, { per_day: { amount: '5', currency: 'EUR' } })
  expect([refused.status, refused.body['code']]).toEqual([400, 'invalid_request'])
})
