import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runOracles } from '../../cli/verify/run-oracles.ts'
import { newId, startApi, type ApiUnderTest } from '../api/api-under-test.ts'
import { createTill, newMerchant } from '../api/parties.ts'

let api: ApiUnderTest
beforeAll(async () => void (api = await startApi()))
afterAll(() => api.stop())

describe('verify', () => {
  const judged = async () => {
    const { results } = await runOracles({ db: api.deps.db })
    return results.find(({ rule }) => rule.startsWith('a payment request says exactly'))
  }

  it('names the payment request that says it was paid when no payment has paid it', async () => {
    const id = await createTill(api).request(await newMerchant(api))
    expect(await judged()).toMatchObject({ verdict: 'holds' })
    await api.deps.pool.query('update payment_request set payment_id = $1, amount_paid = 5 where id = $2', [
      newId('pay'),
      id
    ])
    expect(await judged()).toMatchObject({
      verdict: 'breached',
      detail: `${id} says 5 paid by 1, and 0 was paid by 0`
    })
  })
})
