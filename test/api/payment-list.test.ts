import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { keyFor, newId, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { createTill, newMerchant, newPayer } from './parties.ts'

let api: ApiUnderTest
let service: string
let till: ReturnType<typeof createTill>
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
  till = createTill(api)
})
afterAll(() => api.stop())

const get = (path: string, authorization = service) => api.http.get(`/v1${path}`).set('Authorization', authorization)
const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)

/** Three payments of 1, 2 and 3 dollars, and one that the wallet cannot cover. */
async function fourPayments() {
  const [payer, merchantId] = [await newPayer(api), await newMerchant(api)]
  await till.fill(payer.walletId, 600n)
  const ids: string[] = []
  for (const amount of [100n, 200n, 300n, 400n]) ids.push(await till.pay({ ...payer, merchantId, amount }))
  return { payer, merchantId, ids: ids.reverse() }
}

describe('the list of payments', () => {
  it('of a wallet or a merchant is newest first, each as it is read alone but for the timeline', async () => {
    const { payer, merchantId, ids } = await fourPayments()
    const { status, body } = await get(`/payments?wallet_id=${payer.walletId}`)
    expect(status).toBe(200)
    expect(idsOf(body)).toEqual(ids)
    expect((await get(`/payments?merchant_id=${merchantId}`)).body).toEqual(body)
    const { timeline, ...alone } = (await get(`/payments/${ids[1]}`)).body
    expect(timeline).toHaveLength(2)
    expect(body.data[1]).toEqual(alone)
  })

  it('is narrowed by state', async () => {
    const { payer, ids } = await fourPayments()
    expect(idsOf((await get(`/payments?wallet_id=${payer.walletId}&state=declined`)).body)).toEqual([ids[0]])
    expect((await get(`/payments?wallet_id=${payer.walletId}&state=paid`)).status).toBe(400)
  })

  it('goes on from its cursor without a gap or a repeat', async () => {
    const { payer, ids } = await fourPayments()
    const first = await get(`/payments?wallet_id=${payer.walletId}&limit=3`)
    expect([idsOf(first.body), first.body.has_more]).toEqual([ids.slice(0, 3), true])
    const second = await get(`/payments?wallet_id=${payer.walletId}&limit=3&cursor=${first.body.next_cursor}`)
    expect(second.body).toMatchObject({ data: [{ id: ids[3] }], next_cursor: null, has_more: false })
  })

  it('shows customers and merchants their own without being asked for, and nobody else’s', async () => {
    const [{ payer, merchantId, ids }, others] = [await fourPayments(), await fourPayments()]
    const customer = (await sessionFor(api, payer.id)).authorization
    const merchant = await keyFor(api, { role: 'merchant', merchantId })
    expect(idsOf((await get('/payments', customer)).body)).toEqual(ids)
    expect(idsOf((await get('/payments', merchant)).body)).toEqual(ids)
    expect((await get(`/payments?wallet_id=${others.payer.walletId}`, customer)).status).toBe(404)
    expect((await get(`/payments?wallet_id=${newId('wal')}`, customer)).status).toBe(404)
    expect((await get(`/payments?merchant_id=${others.merchantId}`, customer)).body.data).toEqual([])
    expect((await get(`/payments?merchant_id=${others.merchantId}`, merchant)).status).toBe(404)
    expect((await get(`/payments?wallet_id=${others.payer.walletId}`, merchant)).body.data).toEqual([])
  })

  it('asks services to name a wallet or a merchant', async () => {
    const { status, body } = await get('/payments')
    expect([status, body.errors[0].pointer]).toEqual([400, '/query/wallet_id'])
  })
})
