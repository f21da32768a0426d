import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { AcquirerProvider, CardInstruction } from '../../providers/acquirer.ts'
import { startCallbackReceiver, type CallbackReceiver } from '../support/callback-receiver.ts'
import { acquirerAt, cents, newReference, verifiedToken } from '../support/card-orders.ts'
import { magicNumber, newNumber, tokenise } from '../support/cards.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DAY_MS = 86_400_000

let state: string
let sandbox: SandboxHandle
let receiver: CallbackReceiver
let acquirer: AcquirerProvider
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'coffer-sandbox-'))
  sandbox = await startSandbox({ state })
  receiver = await startCallbackReceiver(sandbox.callbackSecret)
  await sandbox.setCallbackUrl(receiver.url)
  acquirer = acquirerAt(sandbox)
})
afterEach(() => sandbox.clearRules())
afterAll(async () => {
  await sandbox.stop()
  await receiver.stop()
  await rm(state, { recursive: true })
})

const verify = async (number?: string) =>
  acquirer.send({ operation: 'verify', reference: newReference(), token: await tokenise(sandbox, number) })

const authorize = async (amount: number, token?: string, operation: 'authorize' | 'sale' = 'authorize') => {
  const reference = newReference()
  const order = { operation, reference, token: token ?? (await verifiedToken(sandbox)), money: cents(amount) } as const
  return { reference, answer: await acquirer.send(order) }
}
const about = (of: string, rest: object): Promise<unknown> =>
  acquirer.send({ reference: newReference(), of, ...rest } as CardInstruction)
const capture = (of: string, amount: number, final = false) =>
  about(of, { operation: 'capture', money: cents(amount), final })
const refund = (of: string, amount: number) => about(of, { operation: 'refund', money: cents(amount) })
const release = (of: string) => about(of, { operation: 'void' })

const accepted = expect.objectContaining({ kind: 'accepted' })
const declined = (code: string) => ({ kind: 'declined', code })

/** What the acquirer owes us, and what its journal says of these payments. */
const journalOf = async (...references: string[]) =>
  (await sandbox.journal('acquirer')).lines
    .filter(({ of }) => references.includes(of ?? ''))
    .map(({ operation, direction, amount }) => `${operation} ${direction} ${amount}`)

describe('A customer’s device', () => {
  it('gets a token for a test card, from any page and without a signature, and the number is kept nowhere', async () => {
    const number = newNumber('520082')
    const card = { number: number.replace(/(.{4})(?=.)/g, '$1 '), expiry_month: 1, expiry_year: 2030 }
    const body = JSON.stringify({ ...card, cvc: '123', holder: 'Ada Example' })
    const response = await fetch(`${sandbox.url}/acquirer/tokens`, { method: 'POST', body })
    expect(response.status).toBe(201)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toEqual({
      token: expect.stringMatching(/^ctk_[a-z]{32}$/),
      brand: 'mastercard',
      funding: 'debit',
      last4: number.slice(-4),
      expiry_month: 1,
      expiry_year: 2030
    })
    const preflight = await fetch(`${sandbox.url}/acquirer/tokens`, { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    const kept = await readFile(join(state, 'world.jsonl'), 'utf8')
    expect(kept).toContain(number.slice(-4))
    expect(kept).not.toContain(number)
  })

  it.each([
    ['with a wrong check digit', { number: '4242424242424241' }],
    ['of nobody’s test range', { number: '4012888888881881' }],
    ['without its security code', { number: '4242424242424242', cvc: '' }],
    ['of a thirteenth month', { number: '4242424242424242', expiry_month: 13 }]
  ])('gets none for a card %s', async (_, over) => {
    const card = { expiry_month: 1, expiry_year: 2030, cvc: '123', holder: 'Ada Example', ...over }
    const response = await fetch(`${sandbox.url}/acquirer/tokens`, { method: 'POST', body: JSON.stringify(card) })
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain(card.number)
  })
})

describe('A verification', () => {
  it('says which card it is, the same fingerprint for the same card, and moves nothing', async () => {
    const number = newNumber('510510')
    const before = await sandbox.journal('acquirer')
    const [first, second, other] = [await verify(number), await verify(number), await verify()]
    expect(first).toMatchObject({
      kind: 'accepted',
      card: { brand: 'mastercard', funding: 'prepaid', last4: number.slice(-4), expiry: { month: 12, year: 2031 } }
    })
    const fingerprints = [first, second, other].map((answer) =>
      'card' in answer ? answer.card?.fingerprint : undefined
    )
    expect(fingerprints[0]).toBe(fingerprints[1])
    expect(fingerprints[0]).not.toBe(fingerprints[2])
    expect(await sandbox.journal('acquirer')).toEqual(before)
  })

  it.each([
    ['0002', declined('card_declined')],
    ['0069', declined('expired_card')],
    ['0341', accepted],
    ['9995', accepted]
  ])('of the card that ends in %s says so', async (last4, answer) => {
    expect(await verify(magicNumber(last4))).toEqual(answer)
  })

  it('uses the token up, and only a used one pays', async () => {
    const token = await tokenise(sandbox)
    expect((await authorize(1_000, token)).answer).toEqual(declined('invalid_token'))
    const once = { operation: 'verify', reference: newReference(), token } as const
    expect(await acquirer.send(once)).toEqual(accepted)
    expect(await acquirer.send(once)).toEqual(accepted)
    expect(await acquirer.send({ ...once, reference: newReference() })).toEqual(declined('token_used'))
    expect((await authorize(1_000, token)).answer).toEqual(accepted)
  })

  it('of a card is declined once the month is over that is printed on it', async () => {
    const later = new Date(Date.now() + 40 * DAY_MS)
    const [thisMonth, token] = [
      { month: later.getUTCMonth() + 1, year: later.getUTCFullYear() },
      await verifiedToken(sandbox)
    ]
    const good = await tokenise(sandbox, newNumber(), thisMonth)
    await acquirer.send({ operation: 'verify', reference: newReference(), token: good })
    expect((await authorize(1_000, good)).answer).toEqual(accepted)
    await sandbox.advanceClock(80 * DAY_MS)
    expect((await authorize(1_000, good)).answer).toEqual(declined('expired_card'))
    expect((await authorize(1_000, token)).answer).toEqual(accepted)
  })
})

describe('An authorization', () => {
  it('is captured in parts up to its amount, and gives refunds up to what was captured', async () => {
    const { reference } = await authorize(1_000)
    expect(await capture(reference, 300)).toEqual(accepted)
    expect(await capture(reference, 800)).toEqual(declined('amount_exceeds_authorization'))
    expect(await capture(reference, 500, true)).toEqual(accepted)
    expect(await capture(reference, 100)).toEqual(declined('authorization_over'))
    expect(await refund(reference, 900)).toEqual(declined('amount_exceeds_authorization'))
    expect(await refund(reference, 250)).toEqual(accepted)
    expect(await journalOf(reference)).toEqual(['capture in 300', 'capture in 500', 'refund out 250'])
  })

  it('that is void captures nothing any more, and what was captured stays', async () => {
    const { reference } = await authorize(1_000)
    await capture(reference, 100)
    expect(await release(reference)).toEqual(accepted)
    expect(await release(reference)).toEqual(declined('authorization_over'))
    expect(await capture(reference, 100)).toEqual(declined('authorization_over'))
    expect(await capture(newReference(), 100)).toEqual(declined('authorization_not_found'))
    expect(await journalOf(reference)).toEqual(['capture in 100'])
  })

  it.each([
    ['0341', 'card_declined'],
    ['9995', 'insufficient_funds']
  ])('on the card that ends in %s is declined with %s', async (last4, code) => {
    expect((await authorize(1_000, await verifiedToken(sandbox, magicNumber(last4)))).answer).toEqual(declined(code))
  })

  it.each([
    [1_001, 'insufficient_funds'],
    [1_002, 'card_declined']
  ])('of %i cents is declined with %s', async (amount, code) => {
    expect((await authorize(amount)).answer).toEqual(declined(code))
  })

  it('captured in one is a sale, whose amount of three books and says nothing', async () => {
    const { reference, answer } = await authorize(1_003, undefined, 'sale')
    expect(answer).toMatchObject({ kind: 'unknown' })
    expect(await acquirer.inquire(reference)).toMatchObject({ kind: 'booked' })
    expect(await journalOf(reference)).toEqual(['sale in 1003'])
  })
})

describe('A reference', () => {
  it('is booked once however often it is sent, and stands for one instruction', async () => {
    const token = await verifiedToken(sandbox)
    const order = { operation: 'sale', reference: newReference(), token, money: cents(700) } as const
    const answers = await Promise.all([acquirer.send(order), acquirer.send(order), acquirer.send(order)])
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await acquirer.send({ ...order, money: cents(800) })).toEqual({ kind: 'unknown', reason: 'http_409' })
    expect(await journalOf(order.reference)).toEqual(['sale in 700'])
  })

  it('that nobody knew when it was asked about is never booked later', async () => {
    const order = { operation: 'sale', reference: newReference(), token: await verifiedToken(sandbox) } as const
    expect(await acquirer.inquire(order.reference)).toEqual({ kind: 'not_found' })
    expect(await acquirer.send({ ...order, money: cents(900) })).toEqual(declined('reference_fenced'))
  })

  it.each([
    ['error', { outcome: 'error' }, 'not_found'],
    ['error after it was booked', { outcome: 'error', booked: true }, 'booked'],
    ['booked, and closed', { outcome: 'book_then_close' }, 'booked'],
    ['no answer', { outcome: 'timeout' }, 'not_found']
  ])('whose end nobody told (%s) is asked about', async (_, rule, kind) => {
    const token = await verifiedToken(sandbox)
    await sandbox.addRule({ match: { operation: 'sale', token }, ...rule })
    const order = { operation: 'sale', reference: newReference(), token, money: cents(500) } as const
    expect(await acquirerAt(sandbox, 500).send(order)).toMatchObject({ kind: 'unknown' })
    expect(await acquirer.inquire(order.reference)).toMatchObject({ kind })
  })

  it('that is decided later is told by a callback, also after the sandbox was killed', async () => {
    const token = await verifiedToken(sandbox)
    await sandbox.addRule({ match: { operation: 'authorize', token }, outcome: 'accept', delay_ms: 60_000 })
    const { reference, answer } = await authorize(1_000, token)
    expect(answer).toEqual({ kind: 'unknown', reason: 'pending' })
    expect(await acquirer.inquire(reference)).toEqual({ kind: 'pending' })
    const { keys, adminKey, callbackSecret, port } = sandbox
    const journal = await sandbox.journal('acquirer')
    await sandbox.kill9()
    sandbox = await startSandbox({ state, keys, adminKey, callbackSecret, port })
    expect(await sandbox.journal('acquirer')).toEqual(journal)
    await sandbox.advanceClock(60_000)
    await receiver.until(1, ({ path, body }) => path.endsWith('/acquirer') && body.reference === reference)
    expect(await acquirer.inquire(reference)).toMatchObject({ kind: 'booked' })
  })

  it('is told five times by a rule, ids repeated and out of order', async () => {
    const token = await verifiedToken(sandbox)
    await sandbox.addRule({ match: { operation: 'sale', token }, outcome: 'duplicate_callback' })
    const { reference } = await authorize(1_000, token, 'sale')
    const calls = await receiver.until(5, ({ body }) => body.reference === reference)
    expect(new Set(calls.map(({ messageId }) => messageId)).size).toBe(3)
  })
})

describe('A chargeback', () => {
  it('takes back what is left of a payment, is told by a callback, and stands in the answer to an inquiry', async () => {
    const { reference } = await authorize(1_000, undefined, 'sale')
    await refund(reference, 100)
    const part = await sandbox.admin('POST', '/chargebacks', { reference, amount: '200', reason: 'not_received' })
    expect(part.status).toBe(201)
    await receiver.until(1, ({ path, body }) => path.endsWith('/acquirer') && body.reference === reference)
    await sandbox.admin('POST', '/chargebacks', { reference, reason: 'fraud' })
    const more = await sandbox.admin('POST', '/chargebacks', { reference, reason: 'fraud' })
    expect(more.status).toBe(409)
    expect(await acquirer.inquire(reference)).toMatchObject({
      kind: 'booked',
      chargebacks: [
        { amount: '200', reason: 'not_received' },
        { amount: '700', reason: 'fraud' }
      ]
    })
    expect(await journalOf(reference)).toEqual([
      'sale in 1000',
      'refund out 100',
      'chargeback out 200',
      'chargeback out 700'
    ])
  })

  it('stands in the acquirer’s list, whether anybody was told of it or not', async () => {
    const after = (await acquirer.listChargebacks(0)).at(-1)?.seq ?? 0
    const taken: { id: string; reference: string }[] = []
    for (const reports of [0, 1]) {
      const { reference } = await authorize(1_000, undefined, 'sale')
      const response = await sandbox.admin('POST', '/chargebacks', { reference, reason: 'fraud', reports })
      taken.push({ id: ((await response.json()) as { id: string }).id, reference })
    }
    const listed = await acquirer.listChargebacks(after)
    expect(listed.map(({ id, reference }) => ({ id, reference }))).toEqual(taken)
    expect(await acquirer.listChargebacks(listed[0]!.seq)).toEqual([listed[1]])
  })

  it('of nothing is refused', async () => {
    const refused = await sandbox.admin('POST', '/chargebacks', { reference: newReference(), reason: 'fraud' })
    expect(refused.status).toBe(404)
  })
})

describe('A rule about cards', () => {
  it.each([
    [{ match: { operation: 'verify', amount: '100' }, outcome: 'decline' }],
    [{ match: { operation: 'capture', token: 'ctk_x' }, outcome: 'decline' }],
    [{ match: { operation: 'sale', iban: 'GB90COFA00000011111111' }, outcome: 'decline' }],
    [{ match: { token: 'ctk_x' }, outcome: 'decline' }]
  ])('that cannot be meant is refused: %j', async (rule) => {
    expect((await sandbox.admin('POST', '/rules', rule)).status).toBe(400)
  })

  it('is nothing that an unsigned request gets by', async () => {
    const response = await fetch(`${sandbox.url}/acquirer/instructions/x`)
    expect(response.status).toBe(401)
  })
})
