import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { notificationCrashPoints } from '../../activities/crash-points.ts'
import { inTransaction } from '../../db/in-transaction.ts'
import { idOf } from '../../domain/ids.ts'
import { addDevice } from '../../store/devices.ts'
import { putPersonal } from '../../store/personal.ts'
import { createVault } from '../../store/vault.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { openEngine, type Engine } from '../support/engine.ts'
import { fundFromCapital } from '../support/fund.ts'
import { inbox, told } from '../support/inbox.ts'
import { allOver, delivered, mine, mineOf } from '../support/notifications.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'

type Login = 'customer-a' | 'customer-b'

const HOUR_MS = 3_600_000
const masterKey = randomBytes(32)
const vault = createVault(masterKey)

let coffer: Coffer
let engine: Engine
beforeAll(async () => {
  coffer = await startCoffer({ masterKey, policy: { notifications: { poll_ms: 100, retry_first_ms: 200 } } })
  // Before they have devices: from then on a log-in without one takes a code.
  for (const login of ['customer-a', 'customer-b'] as const) await coffer.asCustomer(login)
  engine = openEngine(coffer, masterKey)
  for (const login of ['customer-a', 'customer-b'] as const) await fundFromCapital(coffer, login, 100_000n)
})
afterAll(async () => {
  await engine?.close()
  await coffer?.stop()
})

const emailOf = (login: Login) => coffer.customer(login).email
const pay = async (login: Login, amount: number): Promise<string> => {
  const { body } = await coffer.service.post('/v1/payments', {
    wallet_id: coffer.customer(login).wallet_id,
    merchant_id: coffer.seeded.seed.merchant_id,
    amount: { amount: String(amount), currency: 'USD' }
  })
  expect(body['state']).toBe('succeeded')
  return String(body['id'])
}

const subjectsAt = async (to: string) => (await inbox(coffer, to)).map(({ subject }) => subject)

const preferencesOf = (login: Login) => `/v1/customers/${coffer.customer(login).id}/notification-preferences`
const prefer = async (login: Login, more: object = {}): Promise<Answered> =>
  (await coffer.asCustomer(login)).put(preferencesOf(login), {
    language: 'en',
    quiet_hours: null,
    channels: {},
    ...more
  })

/** A device of the customer's, called by that token. */
async function withPhone(login: Login, token: string): Promise<string> {
  const customerId = idOf('cus', coffer.customer(login).id)
  const { id } = await inTransaction(coffer.db, (transaction) => addDevice(transaction, vault, customerId, 'Phone'))
  const set = await (await coffer.asCustomer(login)).post(`/v1/devices/${id}/push-token`, { token })
  expect([set.status, set.body]).toEqual([200, { object: 'push_registration', device_id: id }])
  return id
}

describe('A customer who is told what happens', () => {
  it('hears of a payment by e-mail and on the phone, once each, and reads it in the app, where it stays unread until then', async () => {
    const phone = `push-${randomUUID()}`
    const device = await withPhone('customer-a', phone)
    const customer = await coffer.asCustomer('customer-a')
    const id = await pay('customer-a', 111)
    const rows = await delivered(coffer, 'customer-a', id, allOver)
    expect(rows.map(({ channel, state, attempts, to }) => [channel, state, attempts, to]).sort()).toEqual([
      ['email', 'sent', 1, 'c***@example.com'],
      ['push', 'sent', 1, device]
    ])
    for (const to of [emailOf('customer-a'), phone])
      expect((await inbox(coffer, to)).filter(({ text }) => text.includes(`cof_not_me_${id}`))).toHaveLength(1)

    const item = (await mineOf(customer, id))!
    expect(item).toMatchObject({ kind: 'debit', category: 'debits', link: `/v1/payments/${id}`, read_at: null })
    expect(item['subject']).toMatch(/^USD 1\.11 to /)
    expect(item['text']).not.toContain('cof_not_me')
    const unread = async () => (await customer.get('/v1/notifications')).body['unread_count'] as number
    const before = await unread()
    const read = await customer.post(`/v1/notifications/${String(item['id'])}/read`)
    expect([read.status, read.body['read_at']]).toEqual([200, expect.any(String)])
    expect(await unread()).toBe(before - 1)
    expect((await mine(customer, '?unread=true')).map((each) => each['id'])).not.toContain(item['id'])
    const other = await coffer.asCustomer('customer-b')
    expect((await other.post(`/v1/notifications/${String(item['id'])}/read`)).status).toBe(404)
  })

  it('chooses a language, which mails and the app speak from then on', async () => {
    expect((await prefer('customer-a', { language: 'zh' })).body).toMatchObject({ language: 'zh' })
    const id = await pay('customer-a', 122)
    await told(coffer, emailOf('customer-a'), /^已向 .* 支付 USD 1\.22$/)
    const customer = await coffer.asCustomer('customer-a')
    expect((await mineOf(customer, id))!['subject']).toMatch(/支付 USD 1\.22$/)
    await prefer('customer-a')
    expect((await mineOf(customer, id))!['subject']).toMatch(/^USD 1\.22 to /)
  })

  it('chooses channels, but neither silences what is about security nor all of what is about debits', async () => {
    const off = { email: false, sms: false, push: false }
    for (const [channels, field] of [
      [{ security: { sms: false } }, 'security'],
      [{ debits: off }, 'debits']
    ] as const) {
      const refused = await prefer('customer-a', { channels })
      expect([refused.status, refused.body['code'], refused.body['field']]).toEqual([
        400,
        'notification_required',
        field
      ])
    }
    const chosen = await prefer('customer-a', { channels: { money: off, debits: { push: false } } })
    expect(chosen.body['channels']).toMatchObject({ money: off, debits: { email: true, sms: false, push: false } })
    const rows = await delivered(coffer, 'customer-a', await pay('customer-a', 133), allOver)
    expect(rows.map(({ channel }) => channel)).toEqual(['email'])
    expect((await (await coffer.asCustomer('customer-b')).get(preferencesOf('customer-a'))).status).toBe(404)
    await prefer('customer-a')
  })

  it('is left alone in quiet hours but for security, and told in order when they are over', async () => {
    const { id: customerId, pin, email } = coffer.customer('customer-a')
    const customer = await coffer.asCustomer('customer-a')
    const { rows } = await coffer.pool.query<{ now: Date }>('select business_now() as now')
    // In Berlin, where the customer lives: from an hour ago until two hours from now.
    const clock = (offsetMs: number) =>
      new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' }).format(
        rows[0]!.now.getTime() + offsetMs
      )
    await prefer('customer-a', { quiet_hours: { from: clock(-HOUR_MS), to: clock(2 * HOUR_MS) } })
    const [first, second] = [await pay('customer-a', 141), await pay('customer-a', 142)]
    await customer.post(`/v1/customers/${customerId}/change-pin`, { old_pin: pin, new_pin: '471199' })
    await customer.post(`/v1/customers/${customerId}/change-pin`, { old_pin: '471199', new_pin: pin })
    await told(coffer, email, /^Your PIN was changed$/)
    for (const id of [first, second]) {
      const [held] = await delivered(coffer, 'customer-a', id, (all) => all.length > 0)
      expect([held!['state'], held!['attempts']]).toEqual(['waiting', 0])
    }
    expect(await subjectsAt(email)).not.toContainEqual(expect.stringMatching(/USD 1\.4/))
    await coffer.advanceClock(2 * HOUR_MS + 60_000)
    await told(coffer, email, /^USD 1\.42/)
    expect((await subjectsAt(email)).filter((each) => each.startsWith('USD 1.4'))).toEqual([
      expect.stringMatching(/^USD 1\.41/),
      expect.stringMatching(/^USD 1\.42/)
    ])
    await prefer('customer-a')
  })
})

describe('What the notifier does not take', () => {
  it('is tried again under the same id, and what comes after it waits, so that it is told in order', async () => {
    const email = emailOf('customer-b')
    await coffer.sandbox.addRule({ match: { operation: 'notify', name: email }, outcome: 'error', times: 2 })
    const first = await pay('customer-b', 151)
    const second = await pay('customer-b', 152)
    const rows = await delivered(coffer, 'customer-b', first, allOver)
    expect(rows).toMatchObject([{ channel: 'email', state: 'sent', attempts: 3, failure: 'the notifier answered 500' }])
    await delivered(coffer, 'customer-b', second, allOver)
    expect((await subjectsAt(email)).filter((each) => each.startsWith('USD 1.5'))).toEqual([
      expect.stringMatching(/^USD 1\.51/),
      expect.stringMatching(/^USD 1\.52/)
    ])
  })

  it('because the device is not there any more is not tried again, and the device is called no more', async () => {
    const phone = `push-${randomUUID()}`
    await withPhone('customer-b', phone)
    const gone = { outcome: 'decline', code: 'unknown_token' }
    await coffer.sandbox.addRule({ match: { operation: 'notify', name: phone }, ...gone })
    const rows = await delivered(coffer, 'customer-b', await pay('customer-b', 161), allOver)
    const pushed = rows.find(({ channel }) => channel === 'push')!
    expect(pushed).toMatchObject({ state: 'undeliverable', failure: 'gone', attempts: 1 })
    const later = await delivered(coffer, 'customer-b', await pay('customer-b', 162), allOver)
    expect(later.map(({ channel }) => channel)).toEqual(['email'])
  })

  it('is called on one device only, the one that has had the token last', async () => {
    const phone = `push-${randomUUID()}`
    await withPhone('customer-b', phone)
    const newer = await withPhone('customer-a', phone)
    await delivered(coffer, 'customer-b', await pay('customer-b', 163), allOver)
    const id = await pay('customer-a', 164)
    await delivered(coffer, 'customer-a', id, allOver)
    expect((await inbox(coffer, phone)).map(({ text }) => /USD [0-9.]+/.exec(text)?.[0])).toEqual(['USD 1.64'])
    const customer = await coffer.asCustomer('customer-a')
    expect((await customer.delete(`/v1/devices/${newer}/push-token`)).status).toBe(204)
  })

  it('for a day is given up with a row that says so, and stays in the app', async () => {
    const email = emailOf('customer-b')
    const rule = await coffer.sandbox.addRule({ match: { operation: 'notify', name: email }, outcome: 'error' })
    const id = await pay('customer-b', 171)
    await delivered(coffer, 'customer-b', id, ([row]) => Number(row?.['attempts']) > 0)
    await coffer.advanceClock(25 * HOUR_MS)
    const rows = await delivered(coffer, 'customer-b', id, allOver)
    expect(rows).toMatchObject([{ state: 'undeliverable', failure: 'the notifier answered 500' }])
    expect(await mineOf(await coffer.asCustomer('customer-b'), id)).toBeDefined()
    await coffer.sandbox.admin('DELETE', `/rules/${rule}`)
  })
})

describe('Who else is told', () => {
  it('is a business whose request is paid, at the contact that it has given', async () => {
    const contact_email = `${randomUUID()}@example.org`
    const value = JSON.stringify({ contact_email })
    const { merchant_id } = coffer.seeded.seed
    await putPersonal(coffer.db, vault, merchant_id, { kind: 'business', reference: 'business_profile', value })
    const amount = { amount: '1200', currency: 'USD' }
    const request = await coffer.merchant.post('/v1/payment-requests', { merchant_id, amount })
    const payment_request_id = String(request.body['id'])
    await coffer.service.post('/v1/payments', {
      wallet_id: coffer.customer('customer-a').wallet_id,
      payment_request_id
    })
    await told(coffer, contact_email, /^Your request of USD 12\.00 is paid$/)
  })

  it('is somebody who registers with a Chinese browser, whose code comes in Chinese', async () => {
    const email = `${randomUUID()}@example.org`
    const headers = {
      'content-type': 'application/json',
      'accept-language': 'zh-CN,zh;q=0.9',
      'idempotency-key': randomUUID()
    }
    const body = JSON.stringify({
      email,
      password: 'correct horse battery',
      zone: 'Asia/Shanghai',
      terms_version: '2026-11'
    })
    const made = await fetch(`${coffer.api.url}/v1/registrations`, { method: 'POST', headers, body })
    expect(made.status).toBe(201)
    await told(coffer, email, /^您的 Coffer 验证码$/)
  })
})

describe('The run that tells', () => {
  const workflowId = () => `notifications/${coffer.namespaceAndQueue.taskQueue}`

  it('is one, has written next to nothing for all of this, and holds no address', async () => {
    const { historyLength, status } = await engine.run(workflowId()).describe()
    expect(status.name).toBe('RUNNING')
    expect(historyLength).toBeLessThan(12)
    const said = JSON.stringify(await engine.decodedHistory(workflowId()))
    for (const login of ['customer-a', 'customer-b'] as const) expect(said).not.toContain(emailOf(login))
  })

  it.each(pointsOfTheDay(notificationCrashPoints))(
    'whose worker is killed (SIGKILL) at %s tells everybody once after all',
    async (point) => {
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const ids = [await pay('customer-a', 181)]
      await coffer.worker.ended()
      expect(coffer.worker.endedBy).toBe('SIGKILL')
      await coffer.worker.start()
      ids.push(await pay('customer-a', 182))
      for (const id of ids) {
        const rows = await delivered(coffer, 'customer-a', id, allOver)
        expect(rows.map(({ channel, state }) => [channel, state]).sort()).toEqual([
          ['email', 'sent'],
          ['push', 'sent']
        ])
        const about = (await inbox(coffer, emailOf('customer-a'))).filter(({ text }) => text.includes(id))
        expect(about).toHaveLength(1)
      }
    },
    120_000
  )

  it('leaves everything settled', async () => {
    await expectEverythingSettled(coffer)
  })
})
