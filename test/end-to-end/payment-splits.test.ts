import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { currency } from '../../domain/currencies.ts'
import { idOf as branded, type MerchantId } from '../../domain/ids.ts'
import { insertMerchant } from '../../store/merchant.ts'
import { byBank, owedTo, paid } from '../support/bank-payments.ts'
import type { Answered, Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { expectState, idOf, usd } from '../support/top-ups.ts'
import { nextNoon } from '../support/withdrawals.ts'

let coffer: Coffer
let payee: MerchantId
let seller: MerchantId
let marketplace: MerchantId
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'customer-a', 1_000_000n)
  payee = coffer.seeded.seed.merchant_id as MerchantId
  ;[seller, marketplace] = [await newMerchant(), await newMerchant()]
})
beforeEach(() => nextNoon(coffer))
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

async function newMerchant(code = 'USD'): Promise<MerchantId> {
  const id = branded('mer', `mer_${randomBytes(16).toString('hex')}`)
  const place = { name: 'Stall', city: 'Berlin', country: 'DE', mcc: '5814' }
  await insertMerchant(coffer.db, { id, ...place, currency: currency(code) })
  return id
}

async function keyOf(merchantId: string): Promise<Client> {
  const made = await coffer.admin.post('/v1/api-keys', { role: 'merchant', merchant_id: merchantId })
  return coffer.as(String(made.body['secret']))
}

type Split = readonly [merchantId: string, amount: number, type?: 'commission']
const splitsOf = (splits: readonly Split[]) =>
  splits.map(([merchant_id, amount, type]) => ({ merchant_id, amount: usd(amount), ...(type && { type }) }))

const pay = (amount: number, splits: readonly Split[], more: object = {}, by: Client = coffer.service) => {
  const { wallet_id } = coffer.customer('customer-a')
  return by.post('/v1/payments', {
    wallet_id,
    merchant_id: payee,
    amount: usd(amount),
    splits: splitsOf(splits),
    ...more
  })
}
const three = (amount: number): Split[] => [
  [payee, amount * 0.7],
  [seller, amount * 0.25],
  [marketplace, amount * 0.05, 'commission']
]
const owed = () => Promise.all([payee, seller, marketplace].map((id) => owedTo(coffer, 'merchant_payable', id)))
/** What each has got by what was done. */
async function gained(doIt: () => Promise<unknown>): Promise<number[]> {
  const before = await owed()
  await doIt()
  return (await owed()).map((after, index) => after - before[index]!)
}
const codeOf = ({ status, body }: Answered) => [
  status,
  body['code'],
  (body['errors'] as { pointer: string }[])[0]?.pointer
]

describe('A payment that merchants share', () => {
  it('from balance pays each their share at once; the fee is the payee’s', async () => {
    const moved = await gained(async () => expectState(await pay(2_000, three(2_000)), 'succeeded'))
    expect(moved).toEqual([1_400 - 22, 500, 100])
  })

  it('from a bank account pays them once the bank has booked', async () => {
    const moved = await gained(async () => {
      const made = await pay(2_000, three(2_000), byBank(coffer, 'customer-a'))
      expectState(made, 'processing')
      expectState(await paid(coffer, idOf(made)), 'succeeded')
    })
    expect(moved).toEqual([1_400 - 22, 500, 100])
  })

  it('captured in parts pays each in proportion, and in the end exactly their share', async () => {
    // Thirds: no part can be shared evenly.
    const splits: Split[] = [
      [payee, 334],
      [seller, 333],
      [marketplace, 333, 'commission']
    ]
    const made = await pay(1_000, splits, { capture: 'manual' })
    const capture = (amount?: number) =>
      coffer.merchant.post(`/v1/payments/${idOf(made)}/capture`, amount ? { amount: usd(amount) } : {})
    const parts = [await gained(() => capture(100)), await gained(() => capture(401)), await gained(() => capture())]
    // The first part has the fixed part of the fee, 0.10.
    expect(parts[0]).toEqual([34 - 11, 33, 33])
    expect(parts.map(([, second, third]) => [second, third])).toEqual([
      [33, 33],
      [134, 133],
      [166, 167]
    ])
    const fee = 16
    expect([0, 1, 2].map((who) => parts.reduce((sum, part) => sum + part[who]!, 0))).toEqual([334 - fee, 333, 333])
    const read = await coffer.service.get(`/v1/payments/${idOf(made)}`)
    expect(read.body['splits']).toEqual(
      splitsOf(splits).map((split) => ({ type: 'share', ...split, captured: split.amount }))
    )
  })

  it('captured in part, and then given back, leaves each what they have got', async () => {
    const made = await pay(1_000, three(1_000), { capture: 'manual' })
    const moved = await gained(async () => {
      await coffer.merchant.post(`/v1/payments/${idOf(made)}/capture`, { amount: usd(500), final: true })
    })
    expect(moved).toEqual([350 - 13, 125, 25])
  })

  it('is not captured in a part whose fee the payee’s share of it does not cover', async () => {
    const made = await pay(
      1_000,
      [
        [payee, 20],
        [seller, 980]
      ],
      { capture: 'manual' }
    )
    const path = `/v1/payments/${idOf(made)}/capture`
    expect(codeOf(await coffer.merchant.post(path, { amount: usd(100) })).slice(0, 2)).toEqual([409, 'share_below_fee'])
    const moved = await gained(async () => expectState(await coffer.merchant.post(path, {}), 'succeeded'))
    expect(moved).toEqual([20 - 16, 980, 0])
  })

  it('may have ten shares and a commission', async () => {
    const sellers = await Promise.all(Array.from({ length: 10 }, () => newMerchant()))
    const tenth = (id: string): Split => [id, 100]
    const more = await pay(1_100, [...sellers.map(tenth), tenth(payee)])
    expect(more.status).toBe(400)
    const most = [...sellers.slice(1).map(tenth), tenth(payee), [marketplace, 100, 'commission'] as const]
    expectState(await pay(1_100, most), 'succeeded')
    expect(await owedTo(coffer, 'merchant_payable', sellers[9]!)).toBe(100)
  })

  it('is refused where the shares do not fit it, and nothing moves', async () => {
    const foreign = await newMerchant('EUR')
    const refusedAs = async (splits: Split[], more: object = {}) => codeOf(await pay(1_000, splits, more))
    const moved = await gained(async () => {
      expect(
        await refusedAs([
          [payee, 1_000, undefined],
          [seller, 1]
        ])
      ).toEqual([400, 'splits_invalid', '/splits'])
      expect(await refusedAs([[payee, 999]])).toEqual([400, 'splits_invalid', '/splits'])
      expect(
        await refusedAs([
          [payee, 500],
          [seller, 200],
          [seller, 300]
        ])
      ).toEqual([...[400, 'splits_invalid', '/splits/2/merchant_id']])
      expect(
        await refusedAs([
          [payee, 15],
          [seller, 985]
        ])
      ).toEqual([400, 'splits_invalid', '/splits'])
      expect(await refusedAs([[seller, 1_000]])).toEqual([400, 'splits_invalid', '/splits'])
      const unknown = `mer_${'0'.repeat(32)}`
      expect(
        await refusedAs([
          [payee, 500],
          [unknown, 500]
        ])
      ).toEqual([404, 'not_found', '/splits/1/merchant_id'])
      expect(
        await refusedAs([
          [payee, 500],
          [foreign, 500]
        ])
      ).toEqual([400, 'currency_mismatch', '/splits/1/merchant_id'])
      const euros = { merchant_id: seller, amount: { amount: '500', currency: 'EUR' } }
      const mixed = { splits: [...splitsOf([[payee, 500]]), euros] }
      expect(await refusedAs([], mixed)).toEqual([400, 'currency_mismatch', '/splits/1/amount'])
      expect(await refusedAs([])).toEqual([400, 'invalid_request', '/splits'])
    })
    expect(moved).toEqual([0, 0, 0])
  })

  it('is shared by backends only: a payer could pass a merchant’s money on to themselves', async () => {
    const customer = await coffer.asCustomer('customer-a')
    expect(codeOf(await pay(1_000, three(1_000), {}, customer)).slice(0, 2)).toEqual([403, 'forbidden'])
  })

  it.each(['pending', 'suspended', 'closed'] as const)(
    'is declined when one of them is %s, from whatever it is paid, and asks no bank',
    async (state) => {
      const stopped = await newMerchant()
      await coffer.db.updateTable('merchant').set({ state }).where('id', '=', stopped).execute()
      const splits: Split[] = [
        [payee, 500],
        [stopped, 500]
      ]
      for (const more of [{}, { capture: 'manual' }, byBank(coffer, 'customer-a')]) {
        expectState(await pay(1_000, splits, { ...more, dry_run: true }), 'declined', 'payee_unavailable')
        expectState(await pay(1_000, splits, more), 'declined', 'payee_unavailable')
      }
    }
  )

  it('is declined when one of them was suspended before the payer confirmed it', async () => {
    const sharer = await newMerchant()
    const made = await pay(60_000, [
      [payee, 30_000],
      [sharer, 30_000]
    ])
    expectState(made, 'requires_action')
    expect(
      (await coffer.as(coffer.seeded.keys.reviewer).post(`/v1/merchants/${sharer}/suspend`, { reason: 'complaints' }))
        .status
    ).toBe(200)
    const { pin } = coffer.customer('customer-a')
    const path = `/v1/payments/${idOf(made)}`
    await (await coffer.asCustomer('customer-a')).post(`${path}/confirm`, { pin })
    expectState(await coffer.service.get(path), 'declined', 'payee_unavailable')
  })
})

describe('Who shares a payment', () => {
  it('sees their own share and nothing else of it; backends see all, payers none', async () => {
    const id = idOf(await pay(2_000, three(2_000), { metadata: { order: '4711' } }))
    const readBy = async (who: Client) => (await who.get(`/v1/payments/${id}`)).body
    const [first, second, third] = splitsOf(three(2_000)).map((split) => ({
      type: 'share',
      ...split,
      captured: split.amount
    }))
    expect((await readBy(coffer.service))['splits']).toEqual([first, second, third])
    expect((await readBy(coffer.finance))['splits']).toEqual([first, second, third])
    expect(await readBy(coffer.merchant)).toMatchObject({ splits: [first], amount: usd(2_000), fee: usd(22) })
    expect(await readBy(await coffer.asCustomer('customer-a'))).not.toHaveProperty('splits')

    const other = await keyOf(seller)
    const shared = {
      id,
      object: 'payment',
      state: 'succeeded',
      merchant_id: payee,
      splits: [second],
      created_at: expect.any(String),
      updated_at: expect.any(String)
    }
    expect(await readBy(other)).toEqual(shared)
    expect(codeOf(await other.post(`/v1/payments/${id}/capture`, {})).slice(0, 2)).toEqual([404, 'not_found'])
    const stranger = await keyOf(await newMerchant())
    expect(await readBy(stranger)).toMatchObject({ code: 'not_found' })

    const listed = (await other.get('/v1/payments?limit=1')).body['data']
    expect(listed).toEqual([shared])
    expect((await stranger.get('/v1/payments')).body['data']).toEqual([])
    const events = JSON.stringify((await coffer.merchant.get(`/v1/events?object_id=${id}`)).body)
    expect(events).not.toContain(seller)
  })

  it('pages through what was made to them and what they share, newest first, each once', async () => {
    const mine = await newMerchant()
    const own = (amount: number) => ({ merchant_id: mine, splits: splitsOf([[mine, amount]]) })
    const made = [
      await pay(500, [], own(500)),
      await pay(600, [
        [payee, 300],
        [mine, 300]
      ]),
      await pay(700, [], own(700))
    ].map(idOf)
    const key = await keyOf(mine)
    const seen: string[] = []
    for (let cursor: unknown = '', more = true; more;) {
      const { body } = await key.get(`/v1/payments?limit=1${cursor ? `&cursor=${String(cursor)}` : ''}`)
      seen.push(...(body['data'] as { id: string }[]).map(({ id }) => id))
      ;[cursor, more] = [body['next_cursor'], body['has_more'] as boolean]
    }
    expect(seen).toEqual(made.reverse())
  })
})
