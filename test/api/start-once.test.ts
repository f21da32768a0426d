import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createStart } from '../../api/start-once.ts'
import type { Processes, StartAnswer } from '../../api/temporal.ts'
import { Refusal } from '../../domain/errors.ts'
import type { Progress } from '../../domain/orders.ts'
import { openStore, type StoreUnderTest } from '../store/store-under-test.ts'
import { newId } from './api-under-test.ts'

type Said = StartAnswer<Progress<string>>

let store: StoreUnderTest
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.stop())

const call = { principal: 'mer_1', requestId: 'second', fingerprint: 'asked', updateId: 'update' }
const wanted = { order: {}, policy: {}, summary: '', searchAttributes: [] }
const refuse = () => Promise.reject(new Refusal('rail_suspended'))
const begun: Said = {
  kind: 'answered',
  fingerprint: 'asked',
  requestId: 'first',
  outcome: { id: 'ref_1', state: 'succeeded', version: 2 }
}

/** An API whose Temporal says this of what is asked to begin, and of what has begun. */
function starting(started: () => Promise<Said>, found: () => Promise<Said>) {
  const processes = { startOnce: started, findOnce: found } as unknown as Processes
  return createStart({ db: store.db, processes }, async (id, version) => ({ id, version }))
}
/** Asks for what is not allowed any more, of an API that finds this. */
const ask = (found: Said, changes: object = {}) =>
  starting(
    () => Promise.reject(new Error('started')),
    async () => found
  ).startAllowed({ ...call, ...changes }, { type: 'refund', id: newId('ref') }, refuse)

describe('An order that is not allowed now, without a record', () => {
  it('is refused where no run has begun under its key', async () => {
    await expect(ask({ kind: 'closed' })).rejects.toMatchObject({ code: 'rail_suspended' })
  })

  it('has the answer of the run that has, if it is the same order', async () => {
    const { status, body, headers } = await ask(begun)
    expect([status, (body as { version: number }).version, headers['Idempotent-Replayed']]).toEqual([201, 2, 'true'])
    await expect(ask(begun, { fingerprint: 'other' })).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })

  it('is not decided while that run has written nothing, and not refused while nobody knows', async () => {
    expect((await ask({ kind: 'pending' })).status).toBe(202)
    const unknown = ask({ kind: 'overloaded', reason: 'unreachable' })
    await expect(unknown).rejects.toMatchObject({ code: 'service_unavailable' })
  })

  it('waits for the same request that is on its way to the engine, and has its answer', async () => {
    const steps: string[] = []
    let answerFirst: (said: Said) => void = () => undefined
    const answered = new Promise<Said>((resolve) => (answerFirst = resolve))
    let onAsked: () => void = () => undefined
    const asked = new Promise<void>((resolve) => (onAsked = resolve))
    const { startAllowed } = starting(
      () => (onAsked(), answered),
      async () => (steps.push('looked'), begun)
    )
    const named = { type: 'refund', id: newId('ref') }
    const first = startAllowed({ ...call, requestId: 'first' }, named, async () => wanted)
    await asked
    const second = startAllowed(call, named, refuse)
    // Whatever the second one does without waiting it has done by the end of another request's whole way.
    await expect(
      startAllowed(call, { ...named, id: newId('ref') }, async () => Promise.reject(new Error('other')))
    ).rejects.toThrow('other')
    steps.push('begun')
    answerFirst(begun)
    expect([(await first).status, (await second).status]).toEqual([201, 201])
    expect(steps).toEqual(['begun', 'looked'])
  })
})
