import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Operation } from '../../chaos/journal.ts'
import { judgeAnswers } from '../../chaos/judge.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import type { Answered, Client } from '../support/client.ts'
import { fundFromCapital } from '../support/fund.ts'

let coffer: Coffer
/** A payment that was held and voided, and a capture after it, which was refused. */
let truth: Operation[]
beforeAll(async () => {
  coffer = await startCoffer()
  await fundFromCapital(coffer, 'customer-a', 10_000n)
  const order = {
    wallet_id: coffer.customer('customer-a').wallet_id,
    merchant_id: coffer.seeded.seed.merchant_id,
    amount: { amount: '1000', currency: 'USD' },
    capture: 'manual'
  }
  const held = await asked('service', '/v1/payments', order)
  const path = `/v1/payments/${String(held.answer!['id'])}`
  truth = [held, await asked('merchant', `${path}/void`), await asked('merchant', `${path}/capture`)]
})
afterAll(() => coffer?.stop())

describe('Those who judge what was told', () => {
  it('find nothing wrong with the truth', async () => {
    expect(truth.map(({ outcome }) => outcome)).toEqual(['acknowledged', 'acknowledged', 'refused'])
    expect(await breachesOf(truth)).toEqual([])
  })

  it('catch an operation that was acknowledged and never happened', async () => {
    const id = `pay_${'0'.repeat(32)}`
    const planted = { ...truth[0]!, key: randomUUID(), answer: { ...truth[0]!.answer, id } }
    expect(await breachesOf([...truth, planted], truth)).toEqual([
      expect.stringContaining(`was told ${id}, which is not there`)
    ])
  })

  it('catch a payment that is there though nobody was told of it', async () => {
    const [held, ...decisions] = truth
    const refused = { ...held!, outcome: 'refused' as const, status: 409 }
    expect(await breachesOf([refused, ...decisions], [])).toEqual([
      expect.stringContaining('nobody was told that it was made')
    ])
  })

  it('catch two keys with one effect between them', async () => {
    const twin = { ...truth[0]!, key: randomUUID() }
    expect(await breachesOf([...truth, twin], truth)).toEqual([expect.stringContaining('as another key was')])
  })

  it('catch a capture that was told and had no effect, and a void that was refused and had one', async () => {
    const [held, given, taken] = truth
    const captured = { ...taken!, outcome: 'acknowledged' as const, status: 200, answer: held!.answer }
    expect(await breachesOf([held!, given!, captured], [])).toEqual([
      expect.stringContaining('1 effects more than there are')
    ])
    const refused = { ...given!, outcome: 'refused' as const, status: 409 }
    expect(await breachesOf([held!, refused, taken!], [])).toEqual([
      expect.stringContaining('1 effects that nobody was told of')
    ])
  })

  it('catch another answer under the same key', async () => {
    const planted = { ...truth[0]!, answer: { ...truth[0]!.answer, state: 'succeeded' } }
    expect(await breachesOf(truth, [planted])).toEqual([expect.stringMatching(/was told .*"succeeded".*and now 201/)])
  })

  it('catch an operation that has no answer', async () => {
    const open = { ...truth[2]!, outcome: 'asked' as const }
    expect(await breachesOf([...truth, open], [])).toEqual([expect.stringContaining('has no answer')])
  })
})

async function breachesOf(operations: Operation[], recent: Operation[] = operations): Promise<unknown[]> {
  const { results } = await judgeAnswers({ db: coffer.db, operations, recent, repeat })
  return results.filter(({ verdict }) => verdict !== 'holds').map(({ detail }) => detail)
}

async function asked(by: string, path: string, body: object = {}): Promise<Operation> {
  const operation: Operation = { key: randomUUID(), story: 'a test', by, path, body, outcome: 'asked' }
  const { status, body: answer } = await repeat(operation)
  return { ...operation, outcome: status < 300 ? 'acknowledged' : 'refused', status, answer }
}

const repeat = ({ by, path, body, key }: Operation): Promise<Answered> =>
  (coffer as unknown as Record<string, Client>)[by]!.post(path, body, key)
