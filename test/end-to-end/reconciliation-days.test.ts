import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { reconciliationCrashPoints } from '../../activities/crash-points.ts'
import { dayAfter } from '../../domain/reconciliation.ts'
import { toppedUp } from '../support/bank-returns.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { insist } from '../support/insist.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { balanceOf, booked, closingOf, DAY_MS, endDay, itemsOf, plant, reconcile } from '../support/reconciliations.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { idOf, usd } from '../support/top-ups.ts'
import { withdraw, withdrawn } from '../support/withdrawals.ts'

const DAYS = 15

let coffer: Coffer
let first: string
/** What both banks had when each day was over, by their journals. */
const closings = new Map<string, Record<'a' | 'b', bigint>>()

beforeAll(async () => {
  coffer = await startCoffer({ bankBDelayMs: 100, policy: { reconciliation: { date_tolerance_days: 1 } } })
  await fundFromCapital(coffer, 'bench', 1_000_000n)
}, 120_000)
afterAll(() => coffer?.stop())

const reconciliations = async () => {
  const { body } = await coffer.finance.get('/v1/reconciliations?limit=100')
  return body['data'] as {
    id: string
    bank: 'a' | 'b'
    date: string
    state: string
    statements: { closing: { amount: string } }[]
  }[]
}
/** As the hourly Schedule does it, until each day of both banks is booked. */
const reconciledUpTo = (last: string) =>
  coffer.sweepUntil(async () => {
    const all = await reconciliations()
    const isDone = (bank: string) => {
      const own = all.filter((each) => each.bank === bank)
      return own[0]?.date === last && own.every(({ state }) => state === 'balanced' || state === 'open_items')
    }
    return isDone('a') && isDone('b')
  }, 'reconciliations')
const balanceAt = async (bank: 'a' | 'b') => BigInt((await coffer.sandbox.journal(bank)).balances['USD']!)
const csvRows = async (from: string, to: string) => {
  const response = await fetch(`${coffer.api.url}/v1/general-ledger.csv?from=${from}&to=${to}`, {
    headers: { authorization: `Bearer ${coffer.seeded.keys.finance}` }
  })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
  const [header, ...rows] = (await response.text()).trimEnd().split('\r\n')
  expect(header).toBe('account,kind,owner,currency,opening,debit,credit,closing')
  return new Map(rows.map((row) => [row.split(',')[0]!, row.split(',').slice(4)]))
}

describe('Two weeks and a day', () => {
  it('are reconciled by themselves, each bank’s days in their order, each to the cent', async () => {
    for (let day = 0; day < DAYS; day++) {
      if (day % 3 !== 2) {
        await toppedUp(coffer, 'bench', 1_100 + 100 * day)
        await toppedUp(coffer, 'customer-b', 200)
      }
      if (day % 4 === 1) {
        const out = await withdraw(coffer, 'bench', 700)
        expect((await withdrawn(coffer, idOf(out))).body['state']).toBe('succeeded')
      }
      const had = { a: await balanceAt('a'), b: await balanceAt('b') }
      const over = await endDay(coffer)
      first ??= over
      closings.set(over, had)
    }
    const last = dayAfter(first, DAYS - 1)
    await reconciledUpTo(last)
    for (const { bank, date, state, statements } of await reconciliations()) {
      expect([bank, date, state]).toEqual([bank, date, 'balanced'])
      expect([date, BigInt(statements[0]!.closing.amount)]).toEqual([date, closings.get(date)![bank]])
    }
    expect(await reconciliations()).toHaveLength(2 * DAYS)
    for (const bank of ['a', 'b'] as const) {
      expect(await balanceOf(coffer, 'bank_cash', bank)).toBe(closings.get(last)![bank])
      expect(await balanceOf(coffer, 'bank_in_transit', bank)).toBe(0n)
    }
    await expectEverythingSettled(coffer)
  }, 180_000)

  it('leave what is open for two days to finance as a task, with its age', async () => {
    await plant(coffer, { kind: 'unknown_credit', reference: 'GIFT-2', amount: usd(900), in_journal: true })
    await reconciledUpTo(await endDay(coffer))
    const { body } = await coffer.finance.get('/v1/reconciliations?state=open_items')
    const { id } = (body['data'] as { id: string }[])[0]!
    const tasks = async () =>
      (await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as { kind: string }[]
    expect(await tasks()).toEqual([])
    await coffer.advanceClock(2 * DAY_MS)
    await coffer.finance.until(`/v1/reconciliations/${id}`, ({ timeline }) =>
      JSON.stringify(timeline).includes('reconciliation.aged')
    )
    expect(await tasks()).toMatchObject([{ kind: 'open_items', state: 'open' }])
    expect(itemsOf(await coffer.finance.get(`/v1/reconciliations/${id}`))).toMatchObject([
      { class: 'missing_here', age_days: 3 }
    ])
    await expectEverythingSettled(coffer)
  })

  it('are a month that is closed once each day is reconciled, with what is open named; then nothing counts in it any more', async () => {
    const month = first.slice(0, 7)
    const [item] = await coffer.db.selectFrom('reconciliation_item').selectAll().where('state', '=', 'open').execute()
    const opened = item!.opened_on.slice(0, 7)
    // So far that the month of the first day and the one of the item are over.
    while ((await endDay(coffer)).slice(0, 7) <= opened) await coffer.advanceClock(5 * DAY_MS)
    const early = await coffer.finance.post(`/v1/periods/${opened}/close`)
    // Of the last day's month nothing is left that is not reconciled.
    const isWhole = dayAfter(item!.opened_on).slice(0, 7) !== opened
    if (!isWhole) expect([early.status, early.body['code']]).toEqual([409, 'period_incomplete'])
    await reconciledUpTo(await endDay(coffer))
    for (const each of new Set([month, opened])) {
      const closed = await coffer.finance.post(`/v1/periods/${each}/close`)
      expect([closed.status, closed.body['state']]).toEqual([isWhole && each === opened ? 200 : 201, 'closed'])
      const named = (closed.body['open_items'] as { item_id: string }[]).map(({ item_id }) => item_id)
      expect(named).toEqual(each === opened ? [item!.id] : [])
      expect((await coffer.finance.post(`/v1/periods/${each}/close`)).status).toBe(200)
    }
    const path = `/v1/reconciliations/${item!.reconciliation_id}/adjustments`
    const body = { item_id: item!.id, account: 'recovery_income', reason: 'nobody claims it' }
    const late = await coffer.finance.post(path, { ...body, effective_date: item!.opened_on })
    expect([late.status, late.body['code']]).toEqual([409, 'period_closed'])
    const done = await coffer.finance.post(path, body)
    expect([done.status, done.body['state']]).toEqual([200, 'balanced'])
    await expectEverythingSettled(coffer)
  }, 120_000)

  it('are exported as a general ledger whose debits equal credits, and whose cash is the banks’', async () => {
    const to = dayAfter(first, DAYS - 1)
    const rows = await csvRows(first, to)
    const [opening, debit, credit, closing] = rows.get('total:USD')!
    expect([opening, closing]).toEqual(['0.00', '0.00'])
    expect(debit).toBe(credit)
    const cents = (text: string) => BigInt(text.replace('.', ''))
    for (const bank of ['a', 'b'] as const)
      expect(cents(rows.get(`bank_cash:${bank}:USD`)![3]!)).toBe(closings.get(to)![bank])
    const [before, after] = [await csvRows(first, dayAfter(first, 4)), await csvRows(dayAfter(first, 5), to)]
    for (const [account, [opens]] of after)
      expect([account, opens]).toEqual([account, before.get(account)?.[3] ?? '0.00'])
    const wrong = await coffer.finance.get(`/v1/general-ledger.csv?from=${to}&to=${first}`)
    expect(wrong.status).toBe(to === first ? 200 : 400)
  })
})

describe('A worker killed (SIGKILL)', () => {
  // Alone, too, it finds nothing left of the days before it: the first one has the opening capital.
  beforeAll(async () => {
    await reconcile(coffer, 'a', await endDay(coffer))
  }, 120_000)

  it.each(pointsOfTheDay(reconciliationCrashPoints))(
    'at %s books each line once, and its adjustment once',
    async (point) => {
      await toppedUp(coffer, 'bench', 1_300)
      await plant(coffer, { kind: 'unknown_credit', amount: usd(400), in_journal: true })
      const had = await balanceOf(coffer, 'recovery_income', '')
      const day = await endDay(coffer)
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const isOfAdjusting = point.includes('adjust')
      const asked = await coffer.finance.post('/v1/reconciliations', { bank: 'a', date: day })
      if (!isOfAdjusting) await crashed
      const reconciled = await booked(coffer.finance, idOf(asked))
      expect(reconciled.body).toMatchObject({ open_items: 1, counts: { matched: 1, missing_here: 1 } })
      const [item] = itemsOf(reconciled)
      const body = { item_id: item!.id, account: 'recovery_income', reason: 'nobody claims it' }
      const path = `/v1/reconciliations/${idOf(reconciled)}/adjustments`
      const adjusted = await insist(() => coffer.finance.post(path, body, `adjust-${item!.id}`))
      await crashed
      expect([adjusted.status, adjusted.body['state']]).toEqual([200, 'balanced'])
      expect(await balanceOf(coffer, 'bank_cash', 'a')).toBe(closingOf(reconciled))
      expect((await balanceOf(coffer, 'recovery_income', '')) - had).toBe(400n)
      await expectEverythingSettled(coffer)
    },
    60_000
  )

  it('while it takes a day’s statement leaves the next day waiting until that one is booked', async () => {
    await toppedUp(coffer, 'bench', 1_700)
    const [earlier, later] = [await endDay(coffer), await endDay(coffer)]
    const ask = (date: string) => coffer.finance.post('/v1/reconciliations', { bank: 'a', date })
    await coffer.worker.stop()
    await coffer.worker.start({ CRASH_AT: 'reconciliation.import/put' })
    const crashed = coffer.worker.ended()
    await ask(earlier)
    await crashed
    // Its run begins at once, and that of the day before it only when Temporal has missed the worker.
    const asked = await ask(later)
    await coffer.worker.start()
    const { body } = await booked(coffer.finance, idOf(asked))
    expect(body).toMatchObject({ state: 'balanced', open_items: 0, counts: { missing_there: 0 } })
    const before = (await reconciliations()).find(({ bank, date }) => bank === 'a' && date === earlier)
    expect(before).toMatchObject({ state: 'balanced', counts: { matched: 1 } })
    await expectEverythingSettled(coffer)
  }, 60_000)
})
