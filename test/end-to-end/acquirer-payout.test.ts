import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { newCard } from '../support/card-payments.ts'
import { chargeBack, disputeOf, paidByCard, unasked } from '../support/chargebacks.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { balanceOf, clearedItem, endDay, itemsOf, reconcile } from '../support/reconciliations.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { idOf, usd } from '../support/top-ups.ts'
import { withOwners } from '../support/write-event.ts'

let coffer: Coffer
let card: string
beforeAll(async () => {
  coffer = await startCoffer({ policy: unasked })
  card = await newCard(coffer)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

const atAcquirer = () => balanceOf(coffer, 'bank_in_transit', 'acquirer')
const fees = () => balanceOf(coffer, 'bank_fee_expense', '')

interface Payout {
  readonly reference: string
  readonly amount: string
  readonly fee: string
}

async function payOut(): Promise<Payout[]> {
  const response = await coffer.sandbox.admin('POST', '/acquirer-payouts', {})
  return ((await response.json()) as { data: Payout[] }).data
}
const booked = async (): Promise<Record<string, unknown>[]> =>
  (await coffer.finance.get('/v1/acquirer-payouts')).body['data'] as Record<string, unknown>[]
const untilBooked = (count: number) => coffer.sweepUntil(async () => (await booked()).length === count)

describe('What the acquirer owes us', () => {
  it('comes to our bank less its fee, is booked once, and is found on the bank’s statement', async () => {
    await paidByCard(coffer, card, 10_000)
    expect(await atAcquirer()).toBe(10_000n)
    const [payout] = await payOut()
    expect(payout).toMatchObject({ amount: '9870', fee: '130' })
    await untilBooked(1)
    expect(await booked()).toEqual([
      {
        object: 'acquirer_payout',
        reference: payout!.reference,
        bank: 'a',
        amount: usd(9_870),
        fee: usd(130),
        at: expect.any(String),
        booked_at: expect.any(String)
      }
    ])
    expect([await atAcquirer(), await fees()]).toEqual([0n, 130n])
    expect(await balanceOf(coffer, 'bank_in_transit', 'a')).toBe(9_870n)
    const day = await reconcile(coffer, 'a', await endDay(coffer))
    expect(day.body).toMatchObject({ state: 'balanced', open_items: 0 })
    expect(await balanceOf(coffer, 'bank_in_transit', 'a')).toBe(0n)
  })

  it('is less by what card holders have taken back, and what we owe it, it keeps off the next one', async () => {
    const payment = await paidByCard(coffer, card, 4_000)
    expect(await payOut()).toHaveLength(1)
    await disputeOf(coffer, payment, await chargeBack(coffer, payment))
    await untilBooked(2)
    expect(await atAcquirer()).toBe(-4_000n)
    expect(await payOut()).toEqual([])
    await paidByCard(coffer, card, 5_000)
    expect(await payOut()).toMatchObject([{ amount: '978', fee: '22' }])
    await untilBooked(3)
    expect(await atAcquirer()).toBe(0n)
  })

  it('that a statement shows before anybody was told waits on suspense, and is explained when it is booked', async () => {
    await paidByCard(coffer, card, 3_000)
    const [payout] = await payOut()
    const day = await reconcile(coffer, 'a', await endDay(coffer))
    await untilBooked(4)
    await coffer.advanceClock(1_000)
    // None, where the sweeper has just come by itself.
    for (const { id, reference } of itemsOf(day)) {
      expect(reference).toBe(payout!.reference)
      expect(await clearedItem(coffer, idOf(day), id)).toMatchObject({ cleared_by: 'found_here' })
    }
    expect(await balanceOf(coffer, 'suspense', 'a')).toBe(0n)
  })

  it('is booked once, also by who was killed before it was written down that it is', async () => {
    await paidByCard(coffer, card, 2_000)
    const [payout] = await payOut()
    await untilBooked(5)
    await withOwners(coffer.database.ownerUrl, 1, (owner) =>
      owner.query('delete from acquirer_payout where reference = $1', [payout!.reference]).then(() => undefined)
    )
    expect(await booked()).toHaveLength(4)
    await untilBooked(5)
    expect(await atAcquirer()).toBe(0n)
  })
})
