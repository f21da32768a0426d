import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listAudit } from '../../store/audit.ts'
import { untilBegun } from '../support/begun-runs.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { goodwill, lostByCustomer } from '../support/concessions.ts'
import { DAY_MS, dispute, paid } from '../support/disputes.ts'
import { fundFromCapital } from '../support/fund.ts'
import { refund } from '../support/refunds.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { over, settleNow, untilDue } from '../support/settlements.ts'
import { idOf } from '../support/top-ups.ts'

/** What was paid today can be disputed for so long. */
const DISPUTABLE_DAYS = 30

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: { dispute: { window_ms: DISPUTABLE_DAYS * DAY_MS } } })
  await fundFromCapital(coffer, 'bench', 100_000n)
})
afterAll(() => coffer?.stop())

/** Every way in is closed, or open again. */
async function suspend(on: boolean): Promise<void> {
  for (const process of ['refund', 'settlement', 'payment'])
    await coffer.admin.put('/v1/policies/kill-switches', { process, on })
}

describe('An order whose first answer was lost, and whose run has written nothing yet', () => {
  it('has the one answer of its run under its key, though another order is refused by now', async () => {
    const lost = await lostByCustomer(coffer, 2_000)
    const [refundable, disputable] = [await paid(coffer, 'bench', 10_000), await paid(coffer, 'bench', 5_000)]
    await untilDue(coffer)
    const asks: Record<string, (key?: string) => Promise<Answered>> = {
      refund: (key) => refund(coffer, refundable, 1_000, {}, key),
      settlement: (key) => settleNow(coffer, coffer.merchant, key),
      dispute: (key) => dispute(coffer, disputable, 'fraud', {}, key),
      concession: (key) => goodwill(coffer.finance, lost, 500, key)
    }
    const gated = ['refund', 'settlement', 'dispute']

    await coffer.worker.stop()
    const unheard = Object.entries(asks).map(([type, ask]) => ask(`first-${type}`))
    const gone = Promise.allSettled(unheard)
    await untilBegun(coffer, Object.keys(asks))
    await coffer.api.kill9()
    await gone
    await coffer.api.start()
    await suspend(true)
    await coffer.advanceClock((DISPUTABLE_DAYS + 1) * DAY_MS)
    const others = await Promise.all(gated.map((type) => asks[type]!()))
    expect(others.map(({ body }) => body['code'])).toEqual(['rail_suspended', 'rail_suspended', 'dispute_window_over'])

    const again = Object.entries(asks).map(([type, ask]) => ask(`first-${type}`))
    await coffer.worker.start()
    const answers = await Promise.all(again)
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(answers.map(() => [201, undefined]))
    await suspend(false)
    await over(coffer, idOf(answers[1]!))
    const later = await Promise.all(Object.entries(asks).map(([type, ask]) => ask(`first-${type}`)))
    expect(later.map(({ body }) => body)).toEqual(answers.map(({ body }) => body))
    const audited = await listAudit(coffer.db, { object: idOf(answers[3]!), limit: 9 })
    expect(audited.map(({ action }) => action)).toEqual(['concession.goodwill'])
    await expectEverythingSettled(coffer)
  })
})
