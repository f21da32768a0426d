import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { askingForPayment, owedTo, paid, payByBank, untilPayment } from '../support/bank-payments.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { bookedTimes, callBack, expectState, historyOf, idOf, impatient, runOf, usd } from '../support/top-ups.ts'
import { nextNoon, outgoingOf, walletOf } from '../support/withdrawals.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
})
beforeEach(() => nextNoon(coffer))
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const earned = () => owedTo(coffer, 'merchant_payable', coffer.seeded.seed.merchant_id)
const codeOf = ({ status, body }: Answered) => [status, body['code']]

describe('A payment from a bank account', () => {
  it('at a bank that answers at once is paid through the wallet, whose balance stays as it was', async () => {
    const [before, merchant] = [await walletOf(coffer, 'customer-a'), await earned()]
    const made = await payByBank(coffer, 'customer-a', 2_000, {}, 'bank-at-once')
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ state: 'processing', captured: usd(0), fee: usd(0) })
    const { bank_account_id } = coffer.customer('customer-a')
    expect(made.body['funding']).toEqual({ type: 'bank_account', id: bank_account_id })
    const over = await paid(coffer, idOf(made))
    expectState(over, 'succeeded')
    expect(over.body).toMatchObject({ captured: usd(2_000), fee: usd(22) })
    expect(over.body['funding']).toMatchObject({ id: bank_account_id, reference: expect.stringMatching(/./) })
    expect(historyOf(over)).toEqual(['payment.processing', 'payment.sent', 'payment.succeeded'])
    expect(await walletOf(coffer, 'customer-a')).toEqual(before)
    expect((await earned()) - merchant).toBe(2_000 - 22)
    expect(await bookedTimes(coffer, 'a', idOf(made))).toBe(1)
    const again = await payByBank(coffer, 'customer-a', 2_000, {}, 'bank-at-once')
    expect([again.body, again.headers.get('idempotent-replayed')]).toEqual([made.body, 'true'])
    const { attributes } = await runOf(coffer, `payment/${idOf(made)}`)
    expect(attributes).toMatchObject({ Rail: 'bank_a', ProcessState: 'succeeded' })
  })

  it('at a bank that reports later is paid when its callback has come, once, however often it comes', async () => {
    const made = await payByBank(coffer, 'customer-b', 1_006)
    expectState(made, 'processing')
    await untilPayment(coffer, idOf(made), 'payment.sent')
    await coffer.advanceClock(5 * 60_000)
    const over = await paid(coffer, idOf(made))
    expectState(over, 'succeeded')
    expect(await callBack(coffer, 'b', idOf(made))).toBe(202)
    expect(await bookedTimes(coffer, 'b', idOf(made))).toBe(1)
    expect(historyOf(over)).toEqual(['payment.processing', 'payment.sent', 'payment.succeeded'])
  })

  it.each([
    [1_001, 'insufficient_funds'],
    [1_002, 'account_closed'],
    [1_004, 'bank_not_received']
  ])('of %i that the bank does not book is declined with its code, and gives the limits back', async (amount, code) => {
    const before = await Promise.all([walletOf(coffer, 'customer-a'), earned(), outgoingOf(coffer, 'customer-a')])
    const made = await payByBank(coffer, 'customer-a', amount)
    if (amount === 1_004) {
      await askingForPayment(coffer, idOf(made))
      await coffer.advanceClock(60_000)
    }
    expectState(await paid(coffer, idOf(made)), 'declined', code)
    const [wallet, merchant, counted] = before
    expect([await walletOf(coffer, 'customer-a'), await earned()]).toEqual([wallet, merchant])
    // The day's counter is new, and nothing stands on it; the month's is as it was.
    const outgoing = (await outgoingOf(coffer, 'customer-a')).filter((used) => used > 0)
    expect(outgoing).toEqual(counted.filter((used) => used > 0))
  })

  it('is found out by inquiry where the answer was lost', async () => {
    const made = await payByBank(coffer, 'customer-a', 1_003)
    await askingForPayment(coffer, idOf(made))
    await coffer.advanceClock(60_000)
    expectState(await paid(coffer, idOf(made)), 'succeeded')
    expect(await bookedTimes(coffer, 'a', idOf(made))).toBe(1)
  })

  it('cannot be captured later, nor be paid from what is unknown, somebody else’s, or a card', async () => {
    const from = (type: string, id: string) => payByBank(coffer, 'customer-a', 1_000, { funding: { type, id } })
    expect(codeOf(await payByBank(coffer, 'customer-a', 1_000, { capture: 'manual' }))).toEqual([
      ...[400, 'capture_not_supported']
    ])
    const { bank_account_id: others } = coffer.customer('customer-b')
    for (const [type, id] of [
      ['bank_account', others],
      ['bank_account', `ban_${'0'.repeat(32)}`],
      ['bank_account', 'ban'],
      ['card', `crd_${'0'.repeat(32)}`]
    ] as const)
      expect(codeOf(await from(type, id))).toEqual([404, 'not_found'])
  })
})
