import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { account } from '../../domain/account-kinds.ts'
import type { WalletId } from '../../domain/ids.ts'
import { listAudit } from '../../store/audit.ts'
import { keyFor, newCustomer, newId, newKey, sessionFor, startApi, type ApiUnderTest } from './api-under-test.ts'
import { createTill, newPayer, USD } from './parties.ts'

let api: ApiUnderTest
let service: string
let till: ReturnType<typeof createTill>
beforeAll(async () => {
  api = await startApi()
  service = await keyFor(api, 'service')
  till = createTill(api)
})
afterAll(() => api.stop())

const open = (body: object, key = newKey()) =>
  api.http.post('/v1/wallets').set({ Authorization: service, 'Idempotency-Key': key }).send(body)
const get = (path: string, authorization = service) => api.http.get(`/v1${path}`).set('Authorization', authorization)
const usd = (amount: string) => ({ amount, currency: 'USD' })

describe('a wallet', () => {
  it('opened by a service is active and empty, can be read, and stands in the audit log', async () => {
    const { id: customer_id } = await newCustomer(api)
    const { status, body } = await open({ customer_id, currency: 'JPY' })
    const nothing = { amount: '0', currency: 'JPY' }
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^wal_[0-9a-f]{32}$/),
      object: 'wallet',
      customer_id,
      currency: 'JPY',
      state: 'active',
      posted: nothing,
      pending: nothing,
      available: nothing,
      created_at: expect.any(String)
    })
    expect((await get(`/wallets/${body.id}`)).body).toEqual(body)
    expect(await listAudit(api.deps.db, { limit: 1, object: body.id })).toMatchObject([
      { action: 'wallet.opened', actor: 'service:tests' }
    ])
  })

  it('of a currency that the customer has one of already is refused; of another it is opened', async () => {
    const { id: customer_id } = await newCustomer(api)
    expect((await open({ customer_id, currency: 'USD' })).status).toBe(201)
    const second = await open({ customer_id, currency: 'USD' })
    expect([second.status, second.body.code]).toEqual([409, 'state_conflict'])
    expect((await open({ customer_id, currency: 'EUR' })).status).toBe(201)
  })

  it('asked for by 8 requests at once is opened once', async () => {
    const { id: customer_id } = await newCustomer(api)
    const answers = await Promise.all(Array.from({ length: 8 }, () => open({ customer_id, currency: 'USD' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)])
    expect((await get(`/wallets?customer_id=${customer_id}`)).body.data).toHaveLength(1)
  })

  it('asked for again under the same key is the same wallet', async () => {
    const [{ id: customer_id }, key] = [await newCustomer(api), newKey()]
    const first = await open({ customer_id, currency: 'USD' }, key)
    const again = await open({ customer_id, currency: 'USD' }, key)
    expect([again.status, again.text]).toEqual([201, first.text])
  })

  it('of a currency without a reference rate, or for nobody, is not opened', async () => {
    const { id: customer_id } = await newCustomer(api)
    const swiss = await open({ customer_id, currency: 'CHF' })
    expect([swiss.status, swiss.body.errors[0].pointer]).toEqual([400, '/currency'])
    expect((await open({ customer_id: newId('cus'), currency: 'USD' })).status).toBe(404)
  })

  it('shows what was posted, what is held against it, and what is left', async () => {
    const { walletId } = await newPayer(api)
    await till.fill(walletId, 1_000n)
    const [debit, credit] = [account('wallet', walletId, USD), account('merchant_payable', newId('mer'), USD)]
    const hold = `${walletId}/hold`
    await till.post({ key: hold, postings: [{ op: 'hold', hold, debit, credit, amount: 300n, code: 'test.hold' }] })
    const { body } = await get(`/wallets/${walletId}`)
    expect(body).toMatchObject({ posted: usd('1000'), pending: usd('300'), available: usd('700') })
  })

  it('of someone else is answered like one that nobody has', async () => {
    const [{ walletId }, stranger] = [await newPayer(api), await newPayer(api)]
    const { authorization } = await sessionFor(api, stranger.id)
    for (const path of [`/wallets/${walletId}`, `/wallets/${newId('wal')}`, `/wallets/${walletId}/entries`]) {
      expect((await get(path, authorization)).status).toBe(404)
    }
  })
})

describe('the list of wallets', () => {
  it('shows customers their own, and services those of the customer that they name', async () => {
    const { id, walletId } = await newPayer(api)
    const { authorization } = await sessionFor(api, id)
    const own = await get('/wallets', authorization)
    expect(own.body).toMatchObject({ data: [{ id: walletId, customer_id: id }], next_cursor: null, has_more: false })
    expect((await get(`/wallets?customer_id=${id}`)).text).toBe(own.text)
    expect((await get('/wallets')).body.errors[0].pointer).toBe('/query/customer_id')
    expect((await get(`/wallets?customer_id=${newId('cus')}`, authorization)).status).toBe(404)
  })

  it('goes on from its cursor, and takes no cursor that it has not given', async () => {
    const { id, walletId } = await newPayer(api)
    const euros = (await open({ customer_id: id, currency: 'EUR' })).body.id
    const first = await get(`/wallets?customer_id=${id}&limit=1`)
    expect(first.body).toMatchObject({ data: [{ id: walletId }], has_more: true })
    const second = await get(`/wallets?customer_id=${id}&limit=1&cursor=${first.body.next_cursor}`)
    expect(second.body).toMatchObject({ data: [{ id: euros }], next_cursor: null, has_more: false })
    const { id: other } = await newPayer(api)
    expect((await get(`/wallets?customer_id=${other}&cursor=${first.body.next_cursor}`)).status).toBe(400)
  })
})

describe('the entries of a wallet', () => {
  const spend = (walletId: WalletId, amount: bigint, key: string) => {
    const [debit, credit] = [account('wallet', walletId, USD), account('merchant_payable', newId('mer'), USD)]
    return till.post({ key, postings: [{ op: 'post', debit, credit, amount, code: 'test.spend' }] })
  }

  it('say what came and went, what was left, and what booked it, newest first', async () => {
    const { id, walletId } = await newPayer(api)
    const [topUp, payment] = [newId('top'), newId('pay')]
    await till.fill(walletId, 1_000n, `${topUp}:accept`)
    await spend(walletId, 250n, `${payment}:authorize`)
    const { authorization } = await sessionFor(api, id)
    const { body } = await get(`/wallets/${walletId}/entries`, authorization)
    const common = { id: expect.any(String), posting_id: expect.any(String) }
    const times = { effective_at: expect.stringMatching(/Z$/), posted_at: expect.stringMatching(/Z$/) }
    expect(body).toEqual({
      data: [
        {
          ...common,
          ...times,
          version: 2,
          delta: usd('-250'),
          balance_after: usd('750'),
          source: { process: payment, code: 'test.spend' }
        },
        {
          ...common,
          ...times,
          version: 1,
          delta: usd('1000'),
          balance_after: usd('1000'),
          source: { process: topUp, code: 'top_up.accept' }
        }
      ],
      next_cursor: null,
      has_more: false
    })
  })

  it('come page by page without a gap or a repeat, also while more are booked', async () => {
    const { walletId } = await newPayer(api)
    for (let n = 1n; n <= 5n; n += 1n) await till.fill(walletId, n)
    const versions: number[] = []
    let cursor = ''
    do {
      const { body } = await get(`/wallets/${walletId}/entries?limit=2${cursor && `&cursor=${cursor}`}`)
      versions.push(...body.data.map(({ version }: { version: number }) => version))
      cursor = body.next_cursor ?? ''
      await till.fill(walletId, 100n)
    } while (cursor !== '')
    expect(versions).toEqual([5, 4, 3, 2, 1])
  })

  it('are those posted from one instant until before another', async () => {
    const { walletId } = await newPayer(api)
    await till.fill(walletId, 1n)
    const at = async () => (await get(`/wallets/${walletId}/entries?limit=1`)).body.data[0].posted_at as string
    const first = await at()
    // Postings of one millisecond are told apart by the database only: book until the clock has moved on.
    let last = first
    while (last === first) {
      await till.fill(walletId, 1n)
      last = await at()
    }
    const between = await get(`/wallets/${walletId}/entries?from=${first}&to=${last}&limit=100`)
    const instants = between.body.data.map(({ posted_at }: { posted_at: string }) => posted_at)
    expect(instants.length).toBeGreaterThan(0)
    expect(new Set(instants)).toEqual(new Set([first]))
    expect((await get(`/wallets/${walletId}/entries?from=yesterday`)).status).toBe(400)
  })
})
