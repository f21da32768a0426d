import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { availableOf } from '../support/bank-returns.ts'
import { journaled, newCard } from '../support/card-payments.ts'
import { chargeBack, disputeOf, paidByCard, unasked } from '../support/chargebacks.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { idOf, usd } from '../support/top-ups.ts'

let coffer: Coffer
let card: string
beforeAll(async () => {
  coffer = await startCoffer({ policy: unasked })
  card = await newCard(coffer)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

/** A chargeback that nobody is told of. */
const unheard = (reference: string, more: { amount?: string } = {}) =>
  chargeBack(coffer, reference, { ...more, reports: 0 })
const returnOf = async (chargeback: string): Promise<Record<string, unknown> | undefined> => {
  const { body } = await coffer.finance.get('/v1/bank-returns?limit=100')
  return (body['data'] as Record<string, unknown>[]).find(({ reference }) => reference === chargeback)
}
const cursor = async (): Promise<number> => {
  const { rows } = await coffer.pool.query<{ seq: string }>(
    `select seq from bank_return_cursor where bank = 'acquirer'`
  )
  return Number(rows[0]?.seq ?? 0)
}

describe('A chargeback whose news were lost', () => {
  it('is found in the acquirer’s list: a payment’s is a dispute, a top-up’s a return, each once', async () => {
    const payment = await paidByCard(coffer, card, 3_000)
    const { wallet_id } = coffer.customer('customer-a')
    const top = idOf(await coffer.service.post('/v1/top-ups', { wallet_id, card_id: card, amount: usd(2_000) }))
    await coffer.service.until(`/v1/top-ups/${top}`, ({ state }) => state === 'succeeded')
    const has = await availableOf(coffer, 'customer-a')
    const [first, second, third] = [
      await unheard(payment, { amount: '1000' }),
      await unheard(top),
      await unheard(payment, { amount: '700' })
    ]
    await coffer.sweepUntil(async () => (await returnOf(second))?.['state'] === 'recovered')
    for (const chargeback of [first, third]) {
      const { body } = await disputeOf(coffer, payment, chargeback)
      expect(body).toMatchObject({ state: 'needs_response', chargeback_id: chargeback })
      await coffer.merchant.post(`/v1/disputes/${String(body['id'])}/accept`)
    }
    expect(await availableOf(coffer, 'customer-a')).toBe(has - 2_000)
    expect(await journaled(coffer, payment)).toEqual(['sale in 3000', 'chargeback out 1000', 'chargeback out 700'])
  })

  it('is not forgotten while it is asked about, and what was heard of is read over', async () => {
    const payment = await paidByCard(coffer, card, 1_500)
    await disputeOf(coffer, payment, await chargeBack(coffer, payment, { amount: '100' }))
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const chargeback = await unheard(payment, { amount: '200' })
    const last = async () => (await coffer.sandbox.journal('acquirer')).lines.at(-1)!.seq
    const before = await last()
    await coffer.sweepUntil(async () => (await cursor()) === before - 1)
    await coffer.sandbox.clearRules()
    await coffer.sweepUntil(async () => (await cursor()) === before)
    const { body } = await disputeOf(coffer, payment, chargeback)
    expect(body).toMatchObject({ state: 'needs_response', amount: usd(200) })
  })
})
