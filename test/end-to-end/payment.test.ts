import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startCoffer, type Coffer } from '../support/coffer.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
})
afterAll(() => coffer?.stop())

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

describe('A payment from balance', () => {
  it('is captured in the same answer', async () => {
    const { wallet_id } = coffer.customer('customer-a')
    const { merchant_id } = coffer.seeded.seed
    const t = performance.now()
    const paid = await coffer.service.post('/v1/payments', { wallet_id, merchant_id, amount: usd(1050) })
    console.log(performance.now() - t, JSON.stringify(paid.body))
    expect(paid.status).toBe(201)
  })
})
