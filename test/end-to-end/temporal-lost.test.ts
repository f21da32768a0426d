import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../local/free-ports.ts'
import { startTemporal, type RunningTemporal } from '../../local/temporal-server.ts'
import { waitUntil } from '../../local/wait-until.ts'
import { connectClient, type ConnectedClient } from '../../temporal/connection.ts'
import { PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { testContext } from '../support/context.ts'
import { balances, expectEverythingSettled } from '../support/settled.ts'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })
const DAY_MS = 86_400_000
const LOST_MS_MAX = 180_000

let directory = ''
let start: () => Promise<RunningTemporal>
let temporal: RunningTemporal
let coffer: Coffer
let engine: ConnectedClient
let held: string[]
let unconfirmed: string[]
let toppedUp: string[]
const [firstKey, otherKey] = [randomUUID(), randomUUID()]
let firstAnswer: Answered
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'coffer-lost-'))
  const [port] = await freePorts(1)
  const databaseFile = join(directory, 'temporal', 'temporal.db')
  const options = { binary: testContext().temporalBinary, port: port!, databaseFile, namespace: 'default' }
  start = () => startTemporal(options, join(directory, 'temporal.log'))
  temporal = await start()
  coffer = await startCoffer({ environment: { TEMPORAL_ADDRESS: temporal.address } })
  engine = connectClient({
    COFFER_MODE: 'test',
    // It asks for ids and states only, which no key opens.
    COFFER_MASTER_KEY: PUBLISHED_TEST_MASTER_KEY,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: coffer.namespaceAndQueue.namespace,
    TEMPORAL_TLS: false
  })
  await coffer.fund('customer-a', 500_000)

  firstAnswer = await pay(1_000, { capture: 'manual' }, firstKey)
  held = [idOf(firstAnswer), ...(await many(5, () => pay(1_000, { capture: 'manual' })))]
  unconfirmed = await many(4, () => pay(50_000))
  toppedUp = await many(4, topUpAtB)
  await coffer.merchant.post(`/v1/payments/${held[0]}/capture`, { amount: usd(100) })
  await pay(1_000, {}, otherKey)

  await loseTemporal()
  const lostAt = performance.now()
  await sweptUntilRunning([...held, ...unconfirmed].map((id) => `payment/${id}`))
  await sweptUntilRunning(toppedUp.map((id) => `top-up/${id}`))
  console.log(`Temporal's database deleted: all runs were back ${Math.round(performance.now() - lostAt)} ms later`)
}, LOST_MS_MAX)
afterAll(async () => {
  await coffer?.stop()
  await engine?.close()
  await temporal?.stop()
  rmSync(directory, { recursive: true, force: true })
})

describe('When the database of Temporal is deleted in the middle of fourteen processes', () => {
  it(
    'every one of them is started again from its record, and ends as if nothing had happened',
    async () => {
      await expectEverythingSettled(coffer, temporal.address)
      const before = await balances(coffer)
      await finishThemAll()
      const after = await balances(coffer)
      // Four whole captures (the part of the first one was booked before), two confirmed payments; four top-ups.
      expect(Number(before.wallet - after.wallet)).toBe(4 * 1_000 + 2 * 50_000 - 4 * 2_000)
      await expectEverythingSettled(coffer, temporal.address)
    },
    LOST_MS_MAX
  )

  it('a request that is repeated gets its first answer, also when the payment has moved on since', async () => {
    const again = await pay(1_000, { capture: 'manual' }, firstKey)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.body).toEqual(firstAnswer.body)
  })

  it.each([
    ['open', firstKey],
    ['over', otherKey]
  ])(
    'another order under the key of a payment that is %s is refused, though Temporal knows neither',
    async (_, key) => {
      expect(await pay(2_000, {}, key)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    }
  )

  it('new processes find a Temporal that is prepared, with the sweeper at work', async () => {
    const paid = await coffer.service.get(`/v1/payments/${idOf(await pay(1_000))}`)
    expect(paid.body['state']).toBe('succeeded')
    const { taskQueue } = coffer.namespaceAndQueue
    const found = await engine.client.schedule.getHandle(`sweep/${taskQueue}`).describe()
    expect(found.action).toMatchObject({ workflowType: 'sweep', taskQueue })
  })
})

async function pay(amount: number, more: object = {}, key?: string): Promise<Answered> {
  const { wallet_id } = coffer.customer('customer-a')
  const { merchant_id } = coffer.seeded.seed
  return coffer.service.post('/v1/payments', { wallet_id, merchant_id, amount: usd(amount), ...more }, key)
}

async function many(count: number, make: () => Promise<Answered>): Promise<string[]> {
  const made = await Promise.all(Array.from({ length: count }, make))
  expect(made.map(({ status }) => status)).toEqual(made.map(() => 201))
  return made.map(idOf)
}

const idOf = ({ body }: Answered): string => String(body['id'])

/** Bank B takes it and reports a minute later. */
async function topUpAtB(): Promise<Answered> {
  const { wallet_id, bank_account_id } = coffer.customer('customer-b')
  const made = await coffer.service.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(2_000) })
  const sent = ({ timeline }: Record<string, unknown>) => JSON.stringify(timeline).includes('top_up.sent')
  await coffer.service.until(`/v1/top-ups/${idOf(made)}`, sent)
  return made
}

async function loseTemporal(): Promise<void> {
  process.kill(temporal.pid, 'SIGKILL')
  await temporal.ended
  const folder = join(directory, 'temporal')
  expect(readdirSync(folder)).toContain('temporal.db')
  rmSync(folder, { recursive: true })
  temporal = await start()
}

/** The sweeper comes every 30 s; here it is told to come now, as soon as the worker has made its Schedule again. */
async function sweptUntilRunning(workflowIds: readonly string[]): Promise<void> {
  const sweeper = engine.client.schedule.getHandle(`sweep/${coffer.namespaceAndQueue.taskQueue}`)
  const missing = new Set(workflowIds)
  await waitUntil(
    async () => {
      // What is younger than 5 s is left to the sweep after this one.
      await sweeper.trigger('SKIP').catch(ignoreNotFound)
      for (const id of missing) if (await isRunning(id)) missing.delete(id)
      return missing.size === 0
    },
    { limitMs: 90_000, otherwise: `not all of ${workflowIds.join(' ')} are running again` }
  )
}

async function isRunning(workflowId: string): Promise<boolean> {
  const run = await engine.client.workflow.getHandle(workflowId).describe().catch(ignoreNotFound)
  return run?.status.name === 'RUNNING'
}

/** An empty Temporal knows neither runs nor Schedules, and for a moment not even the namespace. */
function ignoreNotFound(error: Error): undefined {
  if (!/not.?found/i.test(error.name)) throw error
}

/** Over HTTP, as if nothing had happened: captured, voided, confirmed, canceled, reported by the bank, run out of time. */
async function finishThemAll(): Promise<void> {
  const { merchant, service } = coffer
  const customer = await coffer.asCustomer('customer-a')
  const { pin } = coffer.customer('customer-a')
  const [inPart, voided, ...captured] = held as [string, string, ...string[]]
  const [confirmed, alsoConfirmed, canceled, expired] = unconfirmed as [string, string, string, string]
  for (const id of captured) await become('succeeded', merchant.post(`/v1/payments/${id}/capture`))
  await become('canceled', merchant.post(`/v1/payments/${voided}/void`))
  for (const id of [confirmed, alsoConfirmed])
    await become('succeeded', customer.post(`/v1/payments/${id}/confirm`, { pin }))
  await become('canceled', service.post(`/v1/payments/${canceled}/cancel`))
  await coffer.advanceClock(8 * DAY_MS)
  const over = ({ state }: Record<string, unknown>) => state !== 'requires_capture' && state !== 'requires_action'
  await become('succeeded', service.until(`/v1/payments/${inPart}`, over))
  await become('expired', service.until(`/v1/payments/${expired}`, over))
  for (const id of toppedUp)
    await become(
      'succeeded',
      service.until(`/v1/top-ups/${id}`, ({ state }) => state !== 'processing')
    )
}

async function become(state: string, answering: Promise<{ body: Record<string, unknown> }>): Promise<void> {
  const { body } = await answering
  expect(body['state'] ?? body).toBe(state)
}
