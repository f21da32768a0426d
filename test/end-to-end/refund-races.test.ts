import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { owedTo, paid, payByBank } from '../support/bank-payments.ts'
import { availableOf, owedBy, pay, returnOf, takeBack } from '../support/bank-returns.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { emptyMerchant, readRefund, refund, refunded } from '../support/refunds.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { bookedTimes, expectState, idOf, usd } from '../support/top-ups.ts'
import { nextNoon } from '../support/withdrawals.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'customer-a', 100_000n)
  await fundFromCapital(coffer, 'bench', 100_000n)
  // The fee stays with us, so a merchant gives one payment back whole out of another.
  await pay(coffer, 'bench', 20_000)
})
beforeEach(() => nextNoon(coffer))
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

const many = <Made>(count: number, make: (index: number) => Promise<Made>): Promise<Made[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))
const read = async (paymentId: string) => (await coffer.service.get(`/v1/payments/${paymentId}`)).body
const merchantHas = () => owedTo(coffer, 'merchant_payable', coffer.seeded.seed.merchant_id)

describe('Refunds of one payment at once', () => {
  it('fifty parts that make twice the payment give back exactly the payment; each is answered', async () => {
    const payment = idOf(await pay(coffer, 'customer-a', 10_000))
    const [before, merchant] = [await availableOf(coffer, 'customer-a'), await merchantHas()]
    const made = await many(50, () => refund(coffer, payment, 400))
    const states = made.map(({ status, body }) => (status === 201 ? body['state'] : body['code']))

    expect(states.filter((state) => state === 'succeeded')).toHaveLength(25)
    // Too late: at the door, or, when two were let in for the last of it, as a record that says so.
    const late = states.filter((state) => state !== 'succeeded')
    expect(late.every((state) => state === 'amount_exceeds_refundable' || state === 'failed')).toBe(true)
    for (const { status, body } of made)
      if (status === 201 && body['state'] === 'failed') expect(body['decline_code']).toBe('amount_exceeds_refundable')
    expect(await availableOf(coffer, 'customer-a')).toBe(before + 10_000)
    expect(await merchantHas()).toBe(merchant - 10_000)
    expect(await read(payment)).toMatchObject({ refunded: usd(10_000) })
  })

  it('two of all that is left are one, and the same key asked ten times at once is one', async () => {
    const payment = idOf(await pay(coffer, 'customer-a', 1_000))
    const whole = await many(2, () => refund(coffer, payment))
    expect(whole.filter(({ body }) => body['state'] === 'succeeded')).toHaveLength(1)
    const another = idOf(await pay(coffer, 'customer-a', 1_000))
    const same = await many(10, () => refund(coffer, another, 600, {}, 'ten-times'))
    expect(new Set(same.map(({ body }) => idOf({ body } as never))).size).toBe(1)
    expect(await read(another)).toMatchObject({ refunded: usd(600) })
  })

  it('one that waits is funded and taken back at once: it is one of the two, and the payment says which', async () => {
    for (let round = 0; round < 3; round++) {
      const payment = idOf(await pay(coffer, 'customer-a', 1_000))
      await emptyMerchant(coffer)
      const id = idOf(await refund(coffer, payment))
      await pay(coffer, 'bench', 1_200)
      await Promise.all([
        coffer.finance.post(`/v1/refunds/${id}/retry`),
        coffer.merchant.post(`/v1/refunds/${id}/cancel`),
        coffer.advanceClock(1_000)
      ])
      const { state } = (await refunded(coffer, id)).body
      expect(await read(payment)).toMatchObject({ refunded: usd(state === 'succeeded' ? 1_000 : 0) })
    }
  })

  it('two wait, and there is enough for one: one is made, and the other goes on waiting', async () => {
    const payments = await many(2, () => pay(coffer, 'customer-a', 1_000))
    await emptyMerchant(coffer)
    const ids: string[] = []
    for (const payment of payments) ids.push(idOf(await refund(coffer, idOf(payment))))
    await pay(coffer, 'bench', 1_200)
    await Promise.all(ids.map((id) => coffer.finance.post(`/v1/refunds/${id}/retry`)))
    await coffer.sweepUntil(async () => (await stateOf(ids)).includes('succeeded'))
    expect((await stateOf(ids)).sort()).toEqual(['pending', 'succeeded'])
    await pay(coffer, 'bench', 1_200)
    await coffer.sweepUntil(async () => (await stateOf(ids)).every((state) => state === 'succeeded'))
  })

  const stateOf = (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => String((await readRefund(coffer, id)).body['state'])))
})

describe('A refund beside a return of its payment', () => {
  it('in whatever order: the payer has the money once, at the bank or in the wallet', async () => {
    await pay(coffer, 'bench', 20_000)
    for (let round = 0; round < 3; round++) {
      const payment = idOf(await payByBank(coffer, 'customer-a', 1_000))
      expectState(await paid(coffer, payment), 'succeeded')
      const [before, owed] = [await availableOf(coffer, 'customer-a'), await owedBy(coffer, 'customer-a')]
      const [made] = await Promise.all([refund(coffer, payment), takeBack(coffer, payment)])
      await returnOf(coffer, payment)
      const { body } = await refunded(coffer, idOf(made))
      const atTheBank = await bookedTimes(coffer, 'a', idOf(made))
      const gained = (await availableOf(coffer, 'customer-a')) - before - (await owedBy(coffer, 'customer-a')) + owed
      // The bank has given 10.00 back; so the wallet has lost them, unless the refund has come into it.
      expect(body['destination']).toBe(atTheBank === 1 ? 'original' : 'wallet')
      expect(gained).toBe(atTheBank === 1 ? -1_000 : 0)
    }
  })
})
