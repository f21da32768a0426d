import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { bookedTimes, callBack, expectState, historyOf, idOf, impatient, runOf, usd } from '../support/top-ups.ts'
import {
  asking,
  confirmed,
  outgoingOf,
  readWithdrawal,
  untilWithdrawal,
  walletOf,
  withdraw,
  withdrawn
} from '../support/withdrawals.ts'

const many = { burst: { max: 1_000 }, daily: { max: 1_000 } }

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: { ...impatient, withdrawal: { velocity: many } } })
  await fundFromCapital(coffer, 'customer-a', 500_000n)
  await fundFromCapital(coffer, 'customer-b', 300_000n)
  // From the second one on to the same account no PIN is asked for.
  await withdrawn(coffer, idOf(await confirmed(coffer, 'customer-a', 100)))
  const first = idOf(await confirmed(coffer, 'customer-b', 100))
  await asking(coffer, first)
  await coffer.advanceClock(60_000)
  await withdrawn(coffer, first)
})
afterEach(() => coffer.sandbox.clearRules())
afterAll(() => coffer?.stop())

const rule = (amount: number, outcome: object) =>
  coffer.sandbox.addRule({ match: { operation: 'push', amount: String(amount) }, ...outcome })

/** The whole way of one withdrawal of customer-a; moves the clock once its answer is lost. */
async function run(amount: number, { lost = false }: { lost?: boolean } = {}) {
  const before = await walletOf(coffer, 'customer-a')
  const counted = await outgoingOf(coffer, 'customer-a')
  const made = await withdraw(coffer, 'customer-a', amount)
  expect(made.status).toBe(201)
  expectState(made, 'processing')
  if (lost) {
    await asking(coffer, idOf(made))
    expect(await walletOf(coffer, 'customer-a')).toEqual({
      posted: before.posted,
      pending: amount,
      available: before.available - amount
    })
    await coffer.advanceClock(5_000)
  }
  const over = await withdrawn(coffer, idOf(made))
  const after = await walletOf(coffer, 'customer-a')
  expect(after.pending).toBe(0)
  await expectEverythingSettled(coffer)
  const booked = await bookedTimes(coffer, 'a', idOf(made))
  const stillCounted = (await outgoingOf(coffer, 'customer-a'))[0]! - counted[0]!
  return { made, over, paid: before.posted - after.posted, booked, stillCounted }
}

describe('A withdrawal through bank A', () => {
  it('answers processing with the money held, before the bank is asked, and pays once the bank has accepted', async () => {
    const { made, over, paid, booked, stillCounted } = await run(12_300)
    expect(made.headers.get('location')).toBe(`/v1/withdrawals/${idOf(made)}`)
    expect(historyOf(made)).toEqual(['withdrawal.processing'])
    expectState(over, 'succeeded')
    expect(historyOf(over)).toEqual(['withdrawal.processing', 'withdrawal.sent', 'withdrawal.succeeded'])
    expect(over.body).toMatchObject({
      bank_reference: expect.stringMatching(/^COFA/),
      amount: usd(12_300),
      fee: usd(0)
    })
    expect({ paid, booked, stillCounted }).toEqual({ paid: 12_300, booked: 1, stillCounted: 12_300 })
    const { status, attributes } = await runOf(coffer, `withdrawal/${idOf(made)}`)
    expect({ status, ...attributes }).toMatchObject({ status: 'COMPLETED', ProcessState: 'succeeded', Rail: 'bank_a' })
  })

  it.each([
    [1_001, 'insufficient_funds'],
    [1_002, 'account_closed']
  ])(
    'of %i that the bank refuses is declined with its reason, %s, and gives money and limit back',
    async (amount, code) => {
      const { over, ...moved } = await run(amount)
      expectState(over, 'declined', code)
      expect(moved).toMatchObject({ paid: 0, booked: 0, stillCounted: 0 })
    }
  )

  it('is declined with bank_declined when the bank has a reason that nobody has heard of', async () => {
    await rule(2_100, { outcome: 'decline', code: 'moon_too_full' })
    expectState((await run(2_100)).over, 'declined', 'bank_declined')
  })

  it('of 03, which the bank books before it cuts the line, is found booked by the first inquiry', async () => {
    const { over, ...moved } = await run(1_003, { lost: true })
    expectState(over, 'succeeded')
    expect(moved).toMatchObject({ paid: 1_003, booked: 1, stillCounted: 1_003 })
  })

  it('of 04, which the bank never answers nor books, is declined once the bank has fenced it', async () => {
    const { over, ...moved } = await run(1_004, { lost: true })
    expectState(over, 'declined', 'bank_not_received')
    expect(moved).toMatchObject({ paid: 0, booked: 0, stillCounted: 0 })
  })

  it.each([5, 6])('of 0%i, which the bank accepts in its own manner, pays once', async (digit) => {
    const { over, ...moved } = await run(1_000 + digit)
    expectState(over, 'succeeded')
    expect(moved).toMatchObject({ paid: 1_000 + digit, booked: 1 })
  })

  it.each([
    [2_200, true, 'succeeded'],
    [2_300, false, 'declined']
  ])('of %i after a 500 behind which the bank has booked (%s) ends %s', async (amount, booked, state) => {
    await rule(amount, { outcome: 'error', booked })
    const { over, paid, booked: lines } = await run(amount, { lost: true })
    expect(over.body['state']).toBe(state)
    expect({ paid, lines }).toEqual(booked ? { paid: amount, lines: 1 } : { paid: 0, lines: 0 })
  })

  it('whose callback overtakes the answer pays once', async () => {
    await rule(2_500, { outcome: 'reorder' })
    const { over, paid } = await run(2_500)
    expectState(over, 'succeeded')
    expect(paid).toBe(2_500)
  })

  it('that could not be delivered is sent again when the bank is back, and only then', async () => {
    let id = ''
    await coffer.restartSandbox(async () => {
      id = idOf(await withdraw(coffer, 'customer-a', 2_600))
      expect(historyOf(await untilWithdrawal(coffer, id, 'withdrawal.undelivered'))).toEqual([
        'withdrawal.processing',
        'withdrawal.sent',
        'withdrawal.undelivered'
      ])
    })
    await coffer.advanceClock(5_000)
    const over = await withdrawn(coffer, id)
    expectState(over, 'succeeded')
    expect(historyOf(over).slice(-2)).toEqual(['withdrawal.sent', 'withdrawal.succeeded'])
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
    await expectEverythingSettled(coffer)
  })
})

describe('A withdrawal through bank B', () => {
  const order = async (amount: number) => {
    const made = await withdraw(coffer, 'customer-b', amount)
    await asking(coffer, idOf(made))
    return idOf(made)
  }

  it('stays processing for the bank’s minutes, and pays by what the inquiry after its callback says', async () => {
    const before = await walletOf(coffer, 'customer-b')
    const id = await order(3_000)
    await coffer.advanceClock(30_000)
    expectState(await readWithdrawal(coffer, id), 'processing')
    expect((await walletOf(coffer, 'customer-b')).pending).toBe(3_000)
    await coffer.advanceClock(30_000)
    expectState(await withdrawn(coffer, id), 'succeeded')
    expect(await bookedTimes(coffer, 'b', id)).toBe(1)
    expect(await walletOf(coffer, 'customer-b')).toEqual({
      posted: before.posted - 3_000,
      pending: 0,
      available: before.available - 3_000
    })
    await expectEverythingSettled(coffer)
  })

  it.each([
    [3_001, 'declined', 'insufficient_funds'],
    [3_003, 'succeeded', undefined],
    [3_004, 'declined', 'bank_not_received']
  ])('of %i ends %s (%s) a minute later, by its report or by an inquiry of the plan', async (amount, state, code) => {
    const id = await order(amount)
    await coffer.advanceClock(60_000)
    expectState(await withdrawn(coffer, id), state, code)
    await expectEverythingSettled(coffer)
  })

  it('is not believed to be booked because a callback says there is news', async () => {
    const id = await order(3_100)
    expect(await callBack(coffer, 'b', id)).toBe(202)
    expectState(await readWithdrawal(coffer, id), 'processing')
    await coffer.advanceClock(60_000)
    expectState(await withdrawn(coffer, id), 'succeeded')
    await expectEverythingSettled(coffer)
  })
})

describe('The engine', () => {
  it('is told neither the number of the bank account nor whose it is', async () => {
    const { over } = await run(4_200)
    const { ok } = coffer.seeded.seed.ibans
    const events = await coffer.db.selectFrom('event').select('data').where('object_id', '=', idOf(over)).execute()
    const order = await coffer.db.selectFrom('process').select('order').where('id', '=', idOf(over)).execute()
    const told = JSON.stringify([events, order]) + coffer.worker.output + coffer.api.output
    for (const secret of [ok, 'Ada Example']) expect(told).not.toContain(secret)
  })
})
