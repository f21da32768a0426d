import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Operation } from '../../chaos/journal.ts'
import { judgeAnswers } from '../../chaos/judge.ts'
import { judgeDay } from '../../chaos/quarter/judge-day.ts'
import type { Judged } from '../../chaos/quarter/judged.ts'
import { findLedgerBreach, judgeClosed } from '../../chaos/quarter/month.ts'
import { readApiCsv } from '../../chaos/quarter/read.ts'
import { dayAfter } from '../../domain/reconciliation.ts'
import { toppedUp } from '../support/bank-returns.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import type { Answered, Client } from '../support/client.ts'
import { fundFromCapital } from '../support/fund.ts'
import { endDay, plant, reconcile } from '../support/reconciliations.ts'
import { over, sell, settleNow, untilDue } from '../support/settlements.ts'
import { usd } from '../support/top-ups.ts'

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

describe('Those who judge a day of a quarter', () => {
  let system: Judged
  let date: string
  let topUp: string
  beforeAll(async () => {
    const { db, api, seeded, sandbox } = coffer
    const admin: Judged['sandbox']['admin'] = async (method, path, body) =>
      (await (await sandbox.admin(method, path, body)).json()) as Record<string, unknown>
    system = { db, apiUrls: [api.url], people: { keys: seeded.keys }, sandbox: { ...sandbox, admin } }
    await coffer.fund('bench', 20_000)
    await sell(coffer, 10_000)
    await untilDue(coffer)
    const asked = await settleNow(coffer)
    await over(coffer, String(asked.body['id']))
    topUp = await toppedUp(coffer, 'bench', 1_100)
    await plant(coffer, { kind: 'unknown_credit', reference: 'GIFT-1', amount: usd(900), in_journal: true })
    date = await endDay(coffer)
    for (const bank of ['a', 'b'] as const) await reconcile(coffer, bank, date)
  }, 120_000)

  const breaches = async (day = date) =>
    (await judgeDay(system, day)).filter(({ verdict }) => verdict !== 'holds').map(({ detail }) => detail)

  it('find nothing wrong with one that is closed to the cent, and has an item that was planted', async () => {
    expect((await judgeDay(system, date)).map(({ detail }) => detail)).toEqual([undefined, undefined, undefined])
  })

  it('catch an item that is open longer than it has to be', async () => {
    const [, items] = await judgeDay(system, dayAfter(date))
    expect(items!.detail).toMatch(/unknown_credit of .* GIFT-1, is still open at the end of/)
  })

  it('catch a statement that is off by a cent, and a discrepancy that nobody has found', async () => {
    const { id } = await plant(coffer, { kind: 'alter_amount', reference: topUp, amount: usd(1_101) })
    expect(await breaches()).toEqual([
      expect.stringMatching(/^bank a: the statement of .* closes with/),
      expect.stringMatching(/^alter_amount of .*, was not found$/)
    ])
    await coffer.sandbox.admin('DELETE', `/statement-faults/${id}`)
    expect(await breaches()).toEqual([])
  })

  it("catch a merchant's statement that is not what was posted", async () => {
    const more = (by: number) =>
      asOwner(
        `update settlement set amount = amount + ${by}, carried_out = carried_out - ${by} where number is not null`
      )
    await more(-1)
    expect(await breaches()).toEqual([expect.stringMatching(/^the statement of set_.* went out, our books/)])
    await more(1)
    expect(await breaches()).toEqual([])
  })

  it('catch an export that does not sum to the trial balance, and one that has changed since', async () => {
    const path = `/v1/general-ledger.csv?from=${date}&to=${date}`
    const rows = await readApiCsv(system, path)
    expect(await findLedgerBreach(system, date, rows)).toBeUndefined()
    const without = rows.filter(([account]) => account !== 'suspense:a:USD')
    expect(await findLedgerBreach(system, date, without)).toMatch(/^debits/)
    const month = { month: date.slice(0, 7), from: date, to: date, rows }
    expect(await judgeClosed(system, month)).toMatchObject({ verdict: 'holds' })
    expect(await judgeClosed(system, { ...month, rows: without })).toMatchObject({
      verdict: 'breached',
      detail: expect.stringContaining('has changed: suspense:a:USD')
    })
  })

  it('catch an item that nobody has planted', async () => {
    const faults = (await (await coffer.sandbox.admin('GET', '/statement-faults')).json()) as { data: { id: string }[] }
    for (const { id } of faults.data) await coffer.sandbox.admin('DELETE', `/statement-faults/${id}`)
    expect(await breaches()).toEqual([
      expect.stringMatching(/missing_here GIFT-1 900 \(open\): nobody has planted it$/)
    ])
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

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: coffer.database.ownerUrl })
  await client.connect()
  await client.query(statement)
  await client.end()
}
