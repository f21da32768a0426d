import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { defaultPolicy } from '../../domain/policy/index.ts'
import { setBusinessClock } from '../../store/business-clock.ts'
import { insertCustomer } from '../../store/customers.ts'
import { setPin, verifyPin } from '../../store/pin.ts'
import { createVault } from '../../store/vault.ts'
import { newId, openStore, type StoreUnderTest } from './store-under-test.ts'

const policy = defaultPolicy.pin
const right = '271828'
const minutes = 60_000

let store: StoreUnderTest
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.stop())

async function newOwner() {
  const { id } = await insertCustomer(store.db, { id: newId('cus'), zone: 'UTC' })
  await setPin(store.db, store.vault, id, right)
  return { id, enter: (pin: string) => verifyPin(store.db, store.vault, policy, id, pin) }
}

describe('a PIN', () => {
  it('that is right is ok, and one that is wrong counts down', async () => {
    const { enter } = await newOwner()
    expect(await enter(right)).toEqual({ kind: 'ok' })
    expect(await enter('111111')).toEqual({ kind: 'wrong', attempts_left: 4 })
    expect(await enter('111111')).toEqual({ kind: 'wrong', attempts_left: 3 })
    expect(await enter(right)).toEqual({ kind: 'ok' })
    expect(await enter('111111')).toEqual({ kind: 'wrong', attempts_left: 4 })
  })

  it('wrong five times in a row locks for 30 minutes, the right one out too', async () => {
    const { enter } = await newOwner()
    for (const left of [4, 3, 2, 1, 0]) expect(await enter('111111')).toEqual({ kind: 'wrong', attempts_left: left })
    const locked = await enter(right)
    expect(locked).toEqual({ kind: 'locked', retry_after_ms: expect.any(Number) })
    const { retry_after_ms } = locked as { retry_after_ms: number }
    expect(retry_after_ms).toBeGreaterThan(29 * minutes)
    expect(retry_after_ms).toBeLessThanOrEqual(30 * minutes)
  })

  it('right at the fifth try takes the lock back', async () => {
    const { enter } = await newOwner()
    for (let n = 0; n < 4; n++) await enter('111111')
    expect(await enter(right)).toEqual({ kind: 'ok' })
    expect(await enter(right)).toEqual({ kind: 'ok' })
  })

  it('that is right is ok for 32 who enter it at once', async () => {
    const { enter } = await newOwner()
    const answers = await Promise.all(Array.from({ length: 32 }, () => enter(right)))
    expect(answers).toEqual(answers.map(() => ({ kind: 'ok' })))
  })

  it('guessed 64 times at once gets five answers, and the rest are told that it is locked', async () => {
    const { enter } = await newOwner()
    const answers = await Promise.all(Array.from({ length: 64 }, (_, n) => enter(String(100_000 + n))))
    const wrong = answers.flatMap((answer) => (answer.kind === 'wrong' ? [answer.attempts_left] : []))
    expect(wrong.sort()).toEqual([0, 1, 2, 3, 4])
    expect(answers.filter(({ kind }) => kind === 'locked')).toHaveLength(59)
  })

  it('not known yet is not_set, never ok', async () => {
    const { id } = await insertCustomer(store.db, { id: newId('cus'), zone: 'UTC' })
    expect(await verifyPin(store.db, store.vault, policy, id, right)).toEqual({ kind: 'not_set' })
    expect(await verifyPin(store.db, store.vault, policy, newId('cus'), right)).toEqual({ kind: 'not_set' })
  })

  it('chosen anew unlocks', async () => {
    const { id, enter } = await newOwner()
    for (let n = 0; n < 5; n++) await enter('111111')
    await setPin(store.db, store.vault, id, '314592')
    expect(await enter('314592')).toEqual({ kind: 'ok' })
  })

  it('cannot be checked without the master key: the hash alone is not enough to guess six digits', async () => {
    const { id } = await newOwner()
    const stranger = createVault(Buffer.alloc(32, 9))
    expect(await verifyPin(store.db, stranger, policy, id, right)).toMatchObject({ kind: 'wrong' })
  })
})

describe('the lock of a PIN', () => {
  it('ends in business time, and the next one is twice as long', async () => {
    const clocked = await openStore()
    try {
      const { id } = await insertCustomer(clocked.db, { id: newId('cus'), zone: 'UTC' })
      await setPin(clocked.db, clocked.vault, id, right)
      const enter = (pin: string) => verifyPin(clocked.db, clocked.vault, policy, id, pin)
      const lock = async () => {
        for (let n = 0; n < 5; n++) expect(await enter('111111')).toMatchObject({ kind: 'wrong' })
        return enter(right)
      }
      expect(await lock()).toMatchObject({ kind: 'locked' })
      await setBusinessClock(clocked.db, 29 * minutes)
      expect(await enter(right)).toMatchObject({ kind: 'locked' })
      await setBusinessClock(clocked.db, 31 * minutes)
      const second = (await lock()) as { retry_after_ms: number }
      expect(second.retry_after_ms).toBeGreaterThan(59 * minutes)
      await setBusinessClock(clocked.db, 92 * minutes)
      expect(await enter(right)).toEqual({ kind: 'ok' })
    } finally {
      await clocked.stop()
    }
  })

  it('never grows beyond a day', async () => {
    const { id, enter } = await newOwner()
    await sql`update pin set wrong_in_a_row = 499 where customer_id = ${id}`.execute(store.db)
    await enter('111111')
    const { retry_after_ms } = (await enter(right)) as { retry_after_ms: number }
    expect(retry_after_ms).toBeGreaterThan(1439 * minutes)
    expect(retry_after_ms).toBeLessThanOrEqual(1440 * minutes)
  })
})
