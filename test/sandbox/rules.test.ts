import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Bank, BankProvider } from '../../providers/bank.ts'
import { bankAt, orderAt } from '../support/bank-orders.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DELAY_MS = 60_000
const HOUR_MS = 3_600_000
/** Long enough for another request to overtake, on a busy machine too. */
const HELD_MS = 1_500

let sandbox: SandboxHandle
let bank: BankProvider
beforeAll(async () => {
  sandbox = await startSandbox({ bankBDelayMs: DELAY_MS })
  bank = bankAt(sandbox)
})
afterEach(() => sandbox.clearRules())
afterAll(() => sandbox.stop())

const booked = async (name: Bank, reference: string) =>
  (await sandbox.journal(name)).lines.filter((line) => line.reference === reference).length

describe('what a rule matches', () => {
  const order = orderAt('a')
  it.each([
    ['the reference', { reference: order.reference }, { reference: 'top_other' }],
    ['the IBAN', { iban: order.iban }, { iban: orderAt('b').iban }],
    ['the name', { name: order.holder }, { name: 'Ada' }],
    ['the operation', { operation: 'pull' }, { operation: 'push' }],
    ['the amount in minor units', { amount: '1000' }, { amount: '100' }],
    [
      'the amount of a currency',
      { amount: { amount: '1000', currency: 'USD' } },
      { amount: { amount: '1000', currency: 'EUR' } }
    ]
  ])('%s decides whether a rule acts', async (_what, hits, misses) => {
    await sandbox.addRule({ match: misses, outcome: 'decline', code: 'missed' })
    await sandbox.addRule({ match: { ...hits, reference: order.reference }, outcome: 'error' })
    expect(await bank.send(order)).toEqual({ kind: 'unknown', reason: 'http_500' })
  })

  it('several conditions must all hold', async () => {
    await sandbox.addRule({ match: { operation: 'pull', amount: '7777' }, outcome: 'decline' })
    expect(await bank.send(orderAt('a'))).toMatchObject({ kind: 'accepted' })
    expect(await bank.send(orderAt('a', { amount: '7777' }))).toEqual({ kind: 'declined', code: 'bank_declined' })
  })

  it('a rule goes before the magic amount', async () => {
    await sandbox.addRule({ match: {}, outcome: 'accept' })
    expect(await bank.send(orderAt('a', { amount: '1001' }))).toMatchObject({ kind: 'accepted' })
  })

  it('rules act oldest first, each as often as it says', async () => {
    await sandbox.addRule({ match: {}, outcome: 'decline', code: 'first', times: 2 })
    await sandbox.addRule({ match: {}, outcome: 'decline', code: 'second', times: 1 })
    const answers = []
    for (let turn = 0; turn < 4; turn += 1) answers.push(await bank.send(orderAt('a')))
    expect(answers.map((answer) => (answer.kind === 'declined' ? answer.code : answer.kind))).toEqual([
      'first',
      'first',
      'second',
      'accepted'
    ])
  })

  it('a repeated reference is answered from memory and uses no rule up', async () => {
    const order = orderAt('a')
    await bank.send(order)
    await sandbox.addRule({ match: {}, outcome: 'decline', times: 1 })
    expect(await bank.send(order)).toMatchObject({ kind: 'accepted' })
    expect(await bank.send(orderAt('a'))).toMatchObject({ kind: 'declined' })
  })
})

describe('what a rule does at bank A', () => {
  it('decline declines with its code', async () => {
    await sandbox.addRule({ match: {}, outcome: 'decline', code: 'account_closed' })
    expect(await bank.send(orderAt('a'))).toEqual({ kind: 'declined', code: 'account_closed' })
  })

  it.each([
    ['error answers 500 and books nothing', { outcome: 'error' }, 'not_found', 0],
    ['error that booked answers 500 all the same', { outcome: 'error', booked: true }, 'booked', 1],
    ['book_then_close books and cuts the connection', { outcome: 'book_then_close' }, 'booked', 1],
    ['timeout never answers and books nothing', { outcome: 'timeout' }, 'not_found', 0]
  ])('%s', async (_what, rule, inquiry, lines) => {
    const order = orderAt('a')
    await sandbox.addRule({ match: { reference: order.reference }, ...rule })
    expect(await bankAt(sandbox, rule.outcome === 'timeout' ? 300 : 5_000).send(order)).toMatchObject({
      kind: 'unknown'
    })
    expect(await bank.inquire('a', order.reference)).toMatchObject({ kind: inquiry })
    expect(await booked('a', order.reference)).toBe(lines)
  })

  it('delay answers and books only after the time it says', async () => {
    const order = orderAt('a')
    await sandbox.addRule({ match: {}, outcome: 'delay', delay_ms: 150 })
    const before = performance.now()
    expect(await bank.send(order)).toMatchObject({ kind: 'accepted' })
    expect(performance.now() - before).toBeGreaterThanOrEqual(145)
    expect(await booked('a', order.reference)).toBe(1)
  })

  it('an inquiry that overtakes a delayed instruction fences it: it is not booked when it arrives', async () => {
    const order = orderAt('a')
    await sandbox.addRule({ match: {}, outcome: 'delay', delay_ms: HELD_MS })
    const sent = bank.send(order)
    await ruleUsed()
    expect(await bank.inquire('a', order.reference)).toEqual({ kind: 'not_found' })
    expect(await sent).toEqual({ kind: 'declined', code: 'reference_fenced' })
    expect(await booked('a', order.reference)).toBe(0)
  })

  it('duplicate_callback and reorder accept the instruction', async () => {
    await sandbox.addRule({ match: {}, outcome: 'duplicate_callback', times: 1 })
    await sandbox.addRule({ match: {}, outcome: 'reorder', times: 1 })
    expect(await bank.send(orderAt('a'))).toMatchObject({ kind: 'accepted' })
    expect(await bank.send(orderAt('a'))).toMatchObject({ kind: 'accepted' })
  })
})

describe('what a rule does at bank B', () => {
  it.each([
    ['error answers 500 and takes nothing', { outcome: 'error' }, 'http_500', 'not_found'],
    [
      'error that booked answers 500 and books when it is due',
      { outcome: 'error', booked: true },
      'http_500',
      'booked'
    ],
    ['decline declines when it is due', { outcome: 'decline' }, 'pending', 'declined'],
    ['timeout forgets the instruction', { outcome: 'timeout' }, 'pending', 'not_found'],
    ['book_then_close books when it is due', { outcome: 'book_then_close' }, 'pending', 'booked']
  ])('%s', async (_what, rule, reason, inquiry) => {
    const order = orderAt('b')
    await sandbox.addRule({ match: {}, ...rule })
    expect(await bank.send(order)).toEqual({ kind: 'unknown', reason })
    await sandbox.advanceClock(DELAY_MS)
    expect(await bank.inquire('b', order.reference)).toMatchObject({ kind: inquiry })
  })

  it('accept with delay_ms keeps the instruction pending for that long by the business clock', async () => {
    const order = orderAt('b')
    await sandbox.addRule({ match: {}, outcome: 'accept', delay_ms: 25 * HOUR_MS })
    await bank.send(order)
    await sandbox.advanceClock(24 * HOUR_MS)
    expect(await bank.inquire('b', order.reference)).toEqual({ kind: 'pending' })
    await sandbox.advanceClock(HOUR_MS)
    expect(await bank.inquire('b', order.reference)).toMatchObject({ kind: 'booked' })
  })
})

describe('rules on inquiries', () => {
  it('an inquiry that errs or hangs is unknown, fences nothing, and is answered once the rule is spent', async () => {
    const order = orderAt('a')
    const { reference } = order
    await sandbox.addRule({ match: { operation: 'inquiry', reference }, outcome: 'error', times: 1 })
    await sandbox.addRule({ match: { operation: 'inquiry', reference }, outcome: 'timeout', times: 1 })
    expect(await bank.inquire('a', reference)).toEqual({ kind: 'unknown', reason: 'http_500' })
    expect(await bankAt(sandbox, 1_000).inquire('a', reference)).toEqual({ kind: 'unknown', reason: 'timeout' })
    expect(await bank.send(order)).toMatchObject({ kind: 'accepted' })
    expect(await bank.inquire('a', reference)).toMatchObject({ kind: 'booked' })
  })

  it('a delayed inquiry answers with what is true then', async () => {
    const order = orderAt('a')
    await sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'delay', delay_ms: HELD_MS })
    const asked = bank.inquire('a', order.reference)
    await ruleUsed()
    await bank.send(order)
    expect(await asked).toMatchObject({ kind: 'booked' })
  })
})

describe('the list of rules', () => {
  it('shows what was added and how often it acted, and forgets what is deleted', async () => {
    const kept = await sandbox.addRule({ match: { amount: '4242' }, outcome: 'timeout' })
    const gone = await sandbox.addRule({ match: {}, outcome: 'decline', times: 3 })
    await bank.send(orderAt('a'))
    expect((await rules()).map(({ id, used }) => [id, used])).toEqual([
      [kept, 0],
      [gone, 1]
    ])
    expect((await sandbox.admin('DELETE', `/rules/${gone}`)).status).toBe(204)
    expect((await sandbox.admin('DELETE', `/rules/${gone}`)).status).toBe(404)
    expect((await rules()).map(({ id }) => id)).toEqual([kept])
  })

  it.each([
    ['an unknown field', { match: {}, outcome: 'accept', sleep: 1 }],
    ['an unknown condition', { match: { bank: 'a' }, outcome: 'accept' }],
    ['an unknown outcome', { match: {}, outcome: 'explode' }],
    ['no match', { outcome: 'accept' }],
    ['a code that nobody will see', { match: {}, outcome: 'accept', code: 'x' }],
    ['a delay without its time', { match: {}, outcome: 'delay' }],
    ['a time that nobody will wait', { match: {}, outcome: 'error', delay_ms: 5 }],
    ['booked for something else than an error', { match: {}, outcome: 'timeout', booked: true }],
    ['an amount as a number', { match: { amount: 1000 }, outcome: 'accept' }],
    ['times zero', { match: {}, outcome: 'accept', times: 0 }],
    ['an inquiry that is declined', { match: { operation: 'inquiry' }, outcome: 'decline' }],
    ['an inquiry that is asked for more', { match: { operation: 'inquiry' }, outcome: 'ask_more' }],
    ['a doubtful pull', { match: { operation: 'pull' }, outcome: 'doubtful' }],
    ['doubt about pulls and pushes alike', { match: {}, outcome: 'doubtful' }],
    ['an identity check whose connection is cut', { match: { operation: 'identity' }, outcome: 'book_then_close' }],
    ['an identity check that is late at no time', { match: { operation: 'identity' }, outcome: 'delay' }],
    ['an identity check that is clear later', { match: { operation: 'identity' }, outcome: 'accept', delay_ms: 5 }],
    ['a code for more questions', { match: { operation: 'identity' }, outcome: 'ask_more', code: 'x' }],
    ['an identity check that is booked', { match: { operation: 'identity' }, outcome: 'error', booked: true }],
    ['an identity check of an amount', { match: { operation: 'identity', amount: '1000' }, outcome: 'accept' }],
    ['a search that is declined', { match: { operation: 'screening' }, outcome: 'decline' }],
    ['a search that is late at no time', { match: { operation: 'screening' }, outcome: 'delay' }],
    ['a search for an IBAN', { match: { operation: 'screening', iban: 'GB00' }, outcome: 'error' }]
  ])('a rule with %s is refused', async (_what, rule) => {
    expect((await sandbox.admin('POST', '/rules', rule)).status).toBe(400)
    expect(await rules()).toEqual([])
  })
})

const rules = async () =>
  ((await (await sandbox.admin('GET', '/rules')).json()) as { data: { id: string; used: number }[] }).data

/** Resolves when the first rule has acted: the sandbox then holds the request back. */
const ruleUsed = async () => {
  while ((await rules())[0]!.used === 0) await new Promise((resolve) => setImmediate(resolve))
}
