import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { cardLinkCrashPoints } from '../../activities/crash-points.ts'
import { listAudit } from '../../store/audit.ts'
import { createVault, type Vault } from '../../store/vault.ts'
import { registerApplicant } from '../support/applicants.ts'
import { eventsOf, idOf, knownCustomer } from '../support/bank-links.ts'
import { linkCard, magicNumber, newNumber, tokenise, untilAsked, untilCard } from '../support/cards.ts'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { openEngine, type Engine } from '../support/engine.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { impatient, runOf } from '../support/top-ups.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const POINT_MS_MAX = 120_000
const masterKey = randomBytes(32)

let coffer: Coffer
let vault: Vault
let engine: Engine
beforeAll(async () => {
  coffer = await startCoffer({ masterKey, policy: impatient })
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

const tokenOf = (number?: string, expiry?: { month: number; year: number }) => tokenise(coffer.sandbox, number, expiry)
const begun = async (client: Client, number?: string) => idOf(await linkCard(client, await tokenOf(number)))

describe('A card that is good', () => {
  it.each([
    ['424242', 'visa', 'credit'],
    ['520082', 'mastercard', 'debit'],
    ['411111', 'visa', 'prepaid']
  ])('beginning with %s is linked as %s %s', async (first, brand, funding) => {
    const { client, customerId } = await knownCustomer(coffer, vault)
    const number = newNumber(first)
    const made = await linkCard(client, await tokenOf(number))
    expect(made).toMatchObject({
      status: 201,
      body: { object: 'card', state: 'verifying', customer_id: customerId, brand: null, last4: null, linked_at: null }
    })
    const linked = await untilCard(client, idOf(made), 'linked')
    expect(linked.body).toMatchObject({ brand, funding, last4: number.slice(-4), expiry_month: 12, expiry_year: 2031 })
    expect(linked.body['good_until']).toBe('2032-01-01T00:00:00.000Z')
    expect(eventsOf(linked)).toEqual(['card_link.verifying', 'card_link.sent', 'card_link.linked'])
    expect((await client.get('/v1/cards')).body['data']).toMatchObject([{ id: idOf(made), state: 'linked', brand }])
  })

  it('is linked once, though the acquirer booked and closed the connection', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const id = await begun(client, magicNumber('0119'))
    await untilAsked(coffer, id)
    await coffer.advanceClock(MINUTE_MS)
    expect((await untilCard(client, id, 'linked')).body['last4']).toBe('0119')
  })

  it('is linked when the acquirer calls back, which only makes us ask', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'verify' }, outcome: 'accept', delay_ms: 2_000, times: 1 })
    const { client } = await knownCustomer(coffer, vault)
    const id = await begun(client)
    await untilAsked(coffer, id)
    await coffer.advanceClock(2_000)
    await untilCard(client, id, 'linked')
  })
})

describe('A card that is not good', () => {
  it.each([
    ['that its bank declines', magicNumber('0002'), 'card_declined'],
    ['that its bank says has expired', magicNumber('0069'), 'card_expired']
  ])('%s is not linked', async (_, number, code) => {
    const { client } = await knownCustomer(coffer, vault)
    const id = await begun(client, number)
    expect((await untilCard(client, id, 'failed')).body).toMatchObject({ decline_code: code, brand: null, last4: null })
  })

  it('because its month is over is not linked', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const id = idOf(await linkCard(client, await tokenOf(newNumber(), { month: 1, year: 2020 })))
    expect((await untilCard(client, id, 'failed')).body['decline_code']).toBe('card_expired')
  })

  it('because the acquirer never heard of it is not linked', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const id = await begun(client, magicNumber('0127'))
    await untilAsked(coffer, id)
    await coffer.advanceClock(MINUTE_MS)
    expect((await untilCard(client, id, 'failed')).body['decline_code']).toBe('bank_not_received')
  })

  it('because its token was used before, or invented, is not linked', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const thief = await knownCustomer(coffer, vault)
    const token = await tokenOf()
    await untilCard(client, idOf(await linkCard(client, token)), 'linked')
    const stolen = idOf(await linkCard(thief.client, token))
    expect((await untilCard(thief.client, stolen, 'failed')).body['decline_code']).toBe('card_token_invalid')
    const invented = idOf(await linkCard(thief.client, `ctk_${'abcd'.repeat(8)}`))
    expect((await untilCard(thief.client, invented, 'failed')).body['decline_code']).toBe('card_token_invalid')
  })
})

describe('A card that nobody can say anything about', () => {
  it('for a day expires', async () => {
    const { client } = await knownCustomer(coffer, vault)
    await coffer.sandbox.addRule({ match: { operation: 'verify' }, outcome: 'error' })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const id = await begun(client)
    await untilAsked(coffer, id)
    await coffer.advanceClock(DAY_MS)
    expect((await untilCard(client, id, 'expired')).body).toMatchObject({ linked_at: null, last4: null })
  })

  it('is given up by the customer, and what the acquirer says later changes nothing', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'verify' }, outcome: 'accept', delay_ms: DAY_MS / 2, times: 1 })
    const { client } = await knownCustomer(coffer, vault)
    const id = await begun(client)
    await untilAsked(coffer, id)
    const key = randomUUID()
    const canceled = await client.post(`/v1/cards/${id}/cancel`, {}, key)
    expect(canceled).toMatchObject({ status: 200, body: { state: 'canceled' } })
    expect(await engine.run(`card-link/${id}`).result()).toMatchObject({ state: 'canceled' })
    await coffer.advanceClock(DAY_MS)
    expect((await client.get(`/v1/cards/${id}`)).body['state']).toBe('canceled')
    expect((await client.post(`/v1/cards/${id}/cancel`, {}, key)).body).toEqual(canceled.body)
    expect((await client.post(`/v1/cards/${id}/cancel`)).body['code']).toBe('state_conflict')
  })

  it('and whose run was lost is asked about again by another one', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'verify' }, outcome: 'book_then_close', times: 1 })
    const { client } = await knownCustomer(coffer, vault)
    const id = await begun(client)
    await untilAsked(coffer, id)
    await coffer.forgetRun(`card-link/${id}`)
    await coffer.sweepUntil(async () => (await client.get(`/v1/cards/${id}`)).body['state'] === 'linked')
  })
})

describe('A card that is linked already', () => {
  it('is not linked again by the same customer, whatever its token; by another one it is', async () => {
    const [first, other] = [await knownCustomer(coffer, vault), await knownCustomer(coffer, vault)]
    const number = newNumber()
    const id = await begun(first.client, number)
    await untilCard(first.client, id, 'linked')
    const again = await begun(first.client, number)
    expect((await untilCard(first.client, again, 'failed')).body['decline_code']).toBe('card_already_linked')
    await untilCard(other.client, await begun(other.client, number), 'linked')
    expect((await first.client.get('/v1/cards')).body['data']).toHaveLength(1)
  })

  it('twice at the same moment is linked once', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const number = newNumber()
    const made = await Promise.all([begun(client, number), begun(client, number)])
    const ends = await Promise.all(made.map((id) => untilCard(client, id, 'linked', 'failed')))
    expect(ends.map(({ body }) => body['decline_code'] ?? body['state']).sort()).toEqual([
      'card_already_linked',
      'linked'
    ])
  })

  it('is somebody else’s to nobody: neither read, canceled nor unlinked', async () => {
    const { client, customerId } = await knownCustomer(coffer, vault)
    const id = await begun(client)
    await untilCard(client, id, 'linked')
    const stranger = await coffer.asCustomer('customer-b')
    expect((await stranger.get(`/v1/cards/${id}`)).status).toBe(404)
    expect((await stranger.get(`/v1/cards?customer_id=${customerId}`)).status).toBe(404)
    for (const verb of ['cancel', 'unlink'])
      expect((await stranger.post(`/v1/cards/${id}/${verb}`)).body['code']).toBe('not_found')
    expect((await coffer.support.get(`/v1/cards/${id}`)).body).toMatchObject({ state: 'linked' })
  })

  it('is unlinked, its token forgotten, and linked anew', async () => {
    const { client, customerId } = await knownCustomer(coffer, vault)
    const number = newNumber()
    const id = await begun(client, number)
    expect((await client.post(`/v1/cards/${id}/unlink`)).status).toBe(404)
    await untilCard(client, id, 'linked')
    const unlinked = await client.post(`/v1/cards/${id}/unlink`)
    expect(unlinked).toMatchObject({ status: 200, body: { state: 'unlinked', last4: number.slice(-4) } })
    expect((await client.post(`/v1/cards/${id}/unlink`)).body['code']).toBe('state_conflict')
    expect((await listAudit(coffer.db, { object: id, limit: 10 })).map(({ action }) => action)).toEqual(['card.unlink'])
    const kinds = await coffer.db
      .selectFrom('personal_data')
      .select('kind')
      .where('owner_id', '=', customerId)
      .where('reference', '=', id)
      .execute()
    expect(kinds.map(({ kind }) => kind)).toEqual(['card_details'])
    await untilCard(client, await begun(client, number), 'linked')
    expect((await client.get('/v1/cards')).body['data']).toMatchObject([{ state: 'unlinked' }, { state: 'linked' }])
  })
})

describe('A link whose worker is killed (SIGKILL)', () => {
  it.each(pointsOfTheDay(cardLinkCrashPoints))(
    'at %s ends as if nothing had happened',
    async (point) => {
      const { client } = await knownCustomer(coffer, vault)
      const token = await tokenOf()
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const id = idOf(await linkCard(client, token))
      await crashed
      const linked = await untilCard(client, id, 'linked')
      expect(eventsOf(linked)).toEqual(['card_link.verifying', 'card_link.sent', 'card_link.linked'])
    },
    POINT_MS_MAX
  )
})

describe('A link', () => {
  it('is refused to somebody who is not known, by the kill switch, and the sixth of a day', async () => {
    const stranger = await registerApplicant(coffer, vault)
    expect((await linkCard(stranger.client, await tokenOf())).body['code']).toBe('kyc_required')
    const { client } = await knownCustomer(coffer, vault)
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'card-link', on: true })
    const suspended = await linkCard(client, await tokenOf())
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'card-link', on: false })
    expect(suspended.body).toMatchObject({ state: 'failed', decline_code: 'rail_suspended' })
    for (let tried = 0; tried < 5; tried++) await untilCard(client, await begun(client, magicNumber('0002')), 'failed')
    expect((await linkCard(client, await tokenOf())).body['decline_code']).toBe('velocity_exceeded')
    await coffer.advanceClock(DAY_MS)
    await untilCard(client, await begun(client), 'linked')
  })

  it('is one of three that are under way at most, however many are asked for at once', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'verify' }, outcome: 'accept', delay_ms: 60_000 })
    const { client } = await knownCustomer(coffer, vault)
    const tokens = await Promise.all(Array.from({ length: 5 }, () => tokenOf()))
    const made = await Promise.all(tokens.map((token) => linkCard(client, token)))
    expect(made.filter(({ body }) => body['state'] === 'verifying')).toHaveLength(3)
    expect(made.filter(({ body }) => body['decline_code'] === 'limit_exceeded')).toHaveLength(2)
    const asked = made.filter(({ body }) => body['state'] === 'verifying').map(idOf)
    for (const id of asked) await untilAsked(coffer, id)
    await coffer.advanceClock(MINUTE_MS)
    for (const id of asked) await untilCard(client, id, 'linked')
  })

  it('is the same under the same key, and another token under it is refused', async () => {
    const { client } = await knownCustomer(coffer, vault)
    const [key, token] = [randomUUID(), await tokenOf()]
    const made = await linkCard(client, token, key)
    await untilCard(client, idOf(made), 'linked')
    const again = await linkCard(client, token, key)
    expect(again.body).toEqual(made.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect((await linkCard(client, await tokenOf(), key)).body['code']).toBe('idempotency_key_reused')
  })

  it('holds neither token nor digits in its run, its events, its record and the logs, and refuses a number', async () => {
    const { client, customerId } = await knownCustomer(coffer, vault)
    const number = newNumber('555555')
    const token = await tokenOf(number)
    for (const body of [
      { token: number },
      { token, number },
      { token, [number]: true },
      { token, pan: Number(number) }
    ])
      expect(await client.post('/v1/cards', body)).toMatchObject({ status: 400, body: { code: 'card_number_refused' } })
    expect((await client.post('/v1/cards', { token }, number)).body['code']).toBe('card_number_refused')
    expect((await client.post(`/v1/cards/${number}/cancel`, { number })).status).toBe(404)
    const id = idOf(await linkCard(client, token))
    await untilCard(client, id, 'linked')
    const rows = await Promise.all([
      coffer.db.selectFrom('event').selectAll().where('object_id', '=', id).execute(),
      coffer.db.selectFrom('card_link').selectAll().where('id', '=', id).execute(),
      coffer.db.selectFrom('card').selectAll().where('id', '=', id).execute()
    ])
    const withBigInts = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
    const said = [
      await engine.decodedHistory(`card-link/${id}`),
      JSON.stringify(rows, withBigInts),
      coffer.api.output,
      coffer.worker.output
    ].join('\n')
    expect(said).toContain(customerId)
    expect(said).not.toContain(token)
    expect(said).not.toContain(number)
    expect(JSON.stringify(rows, withBigInts)).not.toContain(`"last4"`)
    const { attributes } = await runOf(coffer, `card-link/${id}`)
    expect(attributes).toMatchObject({ ProcessState: 'linked', Rail: 'acquirer', CustomerRef: customerId })
  })
})
