import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import {
  balanceOf,
  bookedTimes,
  callBack,
  ended,
  expectState,
  historyOf,
  idOf,
  impatient,
  runOf,
  topUp,
  until,
  usd,
  waiting
} from '../support/top-ups.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
})
afterEach(() => coffer.sandbox.clearRules())
afterAll(() => coffer?.stop())

const rule = (amount: number, outcome: object) =>
  coffer.sandbox.addRule({ match: { operation: 'pull', amount: String(amount) }, ...outcome })

/** The whole way of one top-up of customer-a, from the order to the books; moves the clock once its answer is lost. */
async function run(amount: number, { lost = false }: { lost?: boolean } = {}) {
  const before = await balanceOf(coffer, 'customer-a')
  const made = await topUp(coffer, 'customer-a', amount)
  expect(made.status).toBe(201)
  expectState(made, 'processing')
  if (lost) {
    await waiting(coffer, idOf(made))
    await coffer.advanceClock(5_000)
  }
  const over = await ended(coffer, idOf(made))
  const after = await balanceOf(coffer, 'customer-a')
  expect(after.onTheWay).toBe(0n)
  await expectEverythingSettled(coffer)
  const booked = await bookedTimes(coffer, 'a', idOf(made))
  return { made, over, credited: Number(after.posted - before.posted), booked }
}

describe('A top-up through bank A', () => {
  it('answers processing before the bank is asked, and is credited once the bank has accepted', async () => {
    const { made, over, credited, booked } = await run(12_300)
    expect(made.headers.get('location')).toBe(`/v1/top-ups/${idOf(made)}`)
    expect(historyOf(made)).toEqual(['top_up.processing'])
    expectState(over, 'succeeded')
    expect(historyOf(over)).toEqual(['top_up.processing', 'top_up.sent', 'top_up.succeeded'])
    expect(over.body).toMatchObject({ bank_reference: expect.stringMatching(/^COFA/), amount: usd(12_300) })
    expect({ credited, booked }).toEqual({ credited: 12_300, booked: 1 })
    const { status, attributes } = await runOf(coffer, `top-up/${idOf(made)}`)
    expect({ status, ...attributes }).toMatchObject({ status: 'COMPLETED', ProcessState: 'succeeded', Rail: 'bank_a' })
  })

  it.each([
    [1_001, 'insufficient_funds'],
    [1_002, 'account_closed']
  ])('of %i that the bank refuses is declined with its reason, %s', async (amount, code) => {
    const { over, credited, booked } = await run(amount)
    expectState(over, 'declined', code)
    expect({ credited, booked }).toEqual({ credited: 0, booked: 0 })
  })

  it('is declined with bank_declined when the bank has a reason that nobody has heard of', async () => {
    await rule(2_100, { outcome: 'decline', code: 'moon_too_full' })
    expectState((await run(2_100)).over, 'declined', 'bank_declined')
  })

  it('of 03, which the bank books before it cuts the line, is found booked by the first inquiry', async () => {
    const { over, credited, booked } = await run(1_003, { lost: true })
    expectState(over, 'succeeded')
    expect({ credited, booked }).toEqual({ credited: 1_003, booked: 1 })
  })

  it('of 04, which the bank never answers nor books, is declined once the bank has fenced it', async () => {
    const { over, credited, booked } = await run(1_004, { lost: true })
    expectState(over, 'declined', 'bank_not_received')
    expect({ credited, booked }).toEqual({ credited: 0, booked: 0 })
  })

  it('of 06, which the bank tells five times and out of order, is credited once', async () => {
    const { over, credited, booked } = await run(1_006)
    expectState(over, 'succeeded')
    expect({ credited, booked }).toEqual({ credited: 1_006, booked: 1 })
  })

  it('is credited after a 500 behind which the bank has booked', async () => {
    await rule(2_200, { outcome: 'error', booked: true })
    const { over, credited, booked } = await run(2_200, { lost: true })
    expectState(over, 'succeeded')
    expect({ credited, booked }).toEqual({ credited: 2_200, booked: 1 })
  })

  it('is declined after a 500 behind which the bank has not booked', async () => {
    await rule(2_300, { outcome: 'error', booked: false })
    const { over, credited, booked } = await run(2_300, { lost: true })
    expectState(over, 'declined', 'bank_not_received')
    expect({ credited, booked }).toEqual({ credited: 0, booked: 0 })
  })

  it('whose instruction reaches the bank only after the inquiry that fenced it, is booked nowhere', async () => {
    const arrivesAt = performance.now() + 9_000
    await rule(2_400, { outcome: 'delay', delay_ms: 9_000 })
    const { over } = await run(2_400, { lost: true })
    expectState(over, 'declined', 'bank_not_received')
    expect(performance.now()).toBeLessThan(arrivesAt)
    // The bank takes its time in real seconds; it looks at the instruction a little after this.
    await coffer.service.until(`/v1/top-ups/${idOf(over)}`, () => performance.now() > arrivesAt + 500)
    expect(await bookedTimes(coffer, 'a', idOf(over))).toBe(0)
    await expectEverythingSettled(coffer)
  })

  it('whose callback overtakes the answer is credited once', async () => {
    await rule(2_500, { outcome: 'reorder' })
    const { over, credited } = await run(2_500)
    expectState(over, 'succeeded')
    expect(credited).toBe(2_500)
  })

  it('that could not be delivered is sent again when the bank is back, and only then', async () => {
    let id = ''
    await coffer.restartSandbox(async () => {
      id = idOf(await topUp(coffer, 'customer-a', 2_600))
      expect(historyOf(await until(coffer, id, 'top_up.undelivered'))).toEqual([
        'top_up.processing',
        'top_up.sent',
        'top_up.undelivered'
      ])
    })
    await coffer.advanceClock(5_000)
    const over = await ended(coffer, id)
    expectState(over, 'succeeded')
    expect(historyOf(over).slice(-2)).toEqual(['top_up.sent', 'top_up.succeeded'])
    expect(await bookedTimes(coffer, 'a', id)).toBe(1)
    await expectEverythingSettled(coffer)
  })
})

describe('A top-up through bank B', () => {
  const order = async (amount: number) => {
    const made = await topUp(coffer, 'customer-b', amount)
    await waiting(coffer, idOf(made))
    return idOf(made)
  }

  it('stays processing for the bank’s minutes, and is credited by what the inquiry after its callback says', async () => {
    const id = await order(3_000)
    await coffer.advanceClock(30_000)
    expectState(await coffer.service.get(`/v1/top-ups/${id}`), 'processing')
    await coffer.advanceClock(30_000)
    expectState(await ended(coffer, id), 'succeeded')
    expect(await bookedTimes(coffer, 'b', id)).toBe(1)
    await expectEverythingSettled(coffer)
  })

  it('is declined minutes later when the bank reports so', async () => {
    const id = await order(3_001)
    await coffer.advanceClock(60_000)
    expectState(await ended(coffer, id), 'declined', 'insufficient_funds')
    await expectEverythingSettled(coffer)
  })

  it('of 03, whose report never comes, is found booked by an inquiry of the plan', async () => {
    const id = await order(3_003)
    await coffer.advanceClock(60_000)
    expectState(await ended(coffer, id), 'succeeded')
    await expectEverythingSettled(coffer)
  })

  it('of 04, which the bank forgets, is declined by an inquiry of the plan', async () => {
    const id = await order(3_004)
    await coffer.advanceClock(60_000)
    expectState(await ended(coffer, id), 'declined', 'bank_not_received')
    await expectEverythingSettled(coffer)
  })

  it('is not believed to be booked because a callback says there is news', async () => {
    const id = await order(3_100)
    expect(await callBack(coffer, 'b', id)).toBe(202)
    expectState(await coffer.service.get(`/v1/top-ups/${id}`), 'processing')
    await coffer.advanceClock(60_000)
    expectState(await ended(coffer, id), 'succeeded')
  })
})

describe('A callback', () => {
  it('about a reference that nobody has given is taken, and changes nothing', async () => {
    expect(await callBack(coffer, 'a', `top_${'f'.repeat(32)}`)).toBe(202)
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
