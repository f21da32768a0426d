import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { webhookCrashPoints } from '../../activities/crash-points.ts'
import { waitUntil } from '../../local/wait-until.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { answering, makeEndpoint, received, receiverUrl, untilReceived } from '../support/webhooks.ts'

const HOUR_MS = 3_600_000

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

type Body = Record<string, unknown>
const codeOf = ({ status, body }: Answered) => [status, body['code']]
const dataOf = ({ body }: Answered) => body['data'] as Body[]

async function pay(): Promise<string> {
  const order = {
    wallet_id: coffer.customer('customer-a').wallet_id,
    merchant_id: coffer.seeded.seed.merchant_id,
    amount: { amount: '1000', currency: 'USD' }
  }
  return String((await coffer.service.post('/v1/payments', order)).body['id'])
}

const everyOne = (ids: readonly string[]) => (all: readonly { object_id?: string }[]) =>
  ids.every((id) => all.some(({ object_id }) => object_id === id))

describe('The secret of an endpoint', () => {
  it('is rotated with an overlap in which both sign, and nothing goes unverified', async () => {
    const { path, secret } = await makeEndpoint(coffer, 'rotating', { types: ['payment.succeeded'] })
    const rotated = await coffer.service.post(`${path}/rotate-secret`, { overlap_ms: HOUR_MS }, 'rotation-1')
    expect(rotated.body['secret']).not.toBe(secret)
    expect((await coffer.service.post(`${path}/rotate-secret`, { overlap_ms: HOUR_MS }, 'rotation-1')).body).toEqual(
      rotated.body
    )
    // The receiver still knows the old one alone.
    const [first] = await Promise.all([pay()])
    await untilReceived(coffer, 'rotating', everyOne([first]))
    expect(await received(coffer, 'rotating')).toMatchObject([{ verified: true, signatures: 2 }])
    await answering(coffer, 'rotating', { secrets: [rotated.body['secret']] })
    await untilReceived(coffer, 'rotating', everyOne([await pay()]))
    await coffer.advanceClock(HOUR_MS)
    await untilReceived(coffer, 'rotating', everyOne([await pay()]))
    expect((await received(coffer, 'rotating')).slice(1)).toMatchObject([
      { verified: true, signatures: 2 },
      { verified: true, signatures: 1 }
    ])
    await coffer.service.delete(path)
  })
})

describe('An endpoint of a merchant', () => {
  it('is told of the merchant’s own things alone, and is nobody’s business but theirs and an admin’s', async () => {
    const { id, path } = await makeEndpoint(coffer, 'merchant', { types: ['*'] }, coffer.merchant)
    const payment = await pay()
    await coffer.fund('customer-a', 10_000)
    const inbox = await untilReceived(coffer, 'merchant', everyOne([payment]))
    const all = (await coffer.merchant.get('/v1/events?limit=100')).body['data'] as Body[]
    expect(inbox.every(({ id }) => all.some((event) => event['id'] === id))).toBe(true)
    for (const { id, body } of inbox) expect(body).toEqual(all.find((event) => event['id'] === id))
    expect(inbox.some(({ type }) => type.startsWith('top_up.'))).toBe(false)
    expect((await coffer.admin.get(path)).body).toMatchObject({ id, merchant_id: coffer.seeded.seed.merchant_id })
    expect(codeOf(await coffer.service.get(path))).toEqual([404, 'not_found'])
    expect(codeOf(await coffer.service.post(`${path}/rotate-secret`))).toEqual([404, 'not_found'])
    const made = await coffer.admin.post('/v1/api-keys', { role: 'service', name: 'another-team' })
    const other = coffer.as(String(made.body['secret']))
    const { path: ours } = await makeEndpoint(coffer, 'ours', { types: ['*'] })
    expect(codeOf(await other.get(`${ours}/deliveries`))).toEqual([404, 'not_found'])
    expect(dataOf(await other.get('/v1/webhook-endpoints'))).toEqual([])
    expect(dataOf(await coffer.service.get('/v1/webhook-endpoints'))).toHaveLength(1)
    await coffer.merchant.delete(path)
    await coffer.service.delete(ours)
  })
})

describe('An endpoint under its owner’s hands', () => {
  it('is pinged, changed and deleted; then its run has ended and nothing is sent any more', async () => {
    const { id, path } = await makeEndpoint(coffer, 'tried-out', { types: ['top_up.*'], description: 'the till' })
    const ping = await coffer.service.post(`${path}/test`)
    expect(ping.body).toMatchObject({ state: 'waiting', type: 'webhook_endpoint.ping', attempts: [] })
    const [message] = await untilReceived(coffer, 'tried-out', (all) => all.length === 1)
    expect(message).toMatchObject({ id: ping.body['id'], type: 'webhook_endpoint.ping', verified: true })
    expect(message!.body).toMatchObject({ data: { id, object: 'webhook_endpoint' } })

    await coffer.service.patch(path, { types: ['payment.succeeded'], description: null })
    const payment = await pay()
    await untilReceived(coffer, 'tried-out', everyOne([payment]))
    expect(codeOf(await coffer.service.patch(path, {}))).toEqual([400, 'invalid_request'])
    expect(codeOf(await coffer.service.patch(path, { url: 'http://10.0.0.1/' }))).toEqual([
      400,
      'webhook_url_forbidden'
    ])
    expect((await coffer.service.delete(path)).status).toBe(204)
    expect((await coffer.service.get(path)).body).toMatchObject({ state: 'deleted', description: null })
    expect(codeOf(await coffer.service.post(`${path}/enable`))).toEqual([409, 'state_conflict'])
    const told = await coffer.service.until(`/v1/events?object_id=${id}`, ({ data }) => (data as Body[]).length === 2)
    expect(dataOf(told).map(({ type }) => type)).toEqual(['webhook_endpoint.enabled', 'webhook_endpoint.deleted'])
    await waitUntil(async () => (await stateOf(id)) === 'deleted', { limitMs: 20_000, otherwise: 'it is still there' })
  })

  it('is refused where nothing may be sent to', async () => {
    const make = async (url: string) => {
      const { status, body } = await coffer.service.post('/v1/webhook-endpoints', { url, types: ['*'] })
      return [status, body['code'], (body['errors'] as Body[] | undefined)?.[0]]
    }
    const because = (message: string) => [400, 'webhook_url_forbidden', { pointer: '/url', message }]
    expect(await make('https://169.254.169.254/latest')).toEqual(because('address'))
    expect(await make('https://0x7f.1/')).toEqual(because('host_form'))
    expect(await make('http://hooks.example.com/')).toEqual(because('scheme'))
    expect(await make('https://me:secret@hooks.example.com/')).toEqual(because('credentials'))
    expect(await make('https://hooks.example.com:5432/')).toEqual(because('port'))
  })
})

const stateOf = async (id: string) =>
  (await coffer.db.selectFrom('process').select('state').where('id', '=', id).executeTakeFirst())?.state

describe('Nothing is lost', () => {
  it.each(pointsOfTheDay(webhookCrashPoints))(
    'when the worker dies (SIGKILL) at %s',
    async (point) => {
      const name = point.replaceAll(/[^a-z]/g, '-')
      const { path } = await makeEndpoint(coffer, name, { types: ['payment.succeeded'] })
      await coffer.service.post(`${path}/test`)
      await untilReceived(coffer, name, (all) => all.length === 1)
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const paid = [await pay()]
      await waitUntil(() => !coffer.worker.running, { limitMs: 40_000, otherwise: `${point}: nothing came by` })
      expect(coffer.worker.endedBy).toBe('SIGKILL')
      await coffer.worker.start({ CRASH_AT: '' })
      paid.push(await pay())
      const inbox = await untilReceived(coffer, name, everyOne(paid))
      for (const { id } of inbox)
        await coffer.service.until(`${path}/deliveries/${id}`, ({ state }) => state === 'delivered')
      // Repeated ones are known by their id: one event each.
      const ofFirst = inbox.filter(({ object_id }) => object_id === paid[0])
      expect(new Set(ofFirst.map(({ id }) => id)).size).toBe(1)
      if (point.endsWith('/reply')) expect(ofFirst.length).toBeGreaterThan(1)
      await coffer.service.delete(path)
    },
    90_000
  )

  it('when Temporal has forgotten the run: it comes back from its rows', async () => {
    const { id, path } = await makeEndpoint(coffer, 'forgotten', { types: ['payment.succeeded'] })
    await answering(coffer, 'forgotten', { answers: [{ status: 500 }, { status: 204 }] })
    const failing = await pay()
    await untilReceived(coffer, 'forgotten', everyOne([failing]))
    await coffer.service.until(`${path}/deliveries?state=failing`, ({ data }) => (data as Body[]).length === 1)
    await coffer.forgetRun(`webhook-delivery/${id}`)
    const meanwhile = await pay()
    await coffer.advanceClock(60_000)
    await coffer.sweepUntil(async () =>
      everyOne([meanwhile, failing])((await received(coffer, 'forgotten')).filter(({ answered }) => answered === 204))
    )
    await coffer.service.until(`${path}/deliveries?state=failing`, ({ data }) => (data as Body[]).length === 0)
    await coffer.service.delete(path)
    // What was sent may have been by an attempt that outlived the run: its end can only be another run's.
    await coffer.sweepUntil(async () => (await stateOf(id)) === 'deleted')
  })

  it('when its run was never started: the sweeper sees to it', async () => {
    await coffer.worker.stop()
    const { path, id } = await makeEndpoint(coffer, 'unbegun', { types: ['payment.succeeded'] })
    await coffer.forgetRun(`webhook-delivery/${id}`)
    await coffer.worker.start({ CRASH_AT: '' })
    await coffer.advanceClock(10_000)
    await coffer.sweepUntil(async () => (await stateOf(id)) === 'enabled')
    await untilReceived(coffer, 'unbegun', everyOne([await pay()]))
    expect((await coffer.service.get(path)).body).toMatchObject({ url: receiverUrl(coffer, 'unbegun') })
    await coffer.service.until(`${path}/deliveries?state=delivered`, ({ data }) => (data as Body[]).length === 1)
    await coffer.service.delete(path)
  })
})
