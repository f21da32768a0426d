import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { owedBy, pay, returnOf, takeBack, toppedUp } from '../support/bank-returns.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { historyOf, usd } from '../support/top-ups.ts'
import { walletOf } from '../support/withdrawals.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

describe('A top-up that the bank takes back', () => {
  it('leaves the wallet that still has it, and the return is recovered at once', async () => {
    const id = await toppedUp(coffer, 'bench', 10_000)
    await takeBack(coffer, id, { charge: '250' })
    const returned = await returnOf(coffer, id)
    expect(returned.body).toMatchObject({
      state: 'recovered',
      original_id: id,
      amount: usd(10_000),
      owed: usd(0),
      in_window: true,
      reason: 'account_closed'
    })
    expect(historyOf(returned)).toEqual(['bank_return.received', 'bank_return.recovered'])
    expect((await coffer.service.get(`/v1/top-ups/${id}`)).body).toMatchObject({
      state: 'succeeded',
      returned: usd(10_000)
    })
    expect(await walletOf(coffer, 'bench')).toMatchObject({ available: 0 })
  })

  it('and was spent is owed: nothing leaves the wallet, and what comes in pays it first', async () => {
    const id = await toppedUp(coffer, 'customer-a', 10_000)
    await pay(coffer, 'customer-a', 2_500)
    await takeBack(coffer, id)
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'receivable', owed: usd(2_500) })
    expect(await owedBy(coffer, 'customer-a')).toBe(2_500)
    await toppedUp(coffer, 'customer-a', 1_000)
    expect(await owedBy(coffer, 'customer-a')).toBe(1_500)
    expect((await pay(coffer, 'customer-a', 100)).body).toMatchObject({ decline_code: 'wallet_frozen' })
    await toppedUp(coffer, 'customer-a', 4_000)
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered', outstanding: usd(0) })
    expect(await walletOf(coffer, 'customer-a')).toMatchObject({ available: 2_500 })
  })
})
