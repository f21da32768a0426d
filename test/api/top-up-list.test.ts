import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { keyFor, newId, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { createTill, newPayer } from './parties.ts'

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

async function threeTopUps() {
  const payer = await newPayer(api)
  const ids: string[] = []
  for (const amount of [100n, 200n, 300n]) ids.push(await till.topUp(payer, amount))
  return { payer, ids: ids.reverse() }
}

describe('the list of top-ups', () => {
  it('of a wallet is newest first, each as it is read alone but for the timeline', async () => {
    const { payer, ids } = await threeTopUps()
    const { status, body } = await get(`/top-ups?wallet_id=${payer.walletId}`)
    expect([status, idsOf(body)]).toEqual([200, ids])
    const { timeline, ...alone } = (await get(`/top-ups/${ids[0]}`)).body
    expect(timeline.length).toBeGreaterThan(0)
    expect(body.data[0]).toEqual(alone)
    expect(idsOf((await get(`/top-ups?wallet_id=${payer.walletId}&state=declined`)).body)).toEqual([])
  })

  it('goes on from its cursor without a gap or a repeat', async () => {
    const { payer, ids } = await threeTopUps()
    const first = await get(`/top-ups?wallet_id=${payer.walletId}&limit=2`)
    expect([idsOf(first.body), first.body.has_more]).toEqual([ids.slice(0, 2), true])
    const second = await get(`/top-ups?wallet_id=${payer.walletId}&limit=2&cursor=${first.body.next_cursor}`)
    expect(second.body).toMatchObject({ data: [{ id: ids[2] }], next_cursor: null, has_more: false })
  })

  it('shows customers their own without being asked for, and nobody else’s', async () => {
    const [{ payer, ids }, others] = [await threeTopUps(), await threeTopUps()]
    const { authorization } = await sessionFor(api, payer.id)
    expect(idsOf((await get('/top-ups', authorization)).body)).toEqual(ids)
    expect((await get(`/top-ups?wallet_id=${others.payer.walletId}`, authorization)).status).toBe(404)
    expect((await get(`/top-ups?wallet_id=${newId('wal')}`, authorization)).status).toBe(404)
    expect((await get('/top-ups')).body.errors[0].pointer).toBe('/query/wallet_id')
  })
})
