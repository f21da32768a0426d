import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import type { Bank, BankProvider } from '../../providers/bank.ts'
import { bankAt, orderAt } from '../support/bank-orders.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DELAY_MS = 60_000

let sandbox: SandboxHandle
let bank: BankProvider
beforeAll(async () => {
  sandbox = await startSandbox({ bankBDelayMs: DELAY_MS })
  bank = bankAt(sandbox)
})
afterAll(() => sandbox.stop())

const linesOf = async (name: Bank, reference: string) =>
  (await sandbox.journal(name)).lines.filter((line) => line.reference === reference)

describe('a bank and our capital', () => {
  it.each(['a', 'b'] as const)('bank %s opens with 1,000,000.00 USD as its first line', async (name) => {
    const { lines } = await sandbox.journal(name)
    expect(lines[0]).toMatchObject({
      seq: 1,
      operation: 'opening',
      direction: 'in',
      amount: '100000000',
      currency: 'USD'
    })
  })

  it('a pull brings money in and a push takes it out, each in its own currency', async () => {
    const before = await sandbox.journal('a')
    const yen = currency('JPY')
    await bank.send(orderAt('a', { amount: '5000' }))
    await bank.send(orderAt('a', { amount: '1200', operation: 'push' }))
    await bank.send(orderAt('a', { money: { amount: '700', currency: yen } }))
    const after = await sandbox.journal('a')
    expect(BigInt(after.balances.USD!) - BigInt(before.balances.USD!)).toBe(3_800n)
    expect(BigInt(after.balances.JPY!) - BigInt(before.balances.JPY ?? '0')).toBe(700n)
    expect(after.lines.slice(-3).map(({ direction }) => direction)).toEqual(['in', 'out', 'in'])
    expect(after.lines.map(({ seq }) => seq)).toEqual(after.lines.map((_, index) => index + 1))
  })

  it('the journal after a line number starts with the next line', async () => {
    await bank.send(orderAt('a'))
    const page = (await (await sandbox.admin('GET', '/journal?bank=a&after=1')).json()) as { data: { seq: number }[] }
    expect(page.data[0]!.seq).toBe(2)
    expect((await sandbox.admin('GET', '/journal?bank=c')).status).toBe(400)
  })
})

describe('a reference at bank A', () => {
  it('the same instruction sent twenty times at once is booked once and always answered alike', async () => {
    const order = orderAt('a')
    const answers = await Promise.all(Array.from({ length: 20 }, () => bank.send(order)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ kind: 'accepted' })
    expect(await linesOf('a', order.reference)).toHaveLength(1)
  })

  it('another instruction under the same reference is refused and not booked', async () => {
    const order = orderAt('a')
    await bank.send(order)
    const other = { ...order, money: { ...order.money, amount: '2000' } }
    expect(await bank.send(other)).toEqual({ kind: 'unknown', reason: 'http_409' })
    expect(await linesOf('a', order.reference)).toMatchObject([{ amount: '1000' }])
  })

  it('an inquiry after a booked reference gives the same bank reference as the answer', async () => {
    const order = orderAt('a')
    const answer = await bank.send(order)
    expect(answer).toMatchObject({ kind: 'accepted' })
    expect(await bank.inquire('a', order.reference)).toEqual({ ...answer, kind: 'booked' })
  })

  it.each(['a', 'b'] as const)('a reference that bank %s did not find is fenced for ever', async (name) => {
    const order = orderAt(name)
    expect(await bank.inquire(name, order.reference)).toEqual({ kind: 'not_found' })
    expect(await bank.send(order)).toEqual({ kind: 'declined', code: 'reference_fenced' })
    await sandbox.advanceClock(DELAY_MS)
    expect(await bank.inquire(name, order.reference)).toEqual({ kind: 'not_found' })
    expect(await linesOf(name, order.reference)).toEqual([])
  })

  it('an account that the bank does not keep is declined', async () => {
    const { iban } = orderAt('b')
    expect(await bank.send(orderAt('a', { iban }))).toEqual({ kind: 'declined', code: 'invalid_bank_account' })
  })
})

describe('magic amounts at bank A', () => {
  it.each([
    ['insufficient_funds', '1001'],
    ['account_closed', '1002'],
    ['insufficient_funds', '1']
  ])('%s is declined for %s minor units, and stays declined', async (code, amount) => {
    for (const operation of ['pull', 'push'] as const) {
      const order = orderAt('a', { amount, operation })
      expect(await bank.send(order)).toEqual({ kind: 'declined', code })
      expect(await bank.send(order)).toEqual({ kind: 'declined', code })
      expect(await bank.inquire('a', order.reference)).toEqual({ kind: 'declined', code })
      expect(await linesOf('a', order.reference)).toEqual([])
    }
  })

  it('03 books and closes the connection without an answer; an inquiry says booked', async () => {
    const order = orderAt('a', { amount: '1003' })
    expect(await bank.send(order)).toMatchObject({ kind: 'unknown' })
    expect(await bank.inquire('a', order.reference)).toMatchObject({ kind: 'booked' })
    expect(await linesOf('a', order.reference)).toHaveLength(1)
  })

  it('04 never answers and books nothing; an inquiry says not found', async () => {
    const order = orderAt('a', { amount: '1004' })
    expect(await bankAt(sandbox, 100).send(order)).toEqual({ kind: 'unknown', reason: 'timeout' })
    expect(await bank.inquire('a', order.reference)).toEqual({ kind: 'not_found' })
    expect(await linesOf('a', order.reference)).toEqual([])
  })

  it.each(['1005', '1006', '1007', '100'])('%s minor units are accepted', async (amount) => {
    const order = orderAt('a', { amount })
    expect(await bank.send(order)).toMatchObject({ kind: 'accepted' })
    expect(await linesOf('a', order.reference)).toHaveLength(1)
  })
})

describe('bank B', () => {
  const settled = async (amount: string) => {
    const order = orderAt('b', { amount })
    expect(await bank.send(order)).toEqual({ kind: 'unknown', reason: 'pending' })
    expect(await bank.inquire('b', order.reference)).toEqual({ kind: 'pending' })
    await sandbox.advanceClock(DELAY_MS)
    return { inquiry: await bank.inquire('b', order.reference), lines: await linesOf('b', order.reference) }
  }

  it.each(['1000', '1003', '1005', '1006'])('%s minor units are pending, then booked', async (amount) => {
    const { inquiry, lines } = await settled(amount)
    expect(inquiry).toMatchObject({ kind: 'booked' })
    expect(lines).toHaveLength(1)
  })

  it.each([
    ['1001', 'insufficient_funds'],
    ['1002', 'account_closed']
  ])('%s minor units are pending, then declined with %s', async (amount, code) => {
    expect(await settled(amount)).toEqual({ inquiry: { kind: 'declined', code }, lines: [] })
  })

  it('04 is pending, then not found and fenced', async () => {
    expect(await settled('1004')).toEqual({ inquiry: { kind: 'not_found' }, lines: [] })
  })

  it('an instruction that is not due yet is still pending after the clock moved a little', async () => {
    const order = orderAt('b')
    await bank.send(order)
    await sandbox.advanceClock(DELAY_MS / 2)
    expect(await bank.inquire('b', order.reference)).toEqual({ kind: 'pending' })
  })

  it('the same instruction sent again, before and after it is booked, is booked once', async () => {
    const order = orderAt('b')
    await Promise.all([bank.send(order), bank.send(order), bank.send(order)])
    await sandbox.advanceClock(DELAY_MS)
    expect(await bank.send(order)).toEqual({ kind: 'unknown', reason: 'pending' })
    await sandbox.advanceClock(DELAY_MS)
    expect(await linesOf('b', order.reference)).toHaveLength(1)
  })

  it('a line is dated by the clock that was moved', async () => {
    const order = orderAt('b')
    await bank.send(order)
    await sandbox.advanceClock(40 * 86_400_000)
    const [line] = await linesOf('b', order.reference)
    expect(Date.parse(line!.booked_at)).toBeGreaterThan(Date.now() + 39 * 86_400_000)
  })
})
