import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { pay, returnOf, takeBack, toppedUp } from '../support/bank-returns.ts'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { bookedTimes, usd } from '../support/top-ups.ts'
import { walletOf } from '../support/withdrawals.ts'

const DAY_MS = 86_400_000

let coffer: Coffer
let owner: Client
let path = ''
beforeAll(async () => {
  coffer = await startCoffer()
  owner = await coffer.asCustomer('bench')
  path = `/v1/wallets/${coffer.customer('bench').wallet_id}/automatic-top-up`
})
afterEach(async () => {
  await owner.delete(path)
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const set = (below: number, add: number, more: object = {}, by = owner) => {
  const { bank_account_id, pin } = coffer.customer('bench')
  return by.put(path, { below: usd(below), add: usd(add), bank_account_id, pin, ...more })
}
const made = async () => {
  const { wallet_id } = coffer.customer('bench')
  const { body } = await coffer.service.get(`/v1/top-ups?wallet_id=${wallet_id}&limit=100`)
  return (body['data'] as { id: string; state: string; automatic?: true; decline_code?: string }[]).filter(
    ({ automatic }) => automatic
  )
}
const madeAndOver = (count: number) =>
  coffer.sweepUntil(async () => {
    const all = await made()
    return all.length >= count && all.every(({ state }) => state !== 'processing')
  })
/** Sweeps that find nothing: something else that they do has been done by then. */
async function sweepInVain(): Promise<void> {
  const id = await toppedUp(coffer, 'customer-a', 100)
  await takeBack(coffer, id, { reports: 0 })
  const found = () => coffer.db.selectFrom('bank_return').select('id').where('original_id', '=', id).executeTakeFirst()
  await coffer.sweepUntil(async () => (await found()) !== undefined)
  await returnOf(coffer, id)
}

describe('An automatic top-up', () => {
  it('is set by the customer with the PIN alone, and stands in the audit log', async () => {
    expect((await set(1_000, 5_000, { pin: '000000' })).body['code']).toBe('confirmation_failed')
    expect((await set(1_000, 5_000, { add: { amount: '5000', currency: 'EUR' } })).body['code']).toBe(
      'currency_mismatch'
    )
    const { bank_account_id } = coffer.customer('customer-a')
    expect((await set(1_000, 5_000, { bank_account_id })).status).toBe(404)
    expect((await set(1_000, 5_000, {}, await coffer.asCustomer('customer-a'))).status).toBe(404)
    expect((await owner.get(path)).status).toBe(404)
    await fundFromCapital(coffer, 'bench', 10_000n)
    const rule = await set(1_000, 5_000)
    expect([rule.status, rule.body['state'], rule.body['last_top_up_id']]).toEqual([200, 'active', null])
    expect((await owner.get(path)).body).toEqual(rule.body)
    expect((await owner.delete(path)).status).toBe(204)
    expect((await owner.get(path)).status).toBe(404)
    const { wallet_id } = coffer.customer('bench')
    const { body } = await coffer.admin.get(`/v1/audit-log?object=${wallet_id}`)
    expect((body['data'] as { action: string }[]).map(({ action }) => action).sort()).toEqual([
      'automatic_top_up.removed',
      'automatic_top_up.set'
    ])
  })

  it('comes when a payment has left too little, once in 24 hours, whatever is paid after it', async () => {
    await set(6_000, 5_000)
    await sweepInVain()
    expect(await made()).toEqual([])
    await pay(coffer, 'bench', 9_500)
    await madeAndOver(1)
    expect(await made()).toMatchObject([{ state: 'succeeded' }])
    expect(await walletOf(coffer, 'bench')).toMatchObject({ available: 5_500 })
    await sweepInVain()
    expect(await made()).toHaveLength(1)
    await coffer.advanceClock(DAY_MS)
    await madeAndOver(2)
    expect(await walletOf(coffer, 'bench')).toMatchObject({ available: 10_500 })
  })

  it('is made once when the worker is killed as it is accepted', async () => {
    await coffer.advanceClock(DAY_MS)
    const before = (await made()).length
    await coffer.worker.stop()
    await coffer.worker.start({ CRASH_AT: 'top-up.accept/after' })
    const crashed = coffer.worker.ended().then(() => coffer.worker.start())
    await set(20_000, 1_000)
    const { available } = await walletOf(coffer, 'bench')
    await coffer.sweepUntil(async () => (await made()).length > before)
    await crashed
    await madeAndOver(before + 1)
    await sweepInVain()
    expect(await made()).toHaveLength(before + 1)
    expect(await walletOf(coffer, 'bench')).toMatchObject({ available: available + 1_000 })
  })

  it('that is declined three times in a row is suspended until it is set again', async () => {
    const before = (await made()).length
    await set(50_000, 2_001)
    for (const count of [1, 2, 3]) {
      await coffer.advanceClock(DAY_MS)
      await madeAndOver(before + count)
    }
    expect((await made()).slice(0, 3)).toMatchObject(
      Array(3).fill({ state: 'declined', decline_code: 'insufficient_funds' })
    )
    expect((await owner.get(path)).body['state']).toBe('suspended')
    const { body } = await coffer.service.get('/v1/events?type=top_up.declined&limit=100')
    expect((body['data'] as { data: object }[]).at(-1)!.data).toMatchObject({ automatic: true })
    await coffer.advanceClock(DAY_MS)
    await sweepInVain()
    expect(await made()).toHaveLength(before + 3)
    expect((await set(50_000, 1_000)).body['state']).toBe('active')
    await madeAndOver(before + 4)
    expect((await made())[0]).toMatchObject({ state: 'succeeded' })
  })

  it('is declined while its owner owes for a return, whom a top-up of their own frees', async () => {
    const before = (await made()).length
    const id = await toppedUp(coffer, 'bench', 3_000)
    await pay(coffer, 'bench', (await walletOf(coffer, 'bench')).available)
    await takeBack(coffer, id)
    await returnOf(coffer, id)
    await coffer.advanceClock(DAY_MS)
    await set(1_000, 5_000)
    await madeAndOver(before + 1)
    expect((await made())[0]).toMatchObject({ state: 'declined', decline_code: 'wallet_frozen' })
    await toppedUp(coffer, 'bench', 3_000)
    expect((await returnOf(coffer, id)).body).toMatchObject({ state: 'recovered' })
  })

  it('asks no bank once its owner has said that a payment was not theirs, until an operator has thawed the wallet', async () => {
    const before = (await made()).length
    await toppedUp(coffer, 'bench', 3_000)
    await coffer.advanceClock(DAY_MS)
    await set(1_000, 5_000)
    const stolen = String((await pay(coffer, 'bench', (await walletOf(coffer, 'bench')).available)).body['id'])
    await owner.post(`/v1/payments/${stolen}/not-me`)
    await madeAndOver(before + 1)
    const [stopped] = await made()
    expect(stopped).toMatchObject({ state: 'declined', decline_code: 'wallet_frozen' })
    expect(await bookedTimes(coffer, 'a', stopped!.id)).toBe(0)
    const { email, password, wallet_id } = coffer.customer('bench')
    const reviewer = coffer.as(coffer.seeded.keys.reviewer)
    await reviewer.post(`/v1/wallets/${wallet_id}/thaw`, { reason: 'spoke with the owner' })
    // Their sessions have ended with it.
    const { body } = await coffer.as('').post('/v1/sessions', { login: email, password }, null)
    owner = coffer.as(String(body['access_token']))
    await coffer.advanceClock(DAY_MS)
    await madeAndOver(before + 2)
    expect((await made())[0]).toMatchObject({ state: 'succeeded' })
  })
})
