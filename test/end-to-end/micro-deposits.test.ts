import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { createVault, type Vault } from '../../store/vault.ts'
import {
  eventsOf,
  idOf,
  knownCustomer,
  link,
  microBalances,
  newIban,
  pushedTo,
  untilAccount,
  untilDue,
  untilRecovered
} from '../support/bank-links.ts'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { openEngine, type Engine } from '../support/engine.ts'
import { insist } from '../support/insist.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { bookedTimes, expectSoon, impatient, usesOf } from '../support/top-ups.ts'

const DAY_MS = 86_400_000
const masterKey = randomBytes(32)

let coffer: Coffer
let vault: Vault
let engine: Engine
beforeAll(async () => {
  coffer = await startCoffer({ masterKey, bankBDelayMs: 300, policy: impatient })
  vault = createVault(masterKey)
  engine = openEngine(coffer, masterKey)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(async () => {
  await engine?.close()
  await coffer?.stop()
})

const verify = (client: Client, id: string, amounts: readonly string[], key?: string) =>
  insist(() => client.post(`/v1/bank-accounts/${id}/verify`, { amounts }, key ?? keyOf(amounts)))
const keyOf = (amounts: readonly string[]) => `${amounts.join('-')}-${randomUUID()}`

/** Somebody's link by micro-deposits, as far as both have come. */
async function asked(bank: 'a' | 'b' = 'a') {
  const { client } = await knownCustomer(coffer, vault)
  const iban = newIban(bank)
  const id = idOf(await link(client, iban, 'micro_deposits'))
  await untilDue(client, id, 'verify_amounts')
  return { client, iban, id, amounts: await pushedTo(coffer, bank, iban) }
}

/** Two amounts that are not these. */
const othersThan = ([first, second]: readonly string[]) =>
  ['21', '22', '23', '24', '25'].filter((amount) => amount !== first && amount !== second).slice(0, 2)

describe('An account that is linked by micro-deposits', () => {
  it.each(['a', 'b'] as const)(
    'at bank %s gets two different amounts, is linked by whoever reads them, and gives them back in one pull',
    async (bank) => {
      const before = await microBalances(coffer)
      const { client, id, iban, amounts } = await asked(bank)
      expect(amounts).toHaveLength(2)
      expect(new Set(amounts).size).toBe(2)
      for (const amount of amounts) expect(Number(amount)).toBeLessThanOrEqual(99)
      const sum = amounts.reduce((total, amount) => total + BigInt(amount), 0n)
      expect((await microBalances(coffer)).receivable - before.receivable).toBe(sum)
      expect((await verify(client, id, [...amounts].reverse())).body).toMatchObject({
        state: 'linked',
        linked_at: expect.any(String)
      })
      await untilRecovered(coffer, id, 'succeeded')
      expect(await microBalances(coffer)).toEqual(before)
      const { lines } = await coffer.sandbox.journal(bank)
      const pulled = lines.filter((line) => line.iban === iban && line.operation === 'pull')
      expect(pulled.map(({ amount }) => BigInt(amount))).toEqual([sum])
    }
  )

  it('is refused to a wrong guess, says how many are left, and fails with the third; what it cost is an expense', async () => {
    const before = await microBalances(coffer)
    const { client, id, amounts } = await asked()
    const wrong = othersThan(amounts)
    const key = randomUUID()
    const first = await verify(client, id, wrong, key)
    expect(first).toMatchObject({ status: 403, body: { code: 'verification_failed', attempts_left: 2 } })
    expect((await verify(client, id, wrong, key)).body).toMatchObject({ code: 'verification_failed', attempts_left: 2 })
    expect((await client.get(`/v1/bank-accounts/${id}`)).body).toMatchObject({ state: 'verifying', attempts_left: 2 })
    expect((await verify(client, id, [amounts[0]!, amounts[0]!])).body).toMatchObject({ attempts_left: 1 })
    expect((await verify(client, id, wrong)).body).toMatchObject({ attempts_left: 0 })
    expect((await client.get(`/v1/bank-accounts/${id}`)).body).toMatchObject({
      state: 'failed',
      decline_code: 'tries_exhausted'
    })
    expect((await verify(client, id, amounts)).body).toMatchObject({ code: 'state_conflict', state: 'failed' })
    const sum = amounts.reduce((total, amount) => total + BigInt(amount), 0n)
    expect(await microBalances(coffer)).toEqual({ ...before, expense: before.expense + sum })
  })

  it('gets no more than three guesses from twenty at once', async () => {
    const { client, id, amounts } = await asked()
    const wrong = othersThan(amounts)
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(client, id, wrong)))
    expect(answers.filter(({ body }) => body['code'] === 'verification_failed')).toHaveLength(3)
    expect(answers.filter(({ body }) => body['code'] === 'state_conflict')).toHaveLength(17)
  })

  it('is verified by nobody but its customer', async () => {
    const { client, id, amounts } = await asked()
    expect((await coffer.service.post(`/v1/bank-accounts/${id}/verify`, { amounts })).status).toBe(403)
    const stranger = await coffer.asCustomer('customer-a')
    expect((await verify(stranger, id, amounts)).status).toBe(404)
    expect((await client.post(`/v1/bank-accounts/${id}/verify`, { amounts: ['1'] })).status).toBe(400)
    expect((await client.post(`/v1/bank-accounts/${id}/cancel`)).body['state']).toBe('canceled')
  })

  it('expires after ten days, and what it cost is an expense', async () => {
    const before = await microBalances(coffer)
    const { client, id, amounts } = await asked()
    await coffer.advanceClock(10 * DAY_MS)
    const expired = await untilAccount(client, id, 'expired')
    expect(expired.body['requirements']).toMatchObject({ past_due: ['verify_amounts'], deadline: null })
    const sum = amounts.reduce((total, amount) => total + BigInt(amount), 0n)
    expect(await microBalances(coffer)).toEqual({ ...before, expense: before.expense + sum })
  })

  it('whose deposits the bank does not take fails, and costs nothing', async () => {
    const before = await microBalances(coffer)
    const { client } = await knownCustomer(coffer, vault)
    const iban = newIban('a')
    await coffer.sandbox.addRule({ match: { operation: 'push', iban }, outcome: 'decline', code: 'account_closed' })
    const id = idOf(await link(client, iban, 'micro_deposits'))
    expect((await untilAccount(client, id, 'failed')).body['decline_code']).toBe('account_closed')
    expect(await microBalances(coffer)).toEqual(before)
    expect(await pushedTo(coffer, 'a', iban)).toEqual([])
  })

  it('is not sent a deposit twice when the bank books it and does not say so', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const iban = newIban('a')
    const rule = { match: { operation: 'push', iban }, outcome: 'book_then_close', times: 1 }
    await coffer.sandbox.addRule(rule)
    const id = idOf(await link(client, iban, 'micro_deposits'))
    await expectSoon(() => bookedTimes(coffer, 'a', `${id}-1`), 1)
    // On its way: what it cost cannot be known yet.
    expect((await client.post(`/v1/bank-accounts/${id}/cancel`)).body['code']).toBe('state_conflict')
    await coffer.advanceClock(10_000)
    await untilDue(client, id, 'verify_amounts')
    expect([await bookedTimes(coffer, 'a', `${id}-1`), await bookedTimes(coffer, 'a', `${id}-2`)]).toEqual([1, 1])
    expect((await verify(client, id, await pushedTo(coffer, 'a', iban))).body['state']).toBe('linked')
    await untilRecovered(coffer, id, 'succeeded')
  })

  it('that its bank says nothing about for a day is an operator’s task, and goes on when finance has it asked', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const iban = newIban('a')
    await coffer.sandbox.addRule({ match: { operation: 'push', iban }, outcome: 'error', booked: true, times: 1 })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const id = idOf(await link(client, iban, 'micro_deposits'))
    await client.until(`/v1/bank-accounts/${id}`, ({ timeline }) => JSON.stringify(timeline).includes('deposit_sent'))
    await coffer.advanceClock(DAY_MS + 1)
    await client.until(`/v1/bank-accounts/${id}`, ({ timeline }) => JSON.stringify(timeline).includes('link.stuck'))
    const { body } = await coffer.finance.get('/v1/tasks?state=open')
    expect(body['data']).toMatchObject([{ kind: 'stuck_bank_instruction', data: { reference: `${id}-1` } }])
    await coffer.sandbox.clearRules()
    expect((await coffer.finance.post(`/v1/bank-accounts/${id}/retry`)).status).toBe(200)
    await untilDue(client, id, 'verify_amounts')
    await client.post(`/v1/bank-accounts/${id}/cancel`)
  })

  it('whose deposits cannot be pulled back stays linked, and what they cost is an expense', async () => {
    const before = await microBalances(coffer)
    const { client, iban, id, amounts } = await asked()
    await coffer.sandbox.addRule({ match: { operation: 'pull', iban }, outcome: 'decline', code: 'insufficient_funds' })
    await verify(client, id, amounts)
    await untilRecovered(coffer, id, 'declined')
    expect((await client.get(`/v1/bank-accounts/${id}`)).body['state']).toBe('linked')
    const sum = amounts.reduce((total, amount) => total + BigInt(amount), 0n)
    expect(await microBalances(coffer)).toEqual({ ...before, expense: before.expense + sum })
  })

  it('is not unlinked while its deposits are on their way back', async () => {
    const { client, iban, id, amounts } = await asked('b')
    const match = { operation: 'pull', iban }
    const rule = await coffer.sandbox.addRule({ match, outcome: 'accept', delay_ms: 3_600_000 })
    expect((await verify(client, id, amounts)).body['state']).toBe('linked')
    await expectSoon(() => usesOf(coffer, rule), 1)
    expect((await client.post(`/v1/bank-accounts/${id}/unlink`)).body['code']).toBe('state_conflict')
    await coffer.advanceClock(3_600_001)
    await untilRecovered(coffer, id, 'succeeded')
    expect((await client.post(`/v1/bank-accounts/${id}/unlink`)).status).toBe(200)
  })

  it('says its amounts neither in Temporal nor in events, decisions or its record', async () => {
    const { client, id, amounts } = await asked()
    await verify(client, id, othersThan(amounts))
    const decisions = await coffer.db.selectFrom('decision').select('data').where('process_id', '=', id).execute()
    const record = await coffer.db.selectFrom('bank_link').selectAll().where('id', '=', id).executeTakeFirst()
    const events = await coffer.db.selectFrom('event').select(['type', 'data']).where('object_id', '=', id).execute()
    const said = [await engine.decodedHistory(`bank-link/${id}`), JSON.stringify([decisions, record!.deposits, events])]
    const inWords = new RegExp(`"amounts?"|\\b(${amounts.join('|')})"`)
    // Neither the engine's own numbers nor the policy's bounds are amounts: they are the same whatever was pushed.
    const numbers = /"activity_id":"\d+"|"deposit_min":"11"|"deposits_max":"99"/g
    expect(said.join('\n').replaceAll(numbers, '')).not.toMatch(inWords)
    expect(eventsOf(await client.get(`/v1/bank-accounts/${id}`))).toEqual([
      'bank_link.verifying',
      'bank_link.holder_matched',
      'bank_link.deposits_held',
      'bank_link.deposit_sent',
      'bank_link.deposit_booked',
      'bank_link.deposit_sent',
      'bank_link.deposit_booked',
      'bank_link.amounts_wrong'
    ])
    await client.post(`/v1/bank-accounts/${id}/cancel`)
  })

  it('is begun five times a month and no more: each costs two deposits', async () => {
    const { client } = await knownCustomer(coffer, vault)
    for (let times = 1; times <= 5; times++) {
      const id = idOf(await link(client, newIban('a', '93'), 'micro_deposits'))
      await untilAccount(client, id, 'failed')
    }
    expect((await link(client, newIban('a'), 'micro_deposits')).body).toMatchObject({
      state: 'failed',
      decline_code: 'limit_exceeded'
    })
  })
})
