import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { totpCode, totpStep } from '../../store/totp.ts'
import { tokenise } from '../support/cards.ts'
import type { Answered, Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { inbox, told, type Message } from '../support/inbox.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { asking } from '../support/withdrawals.ts'

const HOUR_MS = 3_600_000
const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })
const codeIn = ({ text }: Message): string => /\b[0-9]{6}\b/.exec(text)?.[0] ?? ''

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer()
  for (const login of ['customer-a', 'customer-b'] as const) await fundFromCapital(coffer, login, 100_000n)
})
afterAll(() => coffer?.stop())

const logIn = (login: 'customer-a' | 'customer-b', more: object = {}): Promise<Answered> => {
  const { email, password } = coffer.customer(login)
  return coffer.as('').post('/v1/sessions', { login: email, password, ...more }, null)
}
const clientOf = ({ status, body }: Answered): Client => {
  expect(status).toBe(201)
  return coffer.as(String(body['access_token']))
}
const pay = (by: Client, login: 'customer-a' | 'customer-b', amount: number, more: object = {}) =>
  by.post('/v1/payments', {
    wallet_id: coffer.customer(login).wallet_id,
    merchant_id: coffer.seeded.seed.merchant_id,
    amount: usd(amount),
    ...more
  })
const idOf = ({ body }: Answered): string => String(body['id'])

const received = async (to: string, subject: RegExp) =>
  (await inbox(coffer, to)).filter((each) => subject.test(each.subject))

async function noticed(to: string, subject: RegExp): Promise<Message> {
  await told(coffer, to, subject)
  return (await received(to, subject)).at(-1)!
}

/** A code, whose run is on its way. */
async function mailed(to: string, subject: RegExp): Promise<string> {
  await told(coffer, to, subject)
  return codeIn((await received(to, subject)).at(-1)!)
}

describe('A customer on devices', () => {
  let laptop: Client
  let phone: Client

  it('logs in without one as ever; from the first that is named it is known, from the second a mailed code is asked', async () => {
    clientOf(await logIn('customer-a'))
    const first = await logIn('customer-a', { device: { name: 'Laptop' } })
    laptop = clientOf(first)
    const asked = await logIn('customer-a', { device: { name: 'Phone' } })
    expect([asked.status, asked.body['methods']]).toEqual([403, ['code']])
    const { email } = coffer.customer('customer-a')
    const code = await mailed(email, /log-in code/)
    const { challenge_id } = asked.body
    phone = clientOf(await logIn('customer-a', { device: { name: 'Phone' }, challenge_id, code }))
    await noticed(email, /new device/)
    const known = (await laptop.get('/v1/devices')).body['data'] as { name: string }[]
    expect(known.map(({ name }) => name).sort()).toEqual(['Laptop', 'Phone'])
  })

  it('confirms what is above 30 USD for 72 hours, and backends need no more than before', async () => {
    expect((await pay(laptop, 'customer-a', 3_000)).body['state']).toBe('succeeded')
    const dry = await pay(laptop, 'customer-a', 3_001, { dry_run: true })
    expect(dry.body).toMatchObject({ state: 'requires_action', confirmation_rules: ['new_device'] })
    const held = await pay(laptop, 'customer-a', 3_001)
    expect(held.body['state']).toBe('requires_action')
    const { pin } = coffer.customer('customer-a')
    expect((await laptop.post(`/v1/payments/${idOf(held)}/confirm`, { pin })).body['state']).toBe('succeeded')
    expect((await pay(coffer.service, 'customer-a', 3_001)).body['state']).toBe('succeeded')
    await coffer.advanceClock(72 * HOUR_MS)
    expect((await pay(laptop, 'customer-a', 3_001)).body['state']).toBe('succeeded')
  })

  it('enrols an authenticator, whose code confirms one payment, and which a log-in asks for from then on', async () => {
    const { password } = coffer.customer('customer-a')
    const { body } = await laptop.post('/v1/second-factor', { password })
    const bits = [...String(body['secret'])].map((each) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0')
    )
    const secret = Buffer.from(
      bits
        .join('')
        .match(/.{8}/g)!
        .map((byte) => parseInt(byte, 2))
    )
    const totp = (offset: number) => totpCode(secret, totpStep(Date.now()) + offset)
    const active = await laptop.post('/v1/second-factor/confirm', { totp: totp(0) })
    const [recovery_code] = active.body['recovery_codes'] as string[]

    const [one, two] = [await pay(laptop, 'customer-a', 50_000), await pay(laptop, 'customer-a', 50_001)]
    const confirm = (payment: Answered, given: object, key?: string) =>
      laptop.post(`/v1/payments/${idOf(payment)}/confirm`, given, key)
    const pin = coffer.customer('customer-a').pin
    expect((await confirm(one, { pin, totp: totp(0) })).status).toBe(400)
    const code = totp(1)
    const key = randomUUID()
    for (const _ of ['sent', 'and sent again'])
      expect((await confirm(one, { totp: code }, key)).body['state']).toBe('succeeded')
    expect((await confirm(two, { totp: code })).body).toMatchObject({ code: 'confirmation_failed', attempts_left: 4 })
    await coffer.service.post(`/v1/payments/${idOf(two)}/cancel`)

    const { id, wallet_id, bank_account_id } = coffer.customer('customer-a')
    const out = await laptop.post('/v1/withdrawals', { wallet_id, bank_account_id, amount: usd(1_000) })
    expect(out.body['state']).toBe('requires_action')
    // Half a minute later, as far as the authenticator is concerned.
    await coffer.db.updateTable('second_factor').set({ last_step: 0n }).where('customer_id', '=', id).execute()
    const sent = await laptop.post(`/v1/withdrawals/${idOf(out)}/confirm`, { totp: totp(0) })
    expect(sent.body['state']).toBe('processing')
    expect((await logIn('customer-a')).body['methods']).toEqual(['totp', 'recovery_code'])
    clientOf(await logIn('customer-a', { recovery_code }))
    await noticed(coffer.customer('customer-a').email, /second factor is on/)
  })

  it('revokes one, and its session is over at once', async () => {
    const devices = (await laptop.get('/v1/devices')).body['data'] as { id: string; name: string }[]
    const { id } = devices.find(({ name }) => name === 'Phone')!
    expect((await laptop.post(`/v1/devices/${id}/revoke`)).body['sessions_ended']).toBe(1)
    expect((await phone.get('/v1/devices')).status).toBe(401)
    await expectEverythingSettled(coffer)
  })
})

describe('A debit that was not its owner’s', () => {
  it('is told by a message, whose token freezes, ends sessions and gives operators a task, once', async () => {
    const { email, wallet_id } = coffer.customer('customer-b')
    const owner = clientOf(await logIn('customer-b'))
    const paid = idOf(await pay(coffer.service, 'customer-b', 1_234))
    const message = await noticed(email, /USD 12\.34/)
    const token = /cof_not_me_\w+/.exec(message.text)![0]
    expect((await coffer.as('').post('/v1/not-me', { token: `${token.slice(0, -4)}0000` })).status).toBe(401)
    const denied = await coffer.as('').post('/v1/not-me', { token })
    expect(denied.body).toMatchObject({ object: 'debit_report', debit_id: paid, wallets_frozen: 1, sessions_ended: 1 })
    expect((await owner.get('/v1/sessions')).status).toBe(401)
    expect((await pay(coffer.service, 'customer-b', 100)).body['decline_code']).toBe('wallet_frozen')
    const tasks = (await coffer.support.get(`/v1/tasks?process_id=${paid}`)).body['data']
    expect(tasks).toMatchObject([{ kind: 'unauthorized_debit', state: 'open', data: { debit_id: paid } }])
    await noticed(email, /wallets are frozen/)

    // Whoever paid may know what thaws a wallet of the owner's: this one is an operator's to thaw.
    const back = clientOf(await logIn('customer-b'))
    const { password, pin } = coffer.customer('customer-b')
    const thaw = (by: Client, body: object) => by.post(`/v1/wallets/${wallet_id}/thaw`, body)
    expect((await thaw(back, { password, pin })).body['code']).toBe('forbidden')
    const reviewer = coffer.as(coffer.seeded.keys.reviewer)
    expect((await thaw(reviewer, { reason: 'spoke with the owner' })).body['state']).toBe('active')
    const over = (await coffer.support.get(`/v1/tasks?process_id=${paid}`)).body['data']
    expect(over).toMatchObject([{ state: 'done' }])

    expect((await coffer.as('').post('/v1/not-me', { token })).body).toEqual(denied.body)
    expect((await back.post(`/v1/payments/${paid}/not-me`)).body).toEqual(denied.body)
    expect((await pay(coffer.service, 'customer-b', 100)).body['state']).toBe('succeeded')
    await expectEverythingSettled(coffer)
  })

  it('is denied by its owner alone, in a session; sixteen times at once is once', async () => {
    const owner = clientOf(await logIn('customer-b'))
    const paid = idOf(await pay(coffer.service, 'customer-b', 500))
    const waiting = idOf(await pay(coffer.service, 'customer-b', 50_000))
    expect((await owner.post(`/v1/payments/${waiting}/not-me`)).body['code']).toBe('state_conflict')
    expect((await coffer.service.post(`/v1/payments/${paid}/not-me`)).status).toBe(403)
    const answers = await Promise.all(Array.from({ length: 16 }, () => owner.post(`/v1/payments/${paid}/not-me`)))
    const told = answers.filter(({ status }) => status === 200).map(({ body }) => JSON.stringify(body))
    expect([told.length > 0, new Set(told).size]).toEqual([true, 1])
    expect(answers.every(({ status }) => status === 200 || status === 401)).toBe(true)
    const tasks = (await coffer.support.get(`/v1/tasks?process_id=${paid}`)).body['data']
    expect(tasks).toHaveLength(1)
    const reviewer = coffer.as(coffer.seeded.keys.reviewer)
    await reviewer.post(`/v1/wallets/${coffer.customer('customer-b').wallet_id}/thaw`, { reason: 'a test' })
    await coffer.service.post(`/v1/payments/${waiting}/cancel`)
  })

  it('cannot be denied by its message after a week', async () => {
    const { email } = coffer.customer('customer-b')
    await pay(coffer.service, 'customer-b', 321)
    const token = /cof_not_me_\w+/.exec((await noticed(email, /USD 3\.21/)).text)![0]
    await coffer.advanceClock(7 * 24 * HOUR_MS)
    expect((await coffer.as('').post('/v1/not-me', { token })).body['code']).toBe('unauthenticated')
  })
})

describe('A forgotten password', () => {
  const password = 'correct horse battery'
  const anyone = () => coffer.as('')

  it('is replaced by a mailed code; for 24 hours withdrawals are declined, and the owner is told', async () => {
    const { email, wallet_id, bank_account_id, pin } = coffer.customer('customer-b')
    // Known at the bank's counter, not here: without KYC's data nobody passes from tier 1 on.
    await coffer.db
      .updateTable('customer')
      .set({ tier: 0 })
      .where('id', '=', coffer.customer('customer-b').id)
      .execute()
    const { body } = await anyone().post('/v1/password-resets', { login: email })
    const code = await mailed(email, /new Coffer password/)
    const set = await anyone().post(`/v1/password-resets/${String(body['id'])}/complete`, {
      code,
      new_password: password
    })
    expect([set.status, set.body['state']]).toEqual([200, 'completed'])
    await coffer.db
      .updateTable('customer')
      .set({ tier: 1 })
      .where('id', '=', coffer.customer('customer-b').id)
      .execute()
    await noticed(email, /password was replaced/)
    expect((await logIn('customer-b')).status).toBe(401)
    const owner = clientOf(await anyone().post('/v1/sessions', { login: email, password }, null))
    const withdraw = () => owner.post('/v1/withdrawals', { wallet_id, bank_account_id, amount: usd(1_000) })
    expect((await withdraw()).body).toMatchObject({ state: 'declined', decline_code: 'cooling_down' })
    expect((await withdraw()).body['withdrawable_from']).toEqual(expect.any(String))
    const token = await tokenise(coffer.sandbox)
    const linked = (key: string) => owner.post('/v1/cards', { token }, key)
    const rule = () =>
      owner.put(`/v1/wallets/${wallet_id}/automatic-top-up`, {
        below: usd(100),
        add: usd(1_000),
        bank_account_id,
        pin
      })
    for (const rests of [await linked('cooling'), await rule()])
      expect([rests.status, rests.body['code'], rests.body['until']]).toEqual([
        ...[409, 'cooling_down', expect.any(String)]
      ])
    // What is paid from a bank account is a top-up and a payment in one, and neither rests.
    const funding = { type: 'bank_account', id: bank_account_id }
    for (const more of [{}, { funding, dry_run: true }])
      expect((await pay(owner, 'customer-b', 100, more)).body['decline_code']).toBeUndefined()
    await coffer.advanceClock(24 * HOUR_MS)
    expect([(await linked('warm')).status, (await rule()).status]).toEqual([201, 200])
    await owner.delete(`/v1/wallets/${wallet_id}/automatic-top-up`)
    const allowed = await withdraw()
    expect(allowed.body['state']).toBe('requires_action')
    await owner.post(`/v1/withdrawals/${idOf(allowed)}/confirm`, { pin })
    const denied = await owner.post(`/v1/withdrawals/${idOf(allowed)}/not-me`)
    expect(denied.body).toMatchObject({ debit_id: idOf(allowed), wallets_frozen: 1, sessions_ended: 1 })
    // Bank B takes a minute; the task is about who it was, and stays when the withdrawal has ended.
    await asking(coffer, idOf(allowed))
    await coffer.advanceClock(60_000)
    await coffer.service.until(`/v1/withdrawals/${idOf(allowed)}`, ({ state }) => state === 'succeeded')
    const tasks = (await coffer.support.get(`/v1/tasks?process_id=${idOf(allowed)}`)).body['data']
    expect(tasks).toMatchObject([{ kind: 'unauthorized_debit', state: 'open' }])
    await expectEverythingSettled(coffer)
  })

  it('whose code’s run was lost with Temporal’s memory is sent one by the sweeper after all', async () => {
    const { email } = coffer.customer('customer-a')
    await coffer.worker.stop()
    const { body } = await anyone().post('/v1/password-resets', { login: email })
    await coffer.forgetRun(`deliver-code/${idOf({ body } as Answered)}`)
    await coffer.worker.start()
    await coffer.sweepUntil(async () => (await received(email, /new Coffer password/)).length > 0)
  })

  it('of a log-in that nobody has is looked for by a run that says "over", and nobody is told', async () => {
    const nobody = `${randomUUID()}@example.org`
    const { status, body } = await anyone().post('/v1/password-resets', { login: nobody })
    expect(status).toBe(202)
    await coffer.sweepUntil(async () => {
      const reset = await coffer.db
        .selectFrom('password_reset')
        .select(['sent_at', 'customer_id'])
        .where('id', '=', String(body['id']))
        .executeTakeFirstOrThrow()
      return reset.sent_at !== null && reset.customer_id === null
    })
    expect(await inbox(coffer, nobody)).toEqual([])
  })
})
