import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { bankAt, orderAt } from '../support/bank-orders.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DAY_MS = 86_400_000

let sandbox: SandboxHandle
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const plant = async (fault: object) => {
  const response = await sandbox.admin('POST', '/statement-faults', { bank: 'a', ...fault })
  return { status: response.status, body: (await response.json()) as { id: string; at: string } }
}
const rowsOf = async (date: string) =>
  (await (await sandbox.admin('GET', `/statements/a/${date}.csv`)).text())
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((row) => row.split(','))
const usd = (amount: string) => ({ amount, currency: 'USD' })

describe('What is planted on a statement', () => {
  it('is on it, its balances follow, and the journal knows nothing of it unless the bank has really moved it', async () => {
    const orders = [orderAt('a', { amount: '100' }), orderAt('a', { amount: '200' }), orderAt('a', { amount: '300' })]
    for (const order of orders) await bankAt(sandbox).send(order)
    const [dropped, twice, altered] = orders.map(({ reference }) => reference)
    await plant({ kind: 'drop', reference: dropped, days_later: 1 })
    await plant({ kind: 'duplicate', reference: twice })
    await plant({ kind: 'alter_amount', reference: altered, amount: usd('310') })
    const { body } = await plant({ kind: 'unknown_debit', amount: usd('40') })
    await plant({ kind: 'fee', amount: usd('7'), in_journal: true })
    const [day, next] = [body.at.slice(0, 10), new Date(Date.parse(body.at) + DAY_MS).toISOString().slice(0, 10)]
    const entries = (await rowsOf(day)).filter(([kind, , , , operation]) => kind === 'entry' && operation !== 'opening')
    expect(entries.map(([, , , , , , direction, amount]) => `${direction} ${amount}`).sort()).toEqual(
      ['in 2.00', 'in 2.00', 'in 3.10', 'out 0.07', 'out 0.40'].sort()
    )
    expect((await rowsOf(day)).at(-1)![7]).toBe('1000006.63')
    expect((await rowsOf(next)).map(([kind, , , , , , , amount]) => `${kind} ${amount}`)).toEqual([
      'opening_balance 1000006.63',
      'entry 1.00',
      'closing_balance 1000007.63'
    ])
    expect((await sandbox.journal('a')).balances).toEqual({ USD: '100000593' })
  })

  it('is taken back by its id, and must be of a kind that there is', async () => {
    const { body } = await plant({ kind: 'unknown_credit', amount: usd('1') })
    expect((await sandbox.admin('DELETE', `/statement-faults/${body.id}`)).status).toBe(204)
    expect((await sandbox.admin('DELETE', `/statement-faults/${body.id}`)).status).toBe(404)
    expect((await plant({ kind: 'magic' })).status).toBe(400)
  })

  it('reaches the bank’s customer, once the day is over and not before', async () => {
    const { at } = (await plant({ kind: 'forget_reference', reference: 'x' })).body
    const fetched = () => bankAt(sandbox).fetchStatement('a', at.slice(0, 10), 1_000_000, AbortSignal.timeout(5_000))
    expect(await fetched()).toEqual({ kind: 'not_yet' })
    await sandbox.advanceClock(DAY_MS)
    expect(await fetched()).toMatchObject({ kind: 'statement', content: expect.stringContaining('camt.053.001.08') })
    expect(await bankAt(sandbox).fetchStatement('a', at.slice(0, 10), 100)).toEqual({
      kind: 'unknown',
      reason: 'too_large'
    })
  })
})
