import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { BankProvider } from '../../providers/bank.ts'
import { startCallbackReceiver, type CallbackReceiver, type ReceivedCallback } from '../support/callback-receiver.ts'
import { bankAt, orderAt } from '../support/bank-orders.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DELAY_MS = 60_000

let sandbox: SandboxHandle
let receiver: CallbackReceiver
let bank: BankProvider
beforeAll(async () => {
  sandbox = await startSandbox({ bankBDelayMs: DELAY_MS })
  receiver = await startCallbackReceiver(sandbox.callbackSecret)
  await sandbox.setCallbackUrl(receiver.url)
  bank = bankAt(sandbox)
})
const running: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const part of running.splice(0)) await part.stop()
  await sandbox.clearRules()
})
afterAll(async () => {
  await sandbox.stop()
  await receiver.stop()
})

const about =
  (...references: string[]) =>
  ({ body }: ReceivedCallback): boolean =>
    references.includes(String(body.reference))

const clockCalls = () => receiver.received.filter(({ path }) => path === '/v1/callbacks/clock')

describe('callbacks of the banks', () => {
  it.each(['1000', '1001'])(
    'bank B calls once about %s minor units, signed, naming only the reference',
    async (amount) => {
      const order = orderAt('b', { amount })
      await bank.send(order)
      await sandbox.advanceClock(DELAY_MS)
      const callbacks = await receiver.until(1, about(order.reference))
      expect(callbacks).toMatchObject([{ path: '/v1/callbacks/bank-b' }])
      expect(callbacks[0]!.body).toEqual({ reference: order.reference })
    }
  )

  it('bank A, which has said it all, and a report that is lost make no call', async () => {
    const silent = [orderAt('a'), orderAt('b', { amount: '1003' }), orderAt('b', { amount: '1004' })]
    for (const order of silent) await bank.send(order)
    const last = orderAt('b')
    await bank.send(last)
    await sandbox.advanceClock(DELAY_MS)
    await receiver.until(1, about(last.reference))
    expect(receiver.received.filter(about(...silent.map(({ reference }) => reference)))).toEqual([])
  })

  it.each(['a', 'b'] as const)(
    '06 at bank %s calls five times, with ids repeated and time going back',
    async (name) => {
      const order = orderAt(name, { amount: '1006' })
      await bank.send(order)
      await sandbox.advanceClock(DELAY_MS)
      const calls = await receiver.until(5, about(order.reference))
      expect(calls.every(({ path }) => path === `/v1/callbacks/bank-${name}`)).toBe(true)
      expect(new Set(calls.map(({ messageId }) => messageId)).size).toBe(3)
      expect(calls.some(({ timestamp }, index) => index > 0 && timestamp < calls[index - 1]!.timestamp)).toBe(true)
      expect((await sandbox.journal(name)).lines.filter((line) => line.reference === order.reference)).toHaveLength(1)
    }
  )

  it('a rule for duplicates makes five calls about an ordinary amount', async () => {
    const order = orderAt('a')
    await sandbox.addRule({ match: { reference: order.reference }, outcome: 'duplicate_callback' })
    await bank.send(order)
    expect(await receiver.until(5, about(order.reference))).toHaveLength(5)
  })

  it.each(['a', 'b'] as const)('reordered, the call of bank %s overtakes the answer', async (name) => {
    const order = orderAt(name)
    await sandbox.addRule({ match: {}, outcome: 'reorder' })
    await bank.send(order)
    expect(receiver.received.filter(about(order.reference))).toHaveLength(1)
    expect(await bank.inquire(name, order.reference)).toMatchObject({ kind: 'booked' })
  })

  it('a call that is refused is repeated under the same id until it is taken', async () => {
    const order = orderAt('a')
    await sandbox.addRule({ match: {}, outcome: 'reorder' })
    receiver.refuseNext(2)
    await bank.send(order)
    const [taken] = await receiver.until(1, about(order.reference))
    expect(receiver.refused.filter(about(order.reference)).map(({ messageId }) => messageId)).toEqual([
      taken!.messageId,
      taken!.messageId
    ])
  })

  it('two hundred reports that fall due at once all arrive', async () => {
    const before = BigInt((await sandbox.journal('b')).balances.USD!)
    const orders = Array.from({ length: 200 }, () => orderAt('b'))
    await Promise.all(orders.map((order) => bank.send(order)))
    await sandbox.advanceClock(DELAY_MS)
    const references = orders.map(({ reference }) => reference)
    const calls = await receiver.until(200, about(...references))
    expect(calls.map(({ body }) => String(body.reference)).sort()).toEqual(references.sort())
    expect(BigInt((await sandbox.journal('b')).balances.USD!) - before).toBe(200_000n)
  })

  it('with no delay bank B settles and calls by itself, as soon as the address of the API is known', async () => {
    const quick = await startSandbox({ bankBDelayMs: 0 })
    running.push(quick)
    const api = await startCallbackReceiver(quick.callbackSecret)
    running.push(api)
    const order = orderAt('b')
    expect(await bankAt(quick).send(order)).toEqual({ kind: 'unknown', reason: 'pending' })
    await quick.setCallbackUrl(`${api.url}/`)
    expect(await api.until(1, about(order.reference))).toMatchObject([{ path: '/v1/callbacks/bank-b' }])
    expect(await bankAt(quick).inquire('b', order.reference)).toMatchObject({ kind: 'booked' })
  })
})

describe('the business clock', () => {
  it('moving it tells the API the total, and answers once the API has taken it', async () => {
    const before = await sandbox.advanceClock(0)
    for (const total of [before + 5_000, before + 10_000]) {
      expect(await sandbox.advanceClock(5_000)).toBe(total)
      expect(clockCalls().at(-1)!.body).toEqual({ offset_ms: total })
    }
  })

  it('moves that come together tell totals that only grow', async () => {
    const before = await sandbox.advanceClock(0)
    await Promise.all(Array.from({ length: 5 }, () => sandbox.advanceClock(1_000)))
    const totals = clockCalls().map(({ body }) => body.offset_ms)
    expect(totals.slice(-5)).toEqual([1, 2, 3, 4, 5].map((moves) => before + moves * 1_000))
  })

  it('an API that refuses at first is told again', async () => {
    receiver.refuseNext(2)
    const total = await sandbox.advanceClock(7_000)
    expect(clockCalls().at(-1)!.body).toEqual({ offset_ms: total })
  })

  it.each([-1, 0.5, '1000', 1e15])('a move of %p milliseconds is refused and moves nothing', async (by_ms) => {
    const before = await sandbox.advanceClock(0)
    expect((await sandbox.admin('POST', '/clock/advance', { by_ms })).status).toBe(400)
    expect(await sandbox.advanceClock(0)).toBe(before)
  })
})
