import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { messageCrashPoints } from '../../activities/crash-points.ts'
import { waitUntil } from '../../local/wait-until.ts'
import { inbox, type Message } from '../support/inbox.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { openEngine, type Engine } from '../support/engine.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'

const password = 'correct horse battery'
const terms_version = '2026-11'
const masterKey = randomBytes(32)

let coffer: Coffer
let engine: Engine
beforeAll(async () => {
  coffer = await startCoffer({ masterKey })
  engine = openEngine(coffer, masterKey)
})
afterEach(async () => {
  if (!coffer.worker.running) await coffer.worker.start()
})
afterAll(async () => {
  await engine?.close()
  await coffer?.stop()
})

const newEmail = () => `${randomUUID()}@example.org`
const anyone = () => coffer.as('')
const register = async (contact: object) => {
  const { status, body } = await anyone().post('/v1/registrations', {
    ...contact,
    password,
    zone: 'UTC',
    terms_version
  })
  expect(status).toBe(201)
  return body as { id: string; customer_id: string }
}

/** Waits, as its owner would, for the newest message. */
async function mail(to: string, count = 1): Promise<Message> {
  await waitUntil(async () => (await inbox(coffer, to)).length >= count, {
    limitMs: 60_000,
    otherwise: `no message for ${to}`
  })
  return (await inbox(coffer, to)).at(-1)!
}

const codeIn = ({ text }: Message): string => /\b[0-9]{6}\b/.exec(text)?.[0] ?? ''
const confirm = (id: string, code: string) => anyone().post(`/v1/verifications/${id}/confirm`, { code })

describe('Somebody who is nobody yet', () => {
  it('registers, reads the code in the mailbox, logs in, chooses a PIN, and cannot move money before KYC', async () => {
    const email = newEmail()
    const { id, customer_id } = await register({ email, name: 'Nora Newcomer' })
    const message = await mail(email)
    expect(message).toMatchObject({ id, channel: 'email' })
    expect((await confirm(id, codeIn(message))).body).toMatchObject({ state: 'verified', customer_id })
    const session = await anyone().post('/v1/sessions', { login: email, password }, null)
    const customer = coffer.as(String(session.body['access_token']))
    expect((await customer.post(`/v1/customers/${customer_id}/set-pin`, { password, pin: '471199' })).status).toBe(200)

    const wallet = await coffer.service.post('/v1/wallets', { customer_id, currency: 'USD' })
    const paid = await customer.post('/v1/payments', {
      wallet_id: wallet.body['id'],
      merchant_id: coffer.seeded.seed.merchant_id,
      amount: { amount: '100', currency: 'USD' }
    })
    expect(paid.body).toMatchObject({ state: 'declined' })
  })

  it('by phone gets the code as a text message', async () => {
    const phone = `+4917${String(Date.now()).slice(-9)}`
    const { id } = await register({ phone })
    const message = await mail(phone)
    expect(message.channel).toBe('sms')
    expect((await confirm(id, codeIn(message))).status).toBe(200)
  })

  it('with an address that has an account is told so in the mailbox alone, and gets no code', async () => {
    const { email } = coffer.customer('customer-a')
    await register({ email })
    const { text } = await mail(email)
    expect(text).toContain('You have an account already')
    expect(text).not.toMatch(/[0-9]{6}/)
  })

  it('who asks again gets another code, and only that one works', async () => {
    const email = newEmail()
    const { id } = await register({ email })
    const first = codeIn(await mail(email))
    const again = await anyone().post(`/v1/verifications/${id}/resend`)
    const second = codeIn(await mail(email, 2))
    expect((await confirm(id, first)).body['code']).toBe('verification_over')
    expect((await confirm(String(again.body['id']), second)).status).toBe(200)
  })
})

describe('The run that sends a code', () => {
  it('shows operators whose code it is and that it was sent, and holds neither the code nor the address', async () => {
    const email = newEmail()
    const { id, customer_id } = await register({ email })
    const code = codeIn(await mail(email))
    const run = engine.run(`deliver-code/${id}`)
    expect(await run.result()).toEqual({ state: 'sent' })
    const { searchAttributes } = await run.describe()
    expect(searchAttributes).toMatchObject({ ProcessState: ['sent'], CustomerRef: [customer_id] })
    const said = JSON.stringify(await engine.decodedHistory(`deliver-code/${id}`))
    expect(said).toContain(customer_id)
    for (const secret of [email, code]) expect(said).not.toContain(secret)
  })

  it.each(pointsOfTheDay(messageCrashPoints))(
    'whose worker is killed (SIGKILL) at %s sends it once after all',
    async (point) => {
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const email = newEmail()
      const { id } = await register({ email })
      await coffer.worker.ended()
      expect(coffer.worker.endedBy).toBe('SIGKILL')
      await coffer.worker.start()
      expect(await engine.run(`deliver-code/${id}`).result()).toEqual({ state: 'sent' })
      const messages = await inbox(coffer, email)
      expect(messages).toHaveLength(1)
      expect((await confirm(id, codeIn(messages[0]!))).status).toBe(200)
    },
    120_000
  )

  it('waits for a notifier that is down, and sends when it is back', async () => {
    const email = newEmail()
    let registered = { id: '' }
    await coffer.restartSandbox(async () => {
      registered = await register({ email })
    })
    expect(codeIn(await mail(email))).not.toBe('')
    expect(await engine.run(`deliver-code/${registered.id}`).result()).toEqual({ state: 'sent' })
  }, 120_000)

  it('that was lost with Temporal’s memory is started again by the sweeper', async () => {
    const email = newEmail()
    await coffer.worker.stop()
    const { id } = await register({ email })
    await coffer.forgetRun(`deliver-code/${id}`)
    await coffer.worker.start()
    await coffer.sweepUntil(async () => (await inbox(coffer, email)).length > 0)
    expect((await confirm(id, codeIn(await mail(email)))).status).toBe(200)
  }, 120_000)
})
