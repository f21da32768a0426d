import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { availableOf } from '../support/bank-returns.ts'
import type { Answered } from '../support/client.ts'
import { newCard } from '../support/card-payments.ts'
import { chargeBack, disputeOf, paidByCard } from '../support/chargebacks.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { DAY_MS, dispute, paid, untilState } from '../support/disputes.ts'
import { fundFromCapital } from '../support/fund.ts'
import { readRefund, refund } from '../support/refunds.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { balanceOf, over, sell, settleNow, untilDue } from '../support/settlements.ts'
import { idOf, usd } from '../support/top-ups.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'bench', 1_000_000n)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

const SOLD = 10_000
/** What is sold afterwards. No payout of it all, whatever is taken off before, ends in digits that the bank declines. */
const SOLD_LATER = 20_500
const REFUNDED = 3_000
const DISPUTED = 4_000
const CHARGEBACK_FEE = 1_500
/** 0.6 % and 10 cents. */
const feeOf = (sold: number) => Math.round(sold * 0.006) + 10

const has = () => availableOf(coffer, 'bench')

/** All that the merchant has with us or got from us, less what they owe; payouts as the bank tells them. */
async function worthOf(): Promise<number> {
  const { payable, reserve, in_settlement, owed } = await balanceOf(coffer)
  const { lines } = await coffer.sandbox.journal('a')
  const paidOut = lines.filter(({ reference }) => reference.startsWith('set_'))
  return payable + reserve + in_settlement - owed + paidOut.reduce((sum, { amount }) => sum + Number(amount), 0)
}

/** What can happen to a sale that is due, all of it asked for by its own caller. */
const acts = {
  refund: (payment: string) => refund(coffer, payment, REFUNDED),
  dispute: (payment: string) => dispute(coffer, payment, 'fraud', { amount: usd(DISPUTED) }),
  settlement: () => settleNow(coffer)
}
type Act = keyof typeof acts

async function settle(): Promise<void> {
  const asked = await settleNow(coffer)
  if (asked.status === 201) await over(coffer, idOf(asked))
}

/** The merchant gives in, sells enough for what waits for their money, and is settled for all of it. */
async function finish(done: Partial<Record<Act, Answered>>): Promise<void> {
  if (done.settlement?.status === 201) await over(coffer, idOf(done.settlement))
  const disputeId = String(done.dispute?.body['id'])
  await coffer.merchant.post(`/v1/disputes/${disputeId}/accept`)
  await untilState(coffer, disputeId, 'accepted')
  await sell(coffer, SOLD_LATER)
  const refundId = String(done.refund?.body['id'])
  await coffer.sweepUntil(async () => (await readRefund(coffer, refundId)).body['state'] === 'succeeded')
  await untilDue(coffer)
  await settle()
}

async function expectExact(payment: string, before: { readonly wallet: number; readonly worth: number }) {
  expect((await coffer.service.get(`/v1/payments/${payment}`)).body).toMatchObject({
    captured: usd(SOLD),
    refunded: usd(REFUNDED),
    disputed: usd(DISPUTED)
  })
  expect((await has()) - before.wallet).toBe(REFUNDED + DISPUTED - SOLD - SOLD_LATER)
  const earned = SOLD + SOLD_LATER - feeOf(SOLD) - feeOf(SOLD_LATER) - REFUNDED - DISPUTED - CHARGEBACK_FEE
  expect((await worthOf()) - before.worth).toBe(earned)
  expect(await balanceOf(coffer)).toMatchObject({ payable: 0, owed: 0, in_settlement: 0 })
}

/** A sale that is due. */
async function sold() {
  const before = { wallet: await has(), worth: await worthOf() }
  const payment = await paid(coffer, 'bench', SOLD)
  await untilDue(coffer)
  return { before, payment }
}

describe('A sale that is refunded in part, disputed in part and settled', () => {
  const orders: readonly (readonly [Act, Act, Act])[] = [
    ['refund', 'dispute', 'settlement'],
    ['refund', 'settlement', 'dispute'],
    ['dispute', 'refund', 'settlement'],
    ['dispute', 'settlement', 'refund'],
    ['settlement', 'refund', 'dispute'],
    ['settlement', 'dispute', 'refund']
  ]
  it.each(orders)('by %s, %s, %s costs and brings each party the same to the cent', async (...order) => {
    const { before, payment } = await sold()
    const done: Partial<Record<Act, Answered>> = {}
    for (const act of order) {
      const asked = await acts[act](payment)
      expect([act, asked.status]).toEqual([act, 201])
      if (act === 'settlement') await over(coffer, idOf(asked))
      done[act] = asked
    }
    await finish(done)
    await expectExact(payment, before)
  })

  it('by all three at once as well, whoever comes first', async () => {
    for (let round = 0; round < 4; round++) {
      const { before, payment } = await sold()
      const [refunded, disputed, settled] = await Promise.all([
        acts.refund(payment),
        acts.dispute(payment),
        acts.settlement()
      ])
      expect([refunded.status, disputed.status]).toEqual([201, 201])
      await finish({ refund: refunded, dispute: disputed, settlement: settled })
      await expectExact(payment, before)
    }
  })
})

describe('A sale of which more is asked back than was paid', () => {
  it('goes back once: a refund and a dispute of nearly all of it, at once, are one of the two', async () => {
    await sell(coffer, 2 * SOLD)
    for (let round = 0; round < 4; round++) {
      const payment = await paid(coffer, 'bench', SOLD)
      const [refunded, disputed] = await Promise.all([
        refund(coffer, payment, 8_000),
        dispute(coffer, payment, 'not_received', { amount: usd(7_000) })
      ])
      const isRefunded = refunded.status === 201 && refunded.body['state'] === 'succeeded'
      const isDisputed = disputed.status === 201 && disputed.body['state'] === 'inquiry'
      expect([isRefunded, isDisputed].filter(Boolean)).toHaveLength(1)
      const { body } = await coffer.service.get(`/v1/payments/${payment}`)
      expect(body['refunded']).toEqual(usd(isRefunded ? 8_000 : 0))
      expect(body['disputed']).toEqual(isDisputed ? usd(7_000) : undefined)
      if (isDisputed) await coffer.service.post(`/v1/disputes/${idOf(disputed)}/withdraw`)
      if (isDisputed) await untilState(coffer, idOf(disputed), 'closed')
    }
  })
})

describe('A sale by card that its payer asks back in every way at once', () => {
  const PAID = 2_800

  /** On the card, by the acquirer's books, and in the wallet. */
  async function hasBack(payment: string): Promise<number> {
    const { lines } = await coffer.sandbox.journal('acquirer')
    const onCard = lines.filter(({ of, direction }) => of === payment && direction === 'out')
    return (await availableOf(coffer, 'customer-a')) + onCard.reduce((sum, { amount }) => sum + Number(amount), 0)
  }

  it('goes back once, whether refund, dispute or chargeback comes first', async () => {
    // The merchant can give it back, and the customer what they have twice.
    await sell(coffer, 3 * SOLD)
    await fundFromCapital(coffer, 'customer-a', 30_000n)
    const card = await newCard(coffer)
    for (const first of ['refund', 'nothing', 'dispute']) {
      const payment = await paidByCard(coffer, card, PAID)
      const before = await hasBack(payment)
      if (first === 'refund') await refund(coffer, payment, 1_000)
      if (first === 'dispute') await dispute(coffer, payment, 'fraud', { amount: usd(1_500) })
      const [chargeback] = await Promise.all([
        chargeBack(coffer, payment),
        refund(coffer, payment, 1_000),
        dispute(coffer, payment, 'fraud', { amount: usd(1_500) })
      ])
      const taken = idOf(await disputeOf(coffer, payment, chargeback))
      await coffer.merchant.post(`/v1/disputes/${taken}/accept`)
      await coffer.advanceClock(10 * DAY_MS)
      await coffer.sweepUntil(async () => (await hasBack(payment)) - before === PAID && (await isQuiet(payment)))
      const { body } = await coffer.service.get(`/v1/payments/${payment}`)
      const { refunded, disputed } = body as Record<'refunded' | 'disputed', { amount: string } | undefined>
      expect(Number(refunded?.amount ?? 0) + Number(disputed?.amount ?? 0)).toBeLessThanOrEqual(PAID)
    }
  })

  /** Nothing of it is on its way any more. */
  async function isQuiet(payment: string): Promise<boolean> {
    const { rows } = await coffer.pool.query(
      `select from process p where p.open and p.id in (
         select id from dispute where payment_id = $1 union select id from refund where payment_id = $1)`,
      [payment]
    )
    return rows.length === 0
  }
})
