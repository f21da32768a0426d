import { MockActivityEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { findChargebacks } from '../../activities/find-chargebacks.ts'
import type { AcquirerProvider } from '../../providers/acquirer.ts'
import { readReturnCursor } from '../../store/bank-return-news.ts'
import { newId, openStore, type StoreUnderTest } from '../store/store-under-test.ts'

let store: StoreUnderTest
beforeAll(async () => void (store = await openStore()))
afterAll(() => store?.stop())

const nobody = () => Promise.reject(new Error('nobody is to be told'))
const runs = { isRunning: nobody, listRunning: nobody, restart: nobody, nudge: nobody }
const find = (listChargebacks: AcquirerProvider['listChargebacks']): Promise<string[]> =>
  new MockActivityEnvironment().run(() => findChargebacks({ db: store.db, runs, acquirer: { listChargebacks } }))

it('A chargeback of what is not ours is read over, and nothing is begun', async () => {
  const foreign = { seq: 7, id: `cbk_${'0'.repeat(32)}`, reference: newId('pay') }
  expect(await find(async () => [foreign])).toEqual([])
  expect(await readReturnCursor(store.db, 'acquirer')).toBe(7)
})

it('An acquirer that lists nothing, or does not answer, changes nothing', async () => {
  const before = await readReturnCursor(store.db, 'acquirer')
  expect(await find(async () => [])).toEqual([])
  expect(await find(() => Promise.reject(new Error('away')))).toEqual([])
  expect(await readReturnCursor(store.db, 'acquirer')).toBe(before)
})
