import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { eachAtMost } from '../support/insist.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import {
  balanceOf,
  ended,
  expectState,
  historyOf,
  idOf,
  impatient,
  runOf,
  topUp,
  usd,
  waiting
} from '../support/top-ups.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
})
afterAll(() => coffer?.stop())

/** Of tier 1 in US cents: what customer-b's wallet may hold. */
const LIMIT = 500_000
const known = async () =>
  Number(
    (
      await coffer.db
        .selectFrom('top_up')
        .select((by) => by.fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n
  )

describe('The balance limit', () => {
  it('lets what is held and what is on its way reach it to the cent, and not one cent above', async () => {
    await fundFromCapital(coffer, 'customer-b', BigInt(LIMIT) - 10_000n)
    expectState(await topUp(coffer, 'customer-b', 10_001), 'declined', 'balance_limit_exceeded')
    const first = await topUp(coffer, 'customer-b', 9_999)
    expectState(first, 'processing')
    // Nothing is booked yet, and yet only one cent is left.
    expect(await balanceOf(coffer, 'customer-b')).toEqual({ posted: 490_000n, onTheWay: 9_999n })
    expectState(await topUp(coffer, 'customer-b', 2), 'declined', 'balance_limit_exceeded')
    const last = await topUp(coffer, 'customer-b', 1)
    expectState(last, 'processing')
    await Promise.all([first, last].map((made) => waiting(coffer, idOf(made))))
    await coffer.advanceClock(60_000)
    expectState(await ended(coffer, idOf(first)), 'succeeded')
    expectState(await ended(coffer, idOf(last)), 'declined', 'insufficient_funds')
    expect(await balanceOf(coffer, 'customer-b')).toEqual({ posted: 499_999n, onTheWay: 0n })
  })

  it('is given back by a top-up that the bank declines, so that another one fits', async () => {
    const again = await topUp(coffer, 'customer-b', 1, { metadata: { again: 'yes' } })
    expectState(again, 'processing')
    await waiting(coffer, idOf(again))
    await coffer.advanceClock(60_000)
    expectState(await ended(coffer, idOf(again)), 'declined', 'insufficient_funds')
    expect((await balanceOf(coffer, 'customer-b')).onTheWay).toBe(0n)
  })

  it('lets exactly as many of ten at once through as fit', async () => {
    // Tier 2: 100,000.00; room for three of 100.00 and half of a fourth.
    const { posted } = await balanceOf(coffer, 'customer-a')
    await fundFromCapital(coffer, 'customer-a', 10_000_000n - 35_000n - posted)
    const made = await eachAtMost(10, Array.from({ length: 10 }), () => topUp(coffer, 'customer-a', 10_000))
    const over = await Promise.all(made.map((one) => ended(coffer, idOf(one))))
    const states = over.map(({ body }) => body['decline_code'] ?? body['state']).sort()
    expect(states).toEqual([...Array(7).fill('balance_limit_exceeded'), ...Array(3).fill('succeeded')])
    expect(await balanceOf(coffer, 'customer-a')).toEqual({ posted: 9_995_000n, onTheWay: 0n })
    await expectEverythingSettled(coffer)
  })

  it('does not bind the customer without limits', async () => {
    expectState(await ended(coffer, idOf(await topUp(coffer, 'bench', 90_000_000))), 'succeeded')
  })

  it('is nothing at all for a customer of tier 0', async () => {
    const { id, wallet_id } = coffer.customer('bench')
    await coffer.db.updateTable('customer').set({ tier: 0, policy: null }).where('id', '=', id).execute()
    expectState(await topUp(coffer, 'bench', 100), 'declined', 'balance_limit_exceeded')
    await coffer.db.updateTable('customer').set({ policy: 'unlimited' }).where('id', '=', id).execute()
    expect(wallet_id).toBeDefined()
  })
})

describe('A top-up that is not to be', () => {
  const declined = async (code: string) => {
    const made = await topUp(coffer, 'bench', 500)
    expect(made.status).toBe(201)
    expectState(made, 'declined', code)
    expect(historyOf(made)).toEqual(['top_up.declined'])
  }

  it.each([{ process: 'top-up' }, { process: 'top-up', rail: 'bank_a' }])(
    'is declined while the kill switch %o is on, and made when it is off again',
    async (which) => {
      await coffer.admin.put('/v1/policies/kill-switches', { ...which, on: true })
      await declined('rail_suspended')
      await coffer.admin.put('/v1/policies/kill-switches', { ...which, on: false })
      expectState(await ended(coffer, idOf(await topUp(coffer, 'bench', 500))), 'succeeded')
    }
  )

  it('is made while the kill switch of another bank is on', async () => {
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'top-up', rail: 'bank_b', on: true })
    expectState(await ended(coffer, idOf(await topUp(coffer, 'bench', 500))), 'succeeded')
    await coffer.admin.put('/v1/policies/kill-switches', { process: 'top-up', rail: 'bank_b', on: false })
  })

  it.each([
    ['frozen', 'wallet_frozen'],
    ['closed', 'account_closed']
  ])('into a wallet that is %s is declined', async (state, code) => {
    const wallet = coffer.db.updateTable('wallet').where('id', '=', coffer.customer('bench').wallet_id)
    await wallet.set({ state }).execute()
    await declined(code)
    await wallet.set({ state: 'active' }).execute()
  })

  it.each([
    ['suspended', 'bank_account_suspended'],
    ['unlinked', 'account_closed']
  ])('from a bank account that is %s is declined', async (state, code) => {
    const account = coffer.db.updateTable('bank_account').where('id', '=', coffer.customer('bench').bank_account_id)
    const suspension = { suspended_by: 'operator', suspended_for: 'under_review', suspended_at: new Date() }
    await account.set({ state, ...(state === 'suspended' && suspension) }).execute()
    await declined(code)
    await account.set({ state: 'linked', suspended_by: null, suspended_for: null, suspended_at: null }).execute()
  })
})

describe('A request for a top-up', () => {
  it('repeated under its key is the same one; with another body it is refused', async () => {
    const key = randomUUID()
    const first = await topUp(coffer, 'bench', 700, {}, key)
    const [again] = await Promise.all([topUp(coffer, 'bench', 700, {}, key), topUp(coffer, 'bench', 700, {}, key)])
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    const other = await topUp(coffer, 'bench', 800, {}, key)
    expect({ status: other.status, code: other.body['code'] }).toEqual({ status: 422, code: 'idempotency_key_reused' })
    await ended(coffer, idOf(first))
    // Temporal forgets after a day; the books do not.
    await coffer.forgetRun(`top-up/${idOf(first)}`)
    expect((await topUp(coffer, 'bench', 700, {}, key)).body).toEqual(first.body)
  })

  it('that is only tried out tells what would happen, and leaves nothing', async () => {
    const before = await known()
    const would = await topUp(coffer, 'bench', 900, { dry_run: true })
    expect(would.status).toBe(200)
    expect(would.body).toMatchObject({ id: null, object: 'top_up', state: 'processing', amount: usd(900) })
    const wouldNot = await topUp(coffer, 'customer-b', LIMIT, { dry_run: true })
    expect(wouldNot.body).toMatchObject({ id: null, state: 'declined', decline_code: 'balance_limit_exceeded' })
    expect(await known()).toBe(before)
  })

  it('is refused for a currency that the wallet does not hold, and for what is not there or someone else’s', async () => {
    const before = await known()
    const a = coffer.customer('customer-a')
    const b = coffer.customer('customer-b')
    const ask = async (body: object) => {
      const { wallet_id, bank_account_id } = a
      const answered = await coffer.service.post('/v1/top-ups', {
        wallet_id,
        bank_account_id,
        amount: usd(100),
        ...body
      })
      return [answered.status, answered.body['code']]
    }
    expect(await ask({ amount: { amount: '100', currency: 'EUR' } })).toEqual([400, 'currency_mismatch'])
    expect(await ask({ wallet_id: `wal_${'0'.repeat(32)}` })).toEqual([404, 'not_found'])
    expect(await ask({ bank_account_id: `ban_${'0'.repeat(32)}` })).toEqual([404, 'not_found'])
    expect(await ask({ bank_account_id: b.bank_account_id })).toEqual([404, 'not_found'])
    for (const amount of ['0', '-1', '01', '1e3', '1.0', ' 1', '1'.repeat(19)])
      expect(await ask({ amount: { amount, currency: 'USD' } })).toEqual([400, 'invalid_request'])
    for (const more of [{ state: 'succeeded' }, { bank: 'b' }, { fee: usd(0) }])
      expect(await ask(more)).toEqual([400, 'invalid_request'])
    expect(await known()).toBe(before)
  })

  it('is a customer’s own affair: neither order nor record is anyone else’s', async () => {
    const { wallet_id, bank_account_id } = coffer.customer('customer-b')
    const stranger = await coffer.asCustomer('customer-a')
    const owner = await coffer.asCustomer('customer-b')
    const order = { wallet_id, bank_account_id, amount: usd(1) }
    expect((await stranger.post('/v1/top-ups', order)).status).toBe(404)
    const made = await owner.post('/v1/top-ups', order)
    expect(made.status).toBe(201)
    expect((await stranger.get(`/v1/top-ups/${idOf(made)}`)).status).toBe(404)
    const read = await owner.get(`/v1/top-ups/${idOf(made)}`)
    expect(read.body['run']).toBeUndefined()
    const seen = await coffer.support.get(`/v1/top-ups/${idOf(made)}`)
    expect(seen.body['run']).toMatchObject({ workflow_id: `top-up/${idOf(made)}` })
    const { attributes } = await runOf(coffer, `top-up/${idOf(made)}`)
    expect(attributes).toMatchObject({ Rail: 'bank_b', CustomerRef: coffer.customer('customer-b').id })
    await waiting(coffer, idOf(made))
    await coffer.advanceClock(60_000)
    await ended(coffer, idOf(made))
    await expectEverythingSettled(coffer)
  })
})
