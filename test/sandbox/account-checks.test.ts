import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { AccountQuestion } from '../../providers/bank.ts'
import { bankAt } from '../support/bank-orders.ts'
import { newIban } from '../support/bank-links.ts'
import { startCallbackReceiver, type CallbackReceiver } from '../support/callback-receiver.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

let sandbox: SandboxHandle
let receiver: CallbackReceiver
beforeAll(async () => {
  sandbox = await startSandbox({ bankBDelayMs: 60_000 })
  receiver = await startCallbackReceiver(sandbox.callbackSecret)
  await sandbox.setCallbackUrl(receiver.url)
})
afterEach(() => sandbox.clearRules())
afterAll(async () => {
  await sandbox.stop()
  await receiver.stop()
})

const about = (other: Partial<AccountQuestion> = {}): AccountQuestion => ({
  bank: 'a',
  reference: `ban_${randomBytes(16).toString('hex')}`,
  iban: newIban(other.bank ?? 'a'),
  name: 'Ada Example',
  ...other
})
const payee = async (other?: Partial<AccountQuestion>) => (await bankAt(sandbox).confirmPayee(about(other))).kind
const owner = async (question: AccountQuestion, at = sandbox) => (await bankAt(at).checkOwnership(question)).kind

describe('A bank that is asked who holds an account', () => {
  it.each([
    ['00', 'match'],
    ['91', 'close'],
    ['92', 'no_match'],
    ['93', 'closed'],
    ['94', 'match']
  ])('whose number ends in %s says %s', async (magic, kind) => {
    expect(await payee({ iban: newIban('a', magic) })).toBe(kind)
  })

  it('of another bank says that it is closed', async () => {
    expect(await payee({ iban: newIban('b') })).toBe('closed')
  })

  it.each([
    ['EXAMPLE, Ada', 'match'],
    ['Ada Exampel', 'close'],
    ['Zoe Quirk', 'no_match']
  ])('that a rule gives to %s says %s', async (holder, kind) => {
    const iban = newIban('a', '92')
    await sandbox.addRule({ match: { operation: 'confirm_payee', iban }, outcome: 'accept', holder })
    expect(await payee({ iban })).toBe(kind)
    expect(await payee({ iban: newIban('a', '92') })).toBe('no_match')
  })

  it('fails, refuses or is closed by a rule', async () => {
    const match = { operation: 'confirm_payee' }
    await sandbox.addRule({ match, outcome: 'error', times: 1 })
    await sandbox.addRule({ match, outcome: 'decline', times: 1 })
    await sandbox.addRule({ match, outcome: 'decline', code: 'account_closed', times: 1 })
    await expect(payee()).rejects.toThrow('the bank answered 500')
    expect([await payee(), await payee(), await payee()]).toEqual(['no_match', 'closed', 'match'])
  })
})

describe('A bank that is asked whose an account is', () => {
  it('says it at once, always the same, if it is bank A', async () => {
    const question = about()
    await sandbox.addRule({ match: { operation: 'ownership' }, outcome: 'decline', times: 1 })
    expect(await owner(question)).toBe('not_owned')
    expect(await owner(question)).toBe('not_owned')
    expect(await owner(about())).toBe('owned')
    expect(await owner(about({ iban: newIban('a', '94') }))).toBe('not_owned')
    await expect(owner({ ...question, name: 'Somebody Else' })).rejects.toThrow('the bank answered 409')
  })

  it('says it later and calls back, if it is bank B', async () => {
    const question = about({ bank: 'b' })
    expect(await owner(question)).toBe('pending')
    await sandbox.advanceClock(60_000)
    await receiver.until(1, ({ path, body }) => path.endsWith('/bank-b') && body.reference === question.reference)
    expect(await owner(question)).toBe('owned')
  })

  it('never says it under a rule, and keeps nothing when it fails', async () => {
    const match = { operation: 'ownership' }
    await sandbox.addRule({ match, outcome: 'error', times: 1 })
    await sandbox.addRule({ match, outcome: 'timeout', times: 1 })
    const question = about()
    await expect(owner(question)).rejects.toThrow('the bank answered 500')
    expect(await owner(question)).toBe('pending')
    await sandbox.advanceClock(86_400_000)
    expect(await owner(question)).toBe('pending')
  })

  it('remembers across a restart what it still has to say', async () => {
    const state = await mkdtemp(join(tmpdir(), 'coffer-sandbox-'))
    const first = await startSandbox({ state, bankBDelayMs: 60_000 })
    const question = about({ bank: 'b' })
    expect(await owner(question, first)).toBe('pending')
    await first.kill9()
    const { keys, adminKey, callbackSecret, port } = first
    const second = await startSandbox({ state, bankBDelayMs: 60_000, port, keys, adminKey, callbackSecret })
    await second.advanceClock(60_000)
    expect(await owner(question, second)).toBe('owned')
    await second.stop()
    await rm(state, { recursive: true })
  })
})

describe('A rule about accounts', () => {
  it.each([
    [{ match: { operation: 'ownership', amount: '100' }, outcome: 'decline' }],
    [{ match: { operation: 'ownership' }, outcome: 'accept', holder: 'Zoe Quirk' }],
    [{ match: { operation: 'confirm_payee' }, outcome: 'book_then_close' }],
    [{ match: { operation: 'confirm_payee' }, outcome: 'error', booked: true }]
  ])('that cannot be meant is refused: %j', async (rule) => {
    expect((await sandbox.admin('POST', '/rules', rule)).status).toBe(400)
  })
})
