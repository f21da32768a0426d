import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Answered, Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { answering, makeEndpoint, received, untilReceived } from '../support/webhooks.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

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

async function pay(amount = 1_000): Promise<string> {
  const order = {
    wallet_id: coffer.customer('customer-a').wallet_id,
    merchant_id: coffer.seeded.seed.merchant_id,
    amount: { amount: String(amount), currency: 'USD' }
  }
  const { status, body } = await coffer.service.post('/v1/payments', order)
  expect([status, body['state']]).toEqual([201, 'succeeded'])
  return String(body['id'])
}

const untilDelivery = (path: string, event: string, state: string, attempts: number, by: Client = coffer.service) =>
  by.until(
    `${path}/deliveries/${event}`,
    (body) => body['state'] === state && (body['attempts'] as Body[]).length === attempts
  )

describe('An endpoint', () => {
  it('is told of what happens after it was made, signed, with the event as anybody can read it', async () => {
    const before = await pay()
    const { path, id, secret } = await makeEndpoint(coffer, 'first', { types: ['payment.succeeded'] })
    const payment = await pay()
    const inbox = await untilReceived(coffer, 'first', (all) => all.some(({ object_id }) => object_id === payment))
    const message = inbox.find(({ object_id }) => object_id === payment)!
    expect(message).toMatchObject({ type: 'payment.succeeded', verified: true, signatures: 1 })
    expect(message.body).toEqual((await coffer.service.get(`/v1/events/${message.id}`)).body)
    expect(inbox.some(({ object_id }) => object_id === before)).toBe(false)
    const delivery = (await untilDelivery(path, message.id, 'delivered', 1)).body
    expect(delivery['attempts']).toMatchObject([{ status: 204, error: null, answer: '' }])
    // The secret is told once, and stands nowhere as it is.
    expect(JSON.stringify((await coffer.service.get(path)).body)).not.toContain(secret)
    const { rows } = await coffer.pool.query<{ row: string }>('select to_jsonb(w)::text as row from webhook_endpoint w')
    expect(rows.every(({ row }) => !row.includes(secret.slice(6)))).toBe(true)
    expect(id).toMatch(/^whe_/)
  })
})

describe('What an endpoint does not take', () => {
  it('is tried again by the plan, under one id, until it is taken; what comes after it is not held up', async () => {
    const { path } = await makeEndpoint(coffer, 'failing', { types: ['payment.succeeded'] })
    const { path: calm } = await makeEndpoint(coffer, 'calm', { types: ['payment.*'] })
    await answering(coffer, 'failing', { answers: [{ status: 500, body: 'a bug' }, { status: 503 }, { status: 200 }] })
    const first = await pay()
    const [event] = await untilReceived(coffer, 'failing', (all) => all.length === 1)
    const failing = (await untilDelivery(path, event!.id, 'failing', 1)).body
    expect(failing['attempts']).toMatchObject([{ status: 500, error: 'http_500', answer: 'a bug' }])
    const [at] = failing['attempts'] as Body[]
    expect(Date.parse(String(failing['next_attempt_at'])) - Date.parse(String(at!['at']))).toBe(MINUTE_MS)
    await coffer.advanceClock(MINUTE_MS)
    await untilDelivery(path, event!.id, 'failing', 2)
    await coffer.advanceClock(4 * MINUTE_MS)
    const taken = (await untilDelivery(path, event!.id, 'delivered', 3)).body
    expect((taken['attempts'] as Body[]).map(({ status }) => status)).toEqual([500, 503, 200])
    const inbox = await received(coffer, 'failing')
    expect(inbox.map(({ id, object_id }) => [id, object_id])).toEqual(
      Array.from({ length: 3 }, () => [event!.id, first])
    )
    expect(new Set(inbox.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    await untilReceived(coffer, 'calm', (all) => all.some(({ object_id }) => object_id === first))
    for (const one of [path, calm]) await coffer.service.delete(one)
  })

  it('is undelivered after three days, and can be found, and sent again one by one or in a range', async () => {
    const { path } = await makeEndpoint(coffer, 'down', { types: ['payment.succeeded'] })
    await answering(coffer, 'down', { answers: [{ status: 500 }] })
    await pay()
    await pay()
    const [one, other] = await untilReceived(coffer, 'down', (all) => all.length === 2)
    for (const { id } of [one!, other!]) await untilDelivery(path, id, 'failing', 1)
    // At once after a long absence: the last attempt of the plan.
    await coffer.advanceClock(3 * DAY_MS)
    for (const { id } of [one!, other!]) await untilDelivery(path, id, 'undelivered', 2)
    expect(dataOf(await coffer.service.get(`${path}/deliveries?state=undelivered`))).toHaveLength(2)
    expect(dataOf(await coffer.service.get(`${path}/deliveries?state=delivered`))).toEqual([])

    await answering(coffer, 'down', { answers: [] })
    expect((await coffer.service.post(`${path}/resend`, { event_id: one!.id })).body).toMatchObject({ count: 1 })
    await untilDelivery(path, one!.id, 'delivered', 3)
    const range = { from: '2026-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z', state: 'undelivered' }
    expect((await coffer.service.post(`${path}/resend`, range)).body).toMatchObject({ count: 1 })
    await untilDelivery(path, other!.id, 'delivered', 3)

    // Behind a place in the list of events also what happened before there was an endpoint.
    const { body } = await coffer.service.get('/v1/events?limit=1')
    const behind = await coffer.service.post(`${path}/resend`, { after_cursor: body['next_cursor'] })
    const all = await coffer.service.get('/v1/events?type=payment.succeeded&limit=100')
    expect(behind.body['count']).toBe(dataOf(all).length)
    await untilReceived(coffer, 'down', (inbox) => dataOf(all).every(({ id }) => inbox.some((m) => m.id === id)))
    for (const { id } of dataOf(all))
      await coffer.service.until(`${path}/deliveries/${String(id)}`, ({ state }) => state === 'delivered')

    const refused = (how: object) => coffer.service.post(`${path}/resend`, how)
    expect(codeOf(await refused({ from: range.to, to: range.from }))).toEqual([400, 'invalid_request'])
    expect(codeOf(await refused({ after_cursor: 'nonsense' }))).toEqual([400, 'invalid_request'])
    expect(codeOf(await refused({ event_id: `evt_${'0'.repeat(32)}` }))).toEqual([404, 'not_found'])
    await coffer.service.delete(path)
  })

  it('holds up later events of the same thing where that is asked for, and no others', async () => {
    const { path } = await makeEndpoint(coffer, 'ordered', {
      types: ['payment.requires_capture', 'payment.succeeded'],
      ordered: true
    })
    const order = {
      wallet_id: coffer.customer('customer-a').wallet_id,
      merchant_id: coffer.seeded.seed.merchant_id,
      amount: { amount: '1000', currency: 'USD' },
      capture: 'manual'
    }
    const [stuck, free] = [
      await coffer.service.post('/v1/payments', order),
      await coffer.service.post('/v1/payments', order)
    ]
    const object_id = String(stuck.body['id'])
    await answering(coffer, 'ordered', {
      answers: [
        { status: 500, object_id },
        { status: 204, object_id }
      ]
    })
    for (const { body } of [stuck, free]) await coffer.merchant.post(`/v1/payments/${String(body['id'])}/capture`)
    await untilReceived(coffer, 'ordered', (all) =>
      all.some((m) => m.object_id === free.body['id'] && m.type === 'payment.succeeded')
    )
    const held = (all: readonly { object_id?: string; type: string }[]) =>
      all.filter((m) => m.object_id === object_id).map(({ type }) => type)
    const before = held(await received(coffer, 'ordered'))
    await coffer.advanceClock(MINUTE_MS)
    const inbox = await untilReceived(coffer, 'ordered', (all) => held(all).length === 3)
    // Whichever of them was the first to fail: nothing of that thing came past it.
    expect(held(inbox).slice(0, before.length)).toEqual(before)
    expect([...new Set(held(inbox))]).toEqual(['payment.requires_capture', 'payment.succeeded'])
    await coffer.service.delete(path)
  })
})

describe('An endpoint that is gone', () => {
  it('is disabled at once when it says 410, with an event and a task, and goes on where it stopped once it is enabled', async () => {
    const { path, id } = await makeEndpoint(coffer, 'gone', { types: ['payment.succeeded'] })
    await answering(coffer, 'gone', { answers: [{ status: 410 }, { status: 204 }] })
    const first = await pay()
    const disabled = await coffer.service.until(path, ({ state }) => state === 'disabled')
    expect(disabled.body).toMatchObject({ disabled_reason: 'gone' })
    const told = await coffer.service.until(`/v1/events?object_id=${id}`, ({ data }) => (data as Body[]).length === 2)
    expect(dataOf(told).map(({ type, data }) => [type, (data as Body)['disabled_reason']])).toEqual([
      ['webhook_endpoint.enabled', undefined],
      ['webhook_endpoint.disabled', 'gone']
    ])
    const tasks = () => coffer.support.get(`/v1/tasks?process_id=${id}&state=open`)
    expect(dataOf(await tasks())).toMatchObject([{ kind: 'webhook_endpoint_disabled', data: { reason: 'gone' } }])
    expect(codeOf(await coffer.service.post(`${path}/test`))).toEqual([409, 'state_conflict'])
    const meanwhile = await pay()

    await coffer.service.post(`${path}/enable`)
    const inbox = await untilReceived(coffer, 'gone', (all) =>
      [first, meanwhile].every((one) => all.some((m) => m.object_id === one && m.answered === 204))
    )
    expect(
      inbox
        .filter(({ answered }) => answered === 204)
        .map(({ object_id }) => object_id)
        .sort()
    ).toEqual([first, meanwhile].sort())
    await coffer.support.until(`/v1/tasks?process_id=${id}&state=open`, ({ data }) => (data as Body[]).length === 0)
    for (const { id: event } of inbox)
      await coffer.service.until(`${path}/deliveries/${event}`, ({ state }) => state === 'delivered')
    await coffer.service.delete(path)
  })

  it('is disabled when it has taken nothing for five days', async () => {
    const { path } = await makeEndpoint(coffer, 'dead', { types: ['payment.succeeded'] })
    await answering(coffer, 'dead', { answers: [{ status: 302, location: 'http://169.254.169.254/latest/meta-data' }] })
    await pay()
    const [event] = await untilReceived(coffer, 'dead', (all) => all.length === 1)
    const delivery = await untilDelivery(path, event!.id, 'failing', 1)
    expect(delivery.body['attempts']).toMatchObject([{ status: 302, error: 'redirect' }])
    await coffer.advanceClock(5 * DAY_MS + HOUR_MS)
    await coffer.service.until(path, ({ state }) => state === 'disabled')
    expect((await coffer.service.get(path)).body).toMatchObject({ disabled_reason: 'failing' })
    await coffer.service.delete(path)
  })
})
