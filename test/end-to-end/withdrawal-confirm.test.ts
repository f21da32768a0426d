import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import type { Answered } from '../support/client.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectSoon, expectState, historyOf, idOf, impatient, runOf } from '../support/top-ups.ts'
import { confirm, nextNoon, outgoingOf, readWithdrawal, walletOf, withdraw, withdrawn } from '../support/withdrawals.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
  await fundFromCapital(coffer, 'customer-a', 400_000n)
})
beforeEach(() => nextNoon(coffer))
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

const codeOf = ({ status, body }: Answered) => [status, body['code']]
/** 500 USD and more always have to be confirmed. */
async function unconfirmed(amount = 50_000): Promise<string> {
  const made = await withdraw(coffer, 'customer-a', amount)
  expect(made.status).toBe(201)
  expectState(made, 'requires_action')
  return idOf(made)
}
const cancel = (id: string) => coffer.service.post(`/v1/withdrawals/${id}/cancel`)

describe('A withdrawal that has to be confirmed', () => {
  it('is the first to an account, whatever the amount, and holds nothing until it is confirmed', async () => {
    const before = await walletOf(coffer, 'customer-a')
    const counted = await outgoingOf(coffer, 'customer-a')
    const made = await withdraw(coffer, 'customer-a', 100)
    expectState(made, 'requires_action')
    const { created_at, confirm_before } = made.body as Record<string, string>
    expect(Math.round((Date.parse(confirm_before!) - Date.parse(created_at!)) / MINUTE_MS)).toBe(5)
    const { attributes } = await runOf(coffer, `withdrawal/${idOf(made)}`)
    expect(attributes).toMatchObject({ ProcessState: 'requires_action', DeadlineAt: confirm_before, Rail: 'bank_a' })
    expect(await walletOf(coffer, 'customer-a')).toEqual(before)
    expect(await outgoingOf(coffer, 'customer-a')).toEqual(counted)

    const yes = await confirm(coffer, 'customer-a', idOf(made))
    expect(yes.status).toBe(200)
    expectState(yes, 'processing')
    expect((yes.body['timeline'] as { by?: string }[]).at(-1)!.by).toBe(coffer.customer('customer-a').id)
    const over = await withdrawn(coffer, idOf(made))
    expectState(over, 'succeeded')
    expect(historyOf(over)).toEqual([
      'withdrawal.requires_action',
      'withdrawal.processing',
      'withdrawal.sent',
      'withdrawal.succeeded'
    ])
    // The account is known now; 500 USD have to be confirmed all the same, one cent less not.
    expectState(await withdrawn(coffer, idOf(await withdraw(coffer, 'customer-a', 49_999))), 'succeeded')
    expectState(await cancel(await unconfirmed()), 'canceled')
  })

  it('is confirmed once: the same request has the same answer, another one finds it gone', async () => {
    const id = await unconfirmed()
    const key = randomUUID()
    const { pin } = coffer.customer('customer-a')
    const [first, second] = await Promise.all([
      confirm(coffer, 'customer-a', id, pin, key),
      confirm(coffer, 'customer-a', id, pin, key)
    ])
    expect([first.status, second.status]).toEqual([200, 200])
    expectState(await withdrawn(coffer, id), 'succeeded')
    expect((await confirm(coffer, 'customer-a', id, pin, key)).body).toEqual(first.body)
    expect(codeOf(await confirm(coffer, 'customer-a', id))).toEqual([409, 'state_conflict'])
    expect(codeOf(await cancel(id))).toEqual([409, 'state_conflict'])
  })

  it('stays as it is after a wrong PIN, and is nobody else’s to confirm', async () => {
    const id = await unconfirmed()
    const wrong = await confirm(coffer, 'customer-a', id, '000001')
    expect(wrong.body).toMatchObject({ code: 'confirmation_failed', attempts_left: 4 })
    expect(codeOf(await confirm(coffer, 'customer-b', id))).toEqual([404, 'not_found'])
    const { pin } = coffer.customer('customer-a')
    expect(codeOf(await coffer.service.post(`/v1/withdrawals/${id}/confirm`, { pin }))).toEqual([403, 'forbidden'])
    expectState(await readWithdrawal(coffer, id), 'requires_action')
    expectState(await confirm(coffer, 'customer-a', id), 'processing')
    expectState(await withdrawn(coffer, id), 'succeeded')
  })

  it('is not confirmed by a PIN that is locked, which is the one of payments', async () => {
    const id = await unconfirmed()
    for (let tries = 0; tries < 5; tries++) await confirm(coffer, 'customer-a', id, '000001')
    expect(codeOf(await confirm(coffer, 'customer-a', id))).toEqual([429, 'pin_locked'])
    expectState(await readWithdrawal(coffer, id), 'requires_action')
    await coffer.db
      .updateTable('pin')
      .set({ wrong_in_a_row: 0, locked_until: null })
      .where('customer_id', '=', coffer.customer('customer-a').id)
      .execute()
    expectState(await cancel(id), 'canceled')
  })

  it('is expired after five minutes, and holds nothing then either', async () => {
    const before = await walletOf(coffer, 'customer-a')
    const id = await unconfirmed()
    await coffer.advanceClock(5 * MINUTE_MS)
    const over = await withdrawn(coffer, id)
    expectState(over, 'expired')
    expect(historyOf(over)).toEqual(['withdrawal.requires_action', 'withdrawal.expired'])
    expect(codeOf(await confirm(coffer, 'customer-a', id))).toEqual([409, 'state_conflict'])
    expect(await walletOf(coffer, 'customer-a')).toEqual(before)
  })

  it('is declined when the money is gone by the time it is confirmed', async () => {
    const { available } = await walletOf(coffer, 'customer-a')
    const most = Math.ceil(available / 200) * 100
    const [first, second] = [await unconfirmed(most), await unconfirmed(most + 100)]
    expectState(await confirm(coffer, 'customer-a', first), 'processing')
    expectState(await withdrawn(coffer, first), 'succeeded')
    const key = randomUUID()
    const late = await confirm(coffer, 'customer-a', second, undefined, key)
    expect(late.status).toBe(200)
    expectState(late, 'declined', 'insufficient_funds')
    expect((await confirm(coffer, 'customer-a', second, undefined, key)).body).toEqual(late.body)
    await fundFromCapital(coffer, 'customer-a', 400_000n)
  })

  it('is declined when its rail is suspended meanwhile', async () => {
    const id = await unconfirmed()
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'withdrawal', on: true })
    expectState(await confirm(coffer, 'customer-a', id), 'declined', 'rail_suspended')
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'withdrawal', on: false })
  })

  it('is either confirmed, or canceled, or expired, when all three happen at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      await nextNoon(coffer)
      const before = await walletOf(coffer, 'customer-a')
      const id = await unconfirmed()
      const [yes, no] = await Promise.all([confirm(coffer, 'customer-a', id), cancel(id), coffer.advanceClock(HOUR_MS)])
      const end = String((await withdrawn(coffer, id)).body['state'])
      expect(['succeeded', 'canceled', 'expired']).toContain(end)
      expect({ end, status: yes.status }).toEqual({ end, status: end === 'succeeded' ? 200 : 409 })
      expect({ end, status: no.status }).toEqual({ end, status: end === 'canceled' ? 200 : 409 })
      const paid = before.posted - (await walletOf(coffer, 'customer-a')).posted
      expect({ end, paid }).toEqual({ end, paid: end === 'succeeded' ? 50_000 : 0 })
    }
  })

  it('is started again from its record when Temporal has lost it, and can still be confirmed', async () => {
    const id = await unconfirmed()
    await coffer.forgetRun(`withdrawal/${id}`)
    // Nobody can deliver the decision, but it is a row: the sweeper brings the run back, and the run finds it.
    expect((await confirm(coffer, 'customer-a', id)).status).toBe(202)
    await coffer.sweepUntil(async () => (await readWithdrawal(coffer, id)).body['state'] === 'succeeded')
    await expectSoon(async () => (await runOf(coffer, `withdrawal/${id}`)).status, 'COMPLETED')
  })
})
