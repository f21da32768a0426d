import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { inTransaction } from '../../db/in-transaction.ts'
import { insertReceipt } from '../../store/callback-receipts.ts'
import { claimKey, forgetOld, keepReply } from '../../store/idempotency.ts'
import { openStore, type StoreUnderTest } from './store-under-test.ts'

let store: StoreUnderTest
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.stop())

const request = (key: string, fingerprint = 'f') => ({
  principal: 'cus_1',
  route: 'POST /v1/things',
  key,
  fingerprint,
  requestId: 'req_1'
})
const reply = { status: 201, headers: { Location: '/v1/things/1' }, body: '{"id":"1"}', objectId: '1' }

const once = (key: string, fingerprint?: string) =>
  inTransaction(store.db, async (transaction) => {
    const first = await claimKey(transaction, store.vault, request(key, fingerprint))
    if (!first) await keepReply(transaction, store.vault, request(key, fingerprint), reply)
    return first
  })
const age = (key: string) =>
  sql`update stored_reply set created_at = created_at - interval '25 hours' where idempotency_key = ${key}`.execute(
    store.db
  )

describe('a key', () => {
  it('is claimed once, and then gives the reply that was kept', async () => {
    expect(await once('a')).toBeUndefined()
    expect(await once('a')).toEqual({
      status: 201,
      headers: { Location: '/v1/things/1' },
      body: '{"id":"1"}',
      requestId: 'req_1'
    })
    await expect(once('a', 'other')).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })

  it('of a transaction that rolled back is free again', async () => {
    const failing = inTransaction(store.db, async (transaction) => {
      await claimKey(transaction, store.vault, request('b'))
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    expect(await once('b', 'other')).toBeUndefined()
  })

  it('is free again after 24 hours, for one of those who come at once', async () => {
    await once('c')
    await age('c')
    const answers = await Promise.all(Array.from({ length: 8 }, () => once('c', 'other')))
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(1)
  })
})

describe('forgetting', () => {
  it('deletes what is over and keeps what is not', async () => {
    await once('old')
    await once('new')
    await age('old')
    await insertReceipt(store.db, 'bank-a', 'old')
    await insertReceipt(store.db, 'bank-a', 'new')
    await sql`update callback_receipt set received_at = received_at - interval '2 hours' where webhook_id = 'old'`.execute(
      store.db
    )
    const now = BigInt(Date.now())
    const counts = ['old', 'new'].map((key) => ({ key, points: 1, expire: key === 'old' ? now - 7_200_000n : now }))
    await store.db.insertInto('rate_limit').values(counts).execute()
    await forgetOld(store.db)
    const keys = await store.db
      .selectFrom('stored_reply')
      .select('idempotency_key')
      .where('idempotency_key', 'in', ['old', 'new'])
      .execute()
    expect(keys).toEqual([{ idempotency_key: 'new' }])
    expect(await store.db.selectFrom('callback_receipt').select('webhook_id').execute()).toEqual([
      { webhook_id: 'new' }
    ])
    expect(await store.db.selectFrom('rate_limit').select('key').execute()).toEqual([{ key: 'new' }])
  })
})
