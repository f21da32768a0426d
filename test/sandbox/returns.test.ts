import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { bankAt, orderAt } from '../support/bank-orders.ts'
import { startCallbackReceiver, type CallbackReceiver } from '../support/callback-receiver.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DAY_MS = 86_400_000

let sandbox: SandboxHandle
beforeAll(async () => {
  sandbox = await startSandbox({ bankBDelayMs: 60_000 })
})
afterAll(() => sandbox.stop())

const bank = { inquireReturn: (name: 'a' | 'b', reference: string) => bankAt(sandbox).inquireReturn(name, reference) }
const takeBack = async (body: object) => {
  const response = await sandbox.admin('POST', '/returns', { bank: 'a', reason: 'account_closed', ...body })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const linesOf = async (name: 'a' | 'b', reference: string) =>
  (await sandbox.journal(name)).lines.filter((line) => line.reference === reference)

describe('A bank that takes back', () => {
  it('a pull books it, and its charge, under the return’s own reference, and says to an inquiry what it was', async () => {
    const order = orderAt('a')
    await bankAt(sandbox).send(order)
    const { status, body } = await takeBack({ reference: order.reference, charge: '250' })
    expect(status).toBe(201)
    const reference = String(body['reference'])
    expect(await bank.inquireReturn('a', reference)).toMatchObject({
      kind: 'returned',
      originalReference: order.reference,
      money: { amount: '1000', currency: 'USD' },
      charge: { amount: '250', currency: 'USD' },
      reason: 'account_closed'
    })
    expect(await linesOf('a', reference)).toMatchObject([
      { operation: 'return', direction: 'out', amount: '1000' },
      { operation: 'fee', direction: 'out', amount: '250' }
    ])
    expect((await takeBack({ reference: order.reference })).status).toBe(409)
  })

  it('a push books that it comes in again', async () => {
    const order = orderAt('a', { operation: 'push' })
    await bankAt(sandbox).send(order)
    const { body } = await takeBack({ reference: order.reference })
    expect(await linesOf('a', String(body['reference']))).toMatchObject([{ operation: 'return', direction: 'in' }])
  })

  it('what it has not booked refuses, and knows of no return that it has not made', async () => {
    const order = orderAt('b')
    await bankAt(sandbox).send(order)
    expect((await takeBack({ bank: 'b', reference: order.reference })).status).toBe(404)
    expect((await takeBack({ reference: 'top_1', reason: 'NOT A CODE' })).status).toBe(400)
    expect(await bank.inquireReturn('a', 'RTNA999999999999')).toEqual({ kind: 'not_found' })
  })

  it('lists its returns in the order of its books, from any place on', async () => {
    const orders = [orderAt('a'), orderAt('a')]
    const references: string[] = []
    for (const order of orders) {
      await bankAt(sandbox).send(order)
      references.push(String((await takeBack({ reference: order.reference })).body['reference']))
    }
    const all = await bankAt(sandbox).listReturns('a', 0)
    expect(all.map(({ reference }) => reference).slice(-2)).toEqual(references)
    expect(await bankAt(sandbox).listReturns('a', all.at(-2)!.seq)).toEqual([all.at(-1)])
  })
})

describe('An amount that ends in 05', () => {
  let receiver: CallbackReceiver
  beforeAll(async () => {
    receiver = await startCallbackReceiver(sandbox.callbackSecret)
    await sandbox.setCallbackUrl(receiver.url)
  })
  afterAll(() => receiver.stop())

  it.each(['a', 'b'] as const)(
    'comes back from bank %s two days after it was booked, and a callback says so',
    async (name) => {
      const order = orderAt(name, { amount: '1005' })
      await bankAt(sandbox).send(order)
      await sandbox.advanceClock(60_000)
      expect(await bankAt(sandbox).inquire(name, order.reference)).toMatchObject({ kind: 'booked' })
      const before = await bankAt(sandbox).listReturns(name, 0)
      await sandbox.advanceClock(2 * DAY_MS)
      const after = await bankAt(sandbox).listReturns(name, 0)
      expect(after).toHaveLength(before.length + 1)
      const { reference } = after.at(-1)!
      await receiver.until(1, ({ body }) => body['reference'] === reference)
      expect(await bank.inquireReturn(name, reference)).toMatchObject({
        originalReference: order.reference,
        reason: 'insufficient_funds'
      })
    }
  )
})
