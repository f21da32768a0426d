import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { owedTo, paid, payByBank } from '../support/bank-payments.ts'
import { availableOf, owedBy, pay, returnOf, takeBack } from '../support/bank-returns.ts'
import { capture, holdByCard, journaled, newCard, payByCard, untilCaptured } from '../support/card-payments.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { readRefund, refund, refunded, untilRefund } from '../support/refunds.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import {
  bookedTimes,
  callBack,
  expectSoon,
  expectState,
  historyOf,
  idOf,
  impatient,
  runOf,
  suspenseOf,
  usd
} from '../support/top-ups.ts'
import { nextNoon } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient, bankBDelayMs: 50 })
  await fundFromCapital(coffer, 'customer-a', 2_000n)
  await fundFromCapital(coffer, 'bench', 2_000_000n)
  // The fee stays with us, so a merchant gives one payment back whole out of another.
  await pay(coffer, 'bench', 1_000_000)
})
beforeEach(() => nextNoon(coffer))
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const codeOf = ({ status, body }: Answered) => [status, body['code']]
const read = async (paymentId: string) => (await coffer.service.get(`/v1/payments/${paymentId}`)).body

/** Resolves once the bank's answer is lost or late and the run waits for its next question. */
const askingForRefund = (id: string): Promise<void> =>
  expectSoon(async () => {
    const { attributes } = await runOf(coffer, `refund/${id}`)
    return attributes['ProcessState'] === 'processing' && attributes['DeadlineAt'] !== undefined
  }, true)

/** Spent in small payments, which nobody has to confirm. */
async function emptyWallet(): Promise<void> {
  for (;;) {
    const left = await availableOf(coffer, 'customer-a')
    if (left === 0) return
    const { body } = await pay(coffer, 'customer-a', Math.min(left, 3_000))
    if (body['state'] !== 'succeeded') throw new Error(JSON.stringify(body))
  }
}

/** What the bank has paid for the customer. */
async function paidByBank(amount: number, login: 'customer-a' | 'customer-b' | 'bench' = 'customer-a') {
  const id = idOf(await payByBank(coffer, login, amount))
  expectState(await paid(coffer, id), 'succeeded')
  return id
}

describe('A payment from a bank account', () => {
  it('is given back to it: reserved, pushed once, and gone when the bank has booked', async () => {
    const payment = await paidByBank(2_000)
    const before = await availableOf(coffer, 'customer-a')
    const made = await refund(coffer, payment, 1_500)
    expect(made.body).toMatchObject({ state: 'processing', destination: 'original', amount: usd(1_500) })
    const id = idOf(made)
    const over = await refunded(coffer, id)
    expect(over.body).toMatchObject({ state: 'succeeded', destination: 'original', bank_reference: expect.any(String) })
    expect(historyOf(over)).toEqual(['refund.processing', 'refund.sent', 'refund.succeeded'])
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
    expect(await availableOf(coffer, 'customer-a')).toBe(before)
    expect(await owedTo(coffer, 'refund_payable', id)).toBe(0)
    expect(await read(payment)).toMatchObject({ refunded: usd(1_500) })
  })

  it('that bank B paid is given back once bank B has called back', async () => {
    const made = await refund(coffer, await paidByBank(2_000, 'customer-b'))
    expectState(await refunded(coffer, idOf(made)), 'succeeded')
    expect(await bookedTimes(coffer, 'b', idOf(made))).toBe(1)
  })

  it.each([
    [1_001, 'insufficient_funds', 0],
    [1_004, 'bank_not_received', MINUTE_MS]
  ])('goes into the wallet when the bank does not book the %i that are given back', async (amount, code, waitMs) => {
    const payment = await paidByBank(2_000)
    const before = await availableOf(coffer, 'customer-a')
    const id = idOf(await refund(coffer, payment, amount))
    if (waitMs > 0) {
      await askingForRefund(id)
      await coffer.advanceClock(waitMs)
    }
    const over = await refunded(coffer, id)
    expectState(over, 'succeeded', code)
    expect(over.body).toMatchObject({ destination: 'wallet' })
    expect(await availableOf(coffer, 'customer-a')).toBe(before + amount)
    expect(await bookedTimes(coffer, 'a', id)).toBe(0)
  })

  it('is asked about when the bank’s answer is lost, and pushed once all the same, also by a new run', async () => {
    const id = idOf(await refund(coffer, await paidByBank(2_000), 1_003))
    await askingForRefund(id)
    await coffer.forgetRun(`refund/${id}`)
    await coffer.advanceClock(MINUTE_MS)
    await coffer.sweepUntil(async () => (await readRefund(coffer, id)).body['state'] === 'succeeded')
    expect((await readRefund(coffer, id)).body).toMatchObject({ destination: 'original' })
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
  })

  it('goes into the wallet when the account was unlinked since; while it is on its way it is not unlinked', async () => {
    const { bank_account_id } = coffer.customer('customer-b')
    const customer = await coffer.asCustomer('customer-b')
    const [first, second] = [await paidByBank(2_000, 'customer-b'), await paidByBank(1_000, 'customer-b')]
    await coffer.sandbox.addRule({ match: { operation: 'push' }, outcome: 'accept', delay_ms: 30 * MINUTE_MS })
    const made = await refund(coffer, first)
    await untilRefund(coffer, idOf(made), 'refund.sent')
    const unlink = () => customer.post(`/v1/bank-accounts/${bank_account_id}/unlink`)
    expect(codeOf(await unlink())).toEqual([409, 'state_conflict'])
    await coffer.sandbox.clearRules()
    await coffer.advanceClock(30 * MINUTE_MS)
    expectState(await refunded(coffer, idOf(made)), 'succeeded')
    expect((await unlink()).status).toBe(200)
    expect((await refund(coffer, second)).body).toMatchObject({ state: 'succeeded', destination: 'wallet' })
  })

  it('that the bank took back from the payer goes into the wallet, where it pays what is owed: never out twice', async () => {
    const payment = await paidByBank(2_000)
    await emptyWallet()
    await takeBack(coffer, payment)
    await returnOf(coffer, payment)
    expect(await owedBy(coffer, 'customer-a')).toBe(2_000)
    const made = await refund(coffer, payment)
    expect(made.body).toMatchObject({ state: 'succeeded', destination: 'wallet' })
    expect(await owedBy(coffer, 'customer-a')).toBe(0)
    expect(await bookedTimes(coffer, 'a', idOf(made))).toBe(0)
    expect((await returnOf(coffer, payment)).body).toMatchObject({ state: 'recovered' })
  })

  it('whose refund the bank sends back has it in the wallet', async () => {
    const id = idOf(await refund(coffer, await paidByBank(2_000)))
    expectState(await refunded(coffer, id), 'succeeded')
    const before = await availableOf(coffer, 'customer-a')
    await takeBack(coffer, id)
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered', operation: 'push' })
    expect(await availableOf(coffer, 'customer-a')).toBe(before + 2_000)
    const after = await readRefund(coffer, id)
    expect(after.body).toMatchObject({ state: 'succeeded', destination: 'original', returned: usd(2_000) })
  })
})

describe('A refund that no bank says anything about for a day', () => {
  async function stuck(amount: number, booked: boolean, login: 'customer-a' | 'bench' = 'customer-a') {
    const payment = await paidByBank(amount, login)
    await coffer.sandbox.addRule({ match: { operation: 'push', amount: String(amount) }, outcome: 'error', booked })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const id = idOf(await refund(coffer, payment))
    await askingForRefund(id)
    await coffer.advanceClock(DAY_MS)
    await untilRefund(coffer, id, 'refund.stuck')
    return id
  }
  const proof = { reason: 'the bank says no', proof: 'ticket 4711' }
  const writeOff = (id: string) => coffer.finance.post(`/v1/refunds/${id}/write-off`, proof)
  const taskOf = async (id: string) => (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data']

  it('is an operator’s task, and ends as the bank says once finance has it asked', async () => {
    const id = await stuck(2_100, true)
    expect(await taskOf(id)).toMatchObject([{ kind: 'stuck_bank_instruction', state: 'open', data: { bank: 'a' } }])
    const matched = await coffer.finance.post('/v1/tasks/bulk', {
      action: 'retry',
      filter: {
        ...{ kind: 'stuck_bank_instruction', process: 'refund', bank: 'a' },
        ...{ from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }
      },
      reason: 'bank a is back',
      dry_run: true
    })
    expect(matched.body).toMatchObject({ matched: 1 })
    await coffer.sandbox.clearRules()
    expect((await coffer.finance.post(`/v1/refunds/${id}/retry`)).status).toBe(200)
    expectState(await refunded(coffer, id), 'succeeded')
    expect(await taskOf(id)).toMatchObject([{ state: 'done' }])
  })

  it('is given up into the wallet; booked after all it is owed to the bank’s suspense account, once', async () => {
    const id = await stuck(2_200, true)
    const [before, suspense] = [await availableOf(coffer, 'customer-a'), await suspenseOf(coffer, 'a')]
    const given = await writeOff(id)
    expectState(given, 'succeeded', 'written_off')
    expect(given.body).toMatchObject({ destination: 'wallet' })
    expect(await availableOf(coffer, 'customer-a')).toBe(before + 2_200)
    await coffer.sandbox.clearRules()
    for (let n = 0; n < 3; n++) expect(await callBack(coffer, 'a', id)).toBe(202)
    await untilRefund(coffer, id, 'refund.booked_late')
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
    expect(await suspenseOf(coffer, 'a')).toBe(suspense - 2_200n)
  })

  it('above 1,000 USD is given up only when a second finance operator approves', async () => {
    const before = await availableOf(coffer, 'bench')
    const id = await stuck(100_100, false, 'bench')
    const asked = await writeOff(id)
    expect(asked.status).toBe(202)
    const path = `/v1/reviews/${idOf(asked)}/approve`
    expect(codeOf(await coffer.finance.post(path))).toEqual([403, 'four_eyes_required'])
    expect((await coffer.finance2.post(path)).body).toMatchObject({ state: 'approved' })
    expectState(await readRefund(coffer, id), 'succeeded', 'written_off')
    expect(await availableOf(coffer, 'bench')).toBe(before + 100_100)
  })

  it('is booked by the bank’s letter, and put on the suspense account when the bank contradicts it', async () => {
    const id = await stuck(2_300, false)
    const suspense = await suspenseOf(coffer, 'a')
    const letter = { ...proof, outcome: 'booked' }
    const told = await coffer.finance.post(`/v1/refunds/${id}/resolve`, letter)
    expect(told.body).toMatchObject({ state: 'succeeded', destination: 'original' })
    await coffer.sandbox.clearRules()
    await callBack(coffer, 'a', id)
    await untilRefund(coffer, id, 'refund.contradicted')
    await expectSoon(async () => (await runOf(coffer, `late-bank-news/${id}`)).status, 'COMPLETED')
    expect(await suspenseOf(coffer, 'a')).toBe(suspense + 2_300n)
  })
})

describe('A payment by card', () => {
  let card: string
  beforeAll(async () => {
    card = await newCard(coffer)
  })

  it('is given back to the card by the acquirer, in parts', async () => {
    const payment = idOf(await payByCard(coffer, card, 2_000))
    expectState(await paid(coffer, payment), 'succeeded')
    const made = [await refund(coffer, payment, 500), await refund(coffer, payment)]
    for (const each of made) {
      const over = await refunded(coffer, idOf(each))
      expect(over.body).toMatchObject({ state: 'succeeded', destination: 'original' })
    }
    expect(await journaled(coffer, payment)).toEqual(['sale in 2000', 'refund out 500', 'refund out 1500'])
  })

  it('that was captured later is given back as far as it was captured', async () => {
    const payment = await holdByCard(coffer, card, 2_000)
    await capture(coffer, payment, 800, { final: true })
    await untilCaptured(coffer, payment)
    const over = await refunded(coffer, idOf(await refund(coffer, payment)))
    expect(over.body).toMatchObject({ state: 'succeeded', destination: 'original', amount: usd(800) })
  })

  it.each([
    [1_002, 'wallet', 'card_declined'],
    [1_003, 'original', undefined]
  ])('of which %i are given back ends in the %s', async (amount, destination, code) => {
    const payment = idOf(await payByCard(coffer, card, 2_000))
    expectState(await paid(coffer, payment), 'succeeded')
    const id = idOf(await refund(coffer, payment, amount))
    if (code === undefined) {
      await askingForRefund(id)
      await coffer.advanceClock(MINUTE_MS)
    }
    const over = await refunded(coffer, id)
    expectState(over, 'succeeded', code)
    expect(over.body).toMatchObject({ destination })
  })
})
