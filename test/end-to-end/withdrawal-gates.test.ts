import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { eachAtMost } from '../support/insist.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectState, historyOf, idOf, impatient, usd } from '../support/top-ups.ts'
import {
  asking,
  confirm,
  confirmed,
  nextNoon,
  outgoingOf,
  walletOf,
  withdraw,
  withdrawn
} from '../support/withdrawals.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: { ...impatient, risk: { structuring: { threshold_usd: '100000000000' } } } })
  await fundFromCapital(coffer, 'bench', 100_000n)
  await fundFromCapital(coffer, 'customer-a', 3_000_000n)
  await fundFromCapital(coffer, 'customer-b', 300_000n)
  // From the second one on to the same account no PIN is asked for below 500 USD.
  await withdrawn(coffer, idOf(await confirmed(coffer, 'customer-a', 100)))
})
beforeEach(() => nextNoon(coffer))
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

const known = async () => (await coffer.db.selectFrom('withdrawal').select('id').execute()).length
const codes = (made: readonly { body: Record<string, unknown> }[]) =>
  made.map(({ body }) => String(body['decline_code'] ?? body['state'])).sort()
/** The end of one of customer-a's, confirmed where it has to be. */
async function ended(amount: number) {
  const made = await withdraw(coffer, 'customer-a', amount)
  if (made.body['state'] === 'requires_action') await confirm(coffer, 'customer-a', idOf(made))
  return withdrawn(coffer, idOf(made))
}

describe('A withdrawal that is not to be', () => {
  const declined = async (code: string) => {
    const before = await walletOf(coffer, 'bench')
    const made = await withdraw(coffer, 'bench', 500)
    expect(made.status).toBe(201)
    expectState(made, 'declined', code)
    expect(historyOf(made)).toEqual(['withdrawal.declined'])
    expect(await walletOf(coffer, 'bench')).toEqual(before)
  }
  const made = async () => expectState(await withdrawn(coffer, idOf(await withdraw(coffer, 'bench', 500))), 'succeeded')

  it.each([{ process: 'withdrawal' }, { process: 'withdrawal', rail: 'bank_a' }])(
    'is declined while the kill switch %o is on, and made when it is off again',
    async (which) => {
      await coffer.admin.put('/v1/policies/kill-switches', { ...which, on: true })
      await declined('rail_suspended')
      await coffer.admin.put('/v1/policies/kill-switches', { ...which, on: false })
      await made()
    }
  )

  it('is made while the kill switch of another bank or process is on', async () => {
    const others = [{ process: 'withdrawal', rail: 'bank_b' }, { process: 'top-up' }, { process: 'payment' }]
    for (const which of others) await coffer.admin.put('/v1/policies/kill-switches', { ...which, on: true })
    await made()
    for (const which of others) await coffer.admin.put('/v1/policies/kill-switches', { ...which, on: false })
  })

  it.each([
    ['frozen', 'wallet_frozen'],
    ['closed', 'account_closed']
  ])('from a wallet that is %s is declined', async (state, code) => {
    const wallet = coffer.db.updateTable('wallet').where('id', '=', coffer.customer('bench').wallet_id)
    await wallet.set({ state }).execute()
    await declined(code)
    await wallet.set({ state: 'active' }).execute()
  })

  it.each([
    ['suspended', 'bank_account_suspended'],
    ['unlinked', 'account_closed']
  ])('to a bank account that is %s is declined', async (state, code) => {
    const account = coffer.db.updateTable('bank_account').where('id', '=', coffer.customer('bench').bank_account_id)
    const suspension = { suspended_by: 'operator', suspended_for: 'under_review', suspended_at: new Date() }
    await account.set({ state, ...(state === 'suspended' && suspension) }).execute()
    await declined(code)
    await account.set({ state: 'linked', suspended_by: null, suspended_for: null, suspended_at: null }).execute()
  })

  it('of a customer who is suspended is declined; of one of tier 0 it is above every limit', async () => {
    const customer = coffer.db.updateTable('customer').where('id', '=', coffer.customer('bench').id)
    await customer.set({ state: 'suspended' }).execute()
    await declined('wallet_frozen')
    await customer.set({ state: 'registered', tier: 0, policy: null }).execute()
    await declined('limit_exceeded')
    await customer.set({ state: 'active', tier: 2, policy: 'unlimited' }).execute()
  })

  it('above what the wallet has is declined, and of all that it has made', async () => {
    const { available } = await walletOf(coffer, 'bench')
    expectState(await withdraw(coffer, 'bench', available + 1), 'declined', 'insufficient_funds')
    const all = available - (available % 100)
    expectState(await withdrawn(coffer, idOf(await withdraw(coffer, 'bench', all))), 'succeeded')
    await fundFromCapital(coffer, 'bench', 100_000n)
  })
})

describe('Limits', () => {
  it('by payment are reached to the cent, and not passed by one', async () => {
    expectState(await withdraw(coffer, 'customer-a', 500_001), 'declined', 'limit_exceeded')
    expectState(await ended(500_000), 'succeeded')
    expectState(await ended(499_999), 'succeeded')
    // 10,000.00 a day: one cent is left.
    expectState(await withdraw(coffer, 'customer-a', 2), 'declined', 'limit_exceeded')
    expectState(await ended(1), 'declined', 'insufficient_funds') // by the bank: 01
  })

  it('by day count payments and withdrawals together, and what the bank declines is given back', async () => {
    const { wallet_id } = coffer.customer('customer-a')
    const { merchant_id } = coffer.seeded.seed
    const pay = async (amount: number) => {
      const paid = await coffer.service.post('/v1/payments', { wallet_id, merchant_id, amount: usd(amount) })
      return (await coffer.asCustomer('customer-a')).post(`/v1/payments/${idOf(paid)}/confirm`, {
        pin: coffer.customer('customer-a').pin
      })
    }
    expectState(await pay(300_000), 'succeeded')
    expectState(await ended(300_001), 'declined', 'insufficient_funds')
    expectState(await ended(300_000), 'succeeded')
    expectState(await withdraw(coffer, 'customer-a', 400_001), 'declined', 'limit_exceeded')
    expectState(await pay(400_000), 'succeeded')
    expectState(await withdraw(coffer, 'customer-a', 100), 'declined', 'limit_exceeded')
  })

  it('are given back to the day that they were taken from, when the bank declines on another one', async () => {
    await confirmed(coffer, 'customer-b', 100).then((first) => asking(coffer, idOf(first)))
    await coffer.advanceClock(MINUTE_MS)
    const before = await outgoingOf(coffer, 'customer-b')
    const slow = await coffer.sandbox.addRule({
      match: { operation: 'push', amount: '7000' },
      outcome: 'decline',
      delay_ms: 12.5 * 60 * MINUTE_MS
    })
    const made = await withdraw(coffer, 'customer-b', 7_000)
    await asking(coffer, idOf(made))
    expect(await outgoingOf(coffer, 'customer-b')).not.toEqual(before)
    await coffer.advanceClock(13 * 60 * MINUTE_MS)
    expectState(await withdrawn(coffer, idOf(made)), 'declined', 'bank_declined')
    expect(await outgoingOf(coffer, 'customer-b')).toEqual(before)
    expect(slow).toBeDefined()
    await coffer.sandbox.clearRules()
  })

  it('of velocity let five through in ten minutes, also when ten come at once, and the sixth after them', async () => {
    const order = () => withdraw(coffer, 'customer-a', 100)
    const made = await eachAtMost(10, Array.from({ length: 10 }), order)
    expect(codes(made)).toEqual([...Array(5).fill('processing'), ...Array(5).fill('velocity_exceeded')])
    await coffer.advanceClock(11 * MINUTE_MS)
    expectState(await order(), 'processing')
    await Promise.all(made.map((one) => withdrawn(coffer, idOf(one))))
  })

  it('of velocity let twenty through in a day', async () => {
    for (let round = 0; round < 4; round++) {
      const made = await eachAtMost(5, Array.from({ length: 5 }), () => withdraw(coffer, 'customer-a', 100))
      expect(codes(made)).toEqual(Array(5).fill('processing'))
      await coffer.advanceClock(11 * MINUTE_MS)
    }
    expectState(await withdraw(coffer, 'customer-a', 100), 'declined', 'velocity_exceeded')
    await coffer.advanceClock(DAY_MS)
    expectState(await ended(100), 'succeeded')
  })
})

describe('Ten withdrawals at once', () => {
  it('take as much as the wallet has, and not a cent more', async () => {
    const { available } = await walletOf(coffer, 'bench')
    await withdrawn(coffer, idOf(await withdraw(coffer, 'bench', available - 35_000)))
    const made = await eachAtMost(10, Array.from({ length: 10 }), () => withdraw(coffer, 'bench', 10_000))
    expect(codes(made)).toEqual([...Array(7).fill('insufficient_funds'), ...Array(3).fill('processing')])
    await Promise.all(made.map((one) => withdrawn(coffer, idOf(one))))
    expect(await walletOf(coffer, 'bench')).toEqual({ posted: 5_000, pending: 0, available: 5_000 })
  })
})

describe('A request for a withdrawal', () => {
  it('repeated under its key is the same one; with another body it is refused', async () => {
    const key = randomUUID()
    await fundFromCapital(coffer, 'bench', 100_000n)
    const first = await withdraw(coffer, 'bench', 700, {}, key)
    const [again] = await Promise.all([
      withdraw(coffer, 'bench', 700, {}, key),
      withdraw(coffer, 'bench', 700, {}, key)
    ])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    const other = await withdraw(coffer, 'bench', 800, {}, key)
    expect({ status: other.status, code: other.body['code'] }).toEqual({ status: 422, code: 'idempotency_key_reused' })
    await withdrawn(coffer, idOf(first))
    // Temporal forgets after a day; the books do not.
    await coffer.forgetRun(`withdrawal/${idOf(first)}`)
    expect((await withdraw(coffer, 'bench', 700, {}, key)).body).toEqual(first.body)
  })

  it('that is only tried out tells what would happen, and leaves nothing', async () => {
    const before = await known()
    const held = await walletOf(coffer, 'bench')
    const tried = async (login: 'customer-a' | 'bench', amount: number) => {
      const { status, body } = await withdraw(coffer, login, amount, { dry_run: true })
      expect({ status, id: body['id'], fee: body['fee'] }).toEqual({ status: 200, id: null, fee: usd(0) })
      return body
    }
    expect(await tried('bench', 900)).toMatchObject({ object: 'withdrawal', state: 'processing', amount: usd(900) })
    expect(await tried('customer-a', 50_000)).toMatchObject({
      state: 'requires_action',
      confirmation_rules: ['single_amount']
    })
    expect(await tried('customer-a', 500_001)).toMatchObject({
      state: 'declined',
      decline_code: 'limit_exceeded',
      limit: 'payment'
    })
    expect(await known()).toBe(before)
    expect(await walletOf(coffer, 'bench')).toEqual(held)
  })

  it('is refused for a currency that the wallet does not hold, and for what is not there or someone else’s', async () => {
    const before = await known()
    const a = coffer.customer('customer-a')
    const b = coffer.customer('customer-b')
    const ask = async (body: object) => {
      const { wallet_id, bank_account_id } = a
      const order = { wallet_id, bank_account_id, amount: usd(100), ...body }
      const answered = await coffer.service.post('/v1/withdrawals', order)
      return [answered.status, answered.body['code']]
    }
    expect(await ask({ amount: { amount: '100', currency: 'EUR' } })).toEqual([400, 'currency_mismatch'])
    expect(await ask({ wallet_id: `wal_${'0'.repeat(32)}` })).toEqual([404, 'not_found'])
    expect(await ask({ bank_account_id: `ban_${'0'.repeat(32)}` })).toEqual([404, 'not_found'])
    expect(await ask({ bank_account_id: b.bank_account_id })).toEqual([404, 'not_found'])
    expect(await ask({ wallet_id: b.wallet_id })).toEqual([404, 'not_found'])
    for (const amount of ['0', '-1', '01', '1e3', '1.0', '1'.repeat(19)])
      expect(await ask({ amount: { amount, currency: 'USD' } })).toEqual([400, 'invalid_request'])
    for (const more of [{ state: 'succeeded' }, { bank: 'b' }, { fee: usd(0) }])
      expect(await ask(more)).toEqual([400, 'invalid_request'])
    expect(await known()).toBe(before)
  })

  it('is a customer’s own affair: neither order nor record nor list is anyone else’s', async () => {
    const { wallet_id, bank_account_id } = coffer.customer('customer-a')
    const stranger = await coffer.asCustomer('customer-b')
    const owner = await coffer.asCustomer('customer-a')
    const order = { wallet_id, bank_account_id, amount: usd(100) }
    expect((await stranger.post('/v1/withdrawals', order)).status).toBe(404)
    const made = await owner.post('/v1/withdrawals', order)
    expect(made.status).toBe(201)
    expect((await stranger.get(`/v1/withdrawals/${idOf(made)}`)).status).toBe(404)
    expect((await stranger.post(`/v1/withdrawals/${idOf(made)}/cancel`)).status).toBe(404)
    expect((await stranger.get(`/v1/withdrawals?wallet_id=${wallet_id}`)).status).toBe(404)
    expect((await owner.get(`/v1/withdrawals/${idOf(made)}`)).body['run']).toBeUndefined()
    const seen = await coffer.support.get(`/v1/withdrawals/${idOf(made)}`)
    expect(seen.body['run']).toMatchObject({ workflow_id: `withdrawal/${idOf(made)}` })
    const { body: page } = await owner.get('/v1/withdrawals?limit=1')
    expect(page).toMatchObject({ data: [{ id: idOf(made), object: 'withdrawal' }], has_more: true })
    const { body: rest } = await owner.get(`/v1/withdrawals?limit=1&cursor=${String(page['next_cursor'])}`)
    expect((rest['data'] as { id: string }[])[0]!.id).not.toBe(idOf(made))
    const { body: declined } = await coffer.service.get(
      `/v1/withdrawals?wallet_id=${wallet_id}&state=declined&limit=100`
    )
    expect(new Set((declined['data'] as { state: string }[]).map(({ state }) => state))).toEqual(new Set(['declined']))
    await withdrawn(coffer, idOf(made))
  })
})
