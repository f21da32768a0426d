import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { toppedUp } from '../support/bank-returns.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { balanceOf, closingOf, endDay, itemsOf, reconcile } from '../support/reconciliations.ts'
import { expectEverythingSettled } from '../support/settled.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ bankBDelayMs: 100 })
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

describe('A day of a bank', () => {
  it('whose statement says what our books expect is balanced, and the bank’s cash is its closing balance', async () => {
    await toppedUp(coffer, 'customer-a', 10_000)
    await toppedUp(coffer, 'customer-a', 12_300)
    const day = await endDay(coffer)
    const reconciled = await reconcile(coffer, 'a', day)
    expect(reconciled.body).toMatchObject({ state: 'balanced', open_items: 0, counts: { matched: 3 } })
    expect(itemsOf(reconciled)).toEqual([])
    expect(closingOf(reconciled)).toBe(100_022_300n)
    expect(await balanceOf(coffer, 'bank_cash', 'a')).toBe(100_022_300n)
    expect(await balanceOf(coffer, 'bank_in_transit', 'a')).toBe(0n)
  })
})
