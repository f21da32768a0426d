import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runOracles } from '../../cli/verify/run-oracles.ts'
import { newId, startApi, type ApiUnderTest } from '../api/api-under-test.ts'
import { createTill, newPayer } from '../api/parties.ts'

let api: ApiUnderTest
beforeAll(async () => void (api = await startApi()))
afterAll(() => api.stop())

describe('verify', () => {
  const judged = async (rule: string) => {
    const { results } = await runOracles({ db: api.deps.db })
    return results.find((result) => result.rule.startsWith(rule))
  }

  it('names the wallet that has money while its owner owes, and the debt that the books do not know', async () => {
    const { id: customerId, walletId } = await newPayer(api)
    await createTill(api).fill(walletId, 700n)
    const owed = ['no wallet has money available', 'what is outstanding of returns']
    for (const rule of owed) expect(await judged(rule)).toMatchObject({ verdict: 'holds' })
    await api.deps.pool.query(
      `insert into bank_return values ($1, 'a', 'RTNA1', 'top_1', 'pull', $2, $3, 'USD', 500, 0, 'account_closed', true, 500, 500, 0, now(), now())`,
      [newId('ret'), customerId, walletId]
    )
    expect(await judged(owed[0]!)).toMatchObject({
      verdict: 'breached',
      detail: `${walletId}: 700 available, and 500 outstanding`
    })
    expect(await judged(owed[1]!)).toMatchObject({
      verdict: 'breached',
      detail: `${walletId}: 500 outstanding, 0 owed in the books, and the wallet owes nothing`
    })
  })
})
