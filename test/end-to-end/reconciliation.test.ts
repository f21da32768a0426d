import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { availableOf, returnOf, takeBack, toppedUp, topUpOf } from '../support/bank-returns.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import {
  balanceOf,
  booked,
  bring,
  clearedItem,
  closingOf,
  DAY_MS,
  endDay,
  fileOf,
  itemsOf,
  plant,
  reconcile
} from '../support/reconciliations.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { idOf, usd } from '../support/top-ups.ts'
import { withdraw, withdrawn } from '../support/withdrawals.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ bankBDelayMs: 100, policy: { reconciliation: { date_tolerance_days: 0 } } })
  await fundFromCapital(coffer, 'bench', 100_000n)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

const cash = () => balanceOf(coffer, 'bank_cash', 'a')
const suspense = () => balanceOf(coffer, 'suspense', 'a')
const adjust = (id: string, body: object) => coffer.finance.post(`/v1/reconciliations/${id}/adjustments`, body)
const read = (id: string) => coffer.finance.get(`/v1/reconciliations/${id}`)
const historyOf = async (id: string) =>
  ((await read(id)).body['timeline'] as { type: string }[]).map(({ type }) => type)

describe('A day of a bank', () => {
  it('whose statement says what our books expect is balanced, and the bank’s cash is its closing balance', async () => {
    const returned = await toppedUp(coffer, 'bench', 12_300)
    await toppedUp(coffer, 'customer-a', 10_000)
    const pushed = await withdraw(coffer, 'bench', 20_000)
    expect((await withdrawn(coffer, idOf(pushed))).body['state']).toBe('succeeded')
    await takeBack(coffer, returned, { charge: '250' })
    await returnOf(coffer, returned)
    const day = await endDay(coffer)
    const reconciled = await reconcile(coffer, 'a', day)
    expect(reconciled.body).toMatchObject({
      state: 'balanced',
      bank: 'a',
      date: day,
      source: 'provider',
      open_items: 0,
      counts: { matched: 6, missing_here: 0, missing_there: 0, amount_differs: 0, duplicate: 0 }
    })
    expect(itemsOf(reconciled)).toEqual([])
    expect(closingOf(reconciled)).toBe(100_000_000n + 10_000n - 20_000n - 250n)
    expect(await cash()).toBe(closingOf(reconciled))
    expect(await balanceOf(coffer, 'bank_in_transit', 'a')).toBe(0n)
    expect(await historyOf(idOf(reconciled))).toEqual([
      'reconciliation.importing',
      'reconciliation.matching',
      'reconciliation.booked',
      'reconciliation.balanced'
    ])
    const again = await coffer.finance.post('/v1/reconciliations', { bank: 'a', date: day })
    expect([again.status, again.body['id']]).toEqual([200, reconciled.body['id']])
    expect((await reconcile(coffer, 'b', day)).body).toMatchObject({ state: 'balanced', counts: { matched: 1 } })
  })

  it('that is not over is not reconciled, and one that does not exist is no day', async () => {
    const { rows } = await coffer.pool.query<{ today: string }>(`select business_now()::date::text as today`)
    const asked = await coffer.finance.post('/v1/reconciliations', { bank: 'a', date: rows[0]!.today })
    expect([asked.status, asked.body['code']]).toEqual([400, 'invalid_request'])
    expect((await coffer.finance.post('/v1/reconciliations', { bank: 'a', date: '2026-02-30' })).status).toBe(400)
  })
})

describe('What a statement says otherwise', () => {
  it('is named, each by its class, and booked as the bank says it, with the rest on suspense', async () => {
    const [dropped, twice, altered] = [
      await toppedUp(coffer, 'customer-a', 1_000),
      await toppedUp(coffer, 'customer-a', 2_000),
      await toppedUp(coffer, 'customer-a', 4_000)
    ]
    await plant(coffer, { kind: 'drop', reference: dropped })
    await plant(coffer, { kind: 'duplicate', reference: twice })
    await plant(coffer, { kind: 'alter_amount', reference: altered, amount: usd(3_900) })
    await plant(coffer, { kind: 'unknown_credit', reference: 'GIFT-1', amount: usd(800), in_journal: true })
    await plant(coffer, { kind: 'unknown_debit', amount: usd(50) })
    await plant(coffer, { kind: 'fee', amount: usd(7), in_journal: true })
    const before = { suspense: await suspense(), fees: await balanceOf(coffer, 'bank_fee_expense', '') }
    const reconciled = await reconcile(coffer, 'a', await endDay(coffer))
    expect(reconciled.body).toMatchObject({
      state: 'open_items',
      open_items: 5,
      counts: { matched: 2, missing_here: 2, missing_there: 1, amount_differs: 1, duplicate: 1 }
    })
    const named = itemsOf(reconciled).map(({ class: of, amount, reference }) => ({
      of,
      amount: Number(amount.amount),
      reference
    }))
    expect(named).toEqual(
      expect.arrayContaining([
        { of: 'missing_there', amount: 1_000, reference: dropped },
        { of: 'duplicate', amount: 2_000, reference: twice },
        { of: 'amount_differs', amount: -100, reference: altered },
        { of: 'missing_here', amount: 800, reference: 'GIFT-1' },
        { of: 'missing_here', amount: -50, reference: expect.stringMatching(/^TRFF/) }
      ])
    )
    expect(await cash()).toBe(closingOf(reconciled))
    expect(await balanceOf(coffer, 'bank_in_transit', 'a')).toBe(1_000n)
    expect((await suspense()) - before.suspense).toBe(2_000n - 100n + 800n - 50n)
    expect((await balanceOf(coffer, 'bank_fee_expense', '')) - before.fees).toBe(7n)

    const path = `/v1/reconciliations/${idOf(reconciled)}`
    const one = await coffer.finance.get(`${path}?class=missing_here&limit=1`)
    expect(itemsOf(one)).toHaveLength(1)
    const { next_cursor } = one.body['items'] as { next_cursor: string }
    const other = await coffer.finance.get(`${path}?class=missing_here&limit=1&cursor=${next_cursor}`)
    expect([...itemsOf(one), ...itemsOf(other)].map((item) => item.class)).toEqual(['missing_here', 'missing_here'])
    const listed = await coffer.finance.get('/v1/reconciliations?bank=a&state=open_items')
    expect((listed.body['data'] as { id: string }[]).map(({ id }) => id)).toEqual([idOf(reconciled)])
  })

  it('is put where it belongs by finance, above 1,000 USD by two of them, and then the day is balanced', async () => {
    const [open] = (await coffer.finance.get('/v1/reconciliations?state=open_items')).body['data'] as { id: string }[]
    const { id } = open!
    const items = itemsOf(await read(id))
    const gift = items.find(({ reference }) => reference === 'GIFT-1')!
    const wallet_id = coffer.customer('customer-a').wallet_id
    const had = await availableOf(coffer, 'customer-a')
    const reason = 'asked the sender'
    const wrong = await adjust(id, { item_id: gift.id, account: 'wallet', reason })
    expect([wrong.status, wrong.body['code']]).toEqual([400, 'invalid_request'])
    const given = await adjust(id, { item_id: gift.id, account: 'wallet', wallet_id, reason })
    expect([given.status, given.body['open_items']]).toEqual([200, 4])
    expect((await availableOf(coffer, 'customer-a')) - had).toBe(800)
    expect((await adjust(id, { item_id: gift.id, account: 'capital', reason })).body['code']).toBe('state_conflict')
    const debit = items.find(({ amount }) => amount.amount === '-50')!
    const taken = await adjust(id, { item_id: debit.id, account: 'wallet', wallet_id, reason })
    expect([taken.status, taken.body['code']]).toEqual([409, 'state_conflict'])
    const others = items.filter((item) => item.id !== gift.id)
    for (const item of others) {
      const done = await adjust(id, { item_id: item.id, account: 'bank_fee_expense', reason: 'the bank says so' })
      expect(done.status).toBe(200)
    }
    expect((await read(id)).body).toMatchObject({ state: 'balanced', open_items: 0 })
    expect(itemsOf(await read(id))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: gift.id, state: 'cleared', reason, cleared_by: expect.stringMatching(/^opr_/) })
      ])
    )
    expect([await suspense(), await balanceOf(coffer, 'bank_in_transit', 'a')]).toEqual([0n, 0n])

    await plant(coffer, { kind: 'unknown_debit', amount: usd(100_001), in_journal: true })
    const large = await reconcile(coffer, 'a', await endDay(coffer))
    const [item] = itemsOf(large)
    const asked = await adjust(idOf(large), { item_id: item!.id, account: 'credit_loss_expense', reason: 'stolen' })
    expect([asked.status, asked.body['object']]).toEqual([202, 'review'])
    const review = `/v1/reviews/${idOf(asked)}/approve`
    expect((await coffer.finance.post(review)).body['code']).toBe('four_eyes_required')
    expect((await coffer.finance2.post(review)).body['state']).toBe('approved')
    expect((await read(idOf(large))).body).toMatchObject({ state: 'balanced' })
    expect(await balanceOf(coffer, 'credit_loss_expense', '')).toBe(100_001n)
    expect(await suspense()).toBe(0n)
  })

  it('of what we did not know to be booked makes us ask the bank, and is explained once we know', async () => {
    await coffer.sandbox.addRule({ match: { operation: 'pull', amount: '1700' }, outcome: 'error', booked: true })
    await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    const top = await topUpOf(coffer, 'customer-a', 1_700)
    await coffer.service.until(`/v1/top-ups/${top}`, ({ timeline }) => JSON.stringify(timeline).includes('top_up.sent'))
    const reconciled = await reconcile(coffer, 'a', await endDay(coffer))
    const [item] = itemsOf(reconciled)
    expect(item).toMatchObject({ class: 'missing_here', reference: top, said: usd(1_700), expected: null })
    await expectEverythingSettled(coffer)
    await coffer.sandbox.clearRules()
    await coffer.advanceClock(1_000)
    await coffer.service.until(`/v1/top-ups/${top}`, ({ state }) => state === 'succeeded')
    await coffer.advanceClock(1_000)
    expect(await clearedItem(coffer, idOf(reconciled), item!.id)).toMatchObject({
      cleared_by: 'found_here',
      account: null
    })
    expect((await read(idOf(reconciled))).body).toMatchObject({ state: 'balanced' })
    expect([await suspense(), await balanceOf(coffer, 'bank_in_transit', 'a')]).toEqual([0n, 0n])
  })

  it('and a later statement shows after all is matched there, and the day that named it is balanced', async () => {
    const late = await toppedUp(coffer, 'customer-a', 1_100)
    await plant(coffer, { kind: 'drop', reference: late, days_later: 1 })
    const first = await reconcile(coffer, 'a', await endDay(coffer))
    const [item] = itemsOf(first)
    expect(item).toMatchObject({ class: 'missing_there', reference: late, said: null, state: 'open' })
    const second = await reconcile(coffer, 'a', await endDay(coffer))
    expect(second.body).toMatchObject({ state: 'balanced', counts: { matched: 1 } })
    expect(await clearedItem(coffer, idOf(first), item!.id)).toMatchObject({ cleared_by: 'found_there' })
    expect((await read(idOf(first))).body).toMatchObject({ state: 'balanced', open_items: 0 })
  })
})

describe('A statement that somebody brings', () => {
  it('is taken once, as XML or as CSV; the same again changes nothing, and another one for that day is refused', async () => {
    await toppedUp(coffer, 'customer-a', 1_300)
    const day = await endDay(coffer)
    const [xml, csv] = [await fileOf(coffer, 'a', `${day}.xml`), await fileOf(coffer, 'a', `${day}.csv`)]
    const brought = await bring(coffer, csv, 'text/csv')
    expect([brought.status, brought.body['source']]).toEqual([201, 'import'])
    const id = idOf(brought)
    expect((await booked(coffer.finance, id)).body).toMatchObject({ state: 'balanced', counts: { matched: 1 } })
    const had = await cash()
    expect((await bring(coffer, xml)).status).toBe(200)
    const altered = await bring(
      coffer,
      csv
        .replaceAll('13.00', '14.00')
        .replace(
          /(closing_balance.*,)([0-9]+)(\.[0-9]+)/,
          (_, head, whole, cents) => `${head}${BigInt(whole) + 1n}${cents}`
        ),
      'text/csv'
    )
    expect([altered.status, altered.body['code']]).toEqual([409, 'statement_conflict'])
    expect(await cash()).toBe(had)
    const kept = await coffer.pool.query<{ sealed: Buffer }>('select sealed from bank_statement_file')
    expect(kept.rows.length).toBeGreaterThan(0)
    // Words of both formats, too long for sealed bytes to make them by chance.
    for (const { sealed } of kept.rows)
      for (const word of ['closing_balance', 'BkToCstmrStmt']) expect(sealed.includes(word)).toBe(false)
  })

  it('and cannot be believed is refused with the reason, and makes nothing', async () => {
    const day = await endDay(coffer)
    const xml = await fileOf(coffer, 'a', `${day}.xml`)
    const reasonOf = async (content: string, type?: string) => {
      const { status, body } = await bring(coffer, content, type)
      return [status, body['code']]
    }
    expect(await reasonOf(xml.replace('<Document', '<!DOCTYPE x><Document'))).toEqual([400, 'statement_invalid'])
    expect(await reasonOf(xml.replaceAll('GB12COFA', 'GB13COFA'))).toEqual([400, 'statement_invalid'])
    expect(await reasonOf('{}', 'application/json')).toEqual([415, 'unsupported_media_type'])
    const shifted = xml.replaceAll(
      /(<Amt Ccy="USD">)([0-9]+)(\.)/g,
      (_, head, whole) => `${head}${BigInt(whole) + 1n}.`
    )
    expect(await reasonOf(shifted)).toEqual([409, 'statement_out_of_order'])
    const { body } = await coffer.finance.get('/v1/reconciliations?bank=a&limit=1')
    expect((body['data'] as { date: string }[])[0]!.date).not.toBe(day)
    expect((await reconcile(coffer, 'a', day)).body).toMatchObject({ state: 'balanced' })
  })
})

describe('A bank whose statement does not begin where the last one ended', () => {
  it('is not believed: finance has a task, and the day goes on once the statement is right', async () => {
    const earlier = await toppedUp(coffer, 'customer-a', 1_500)
    await reconcile(coffer, 'a', await endDay(coffer))
    const fault = await plant(coffer, { kind: 'drop', reference: earlier })
    const day = await endDay(coffer)
    const asked = await coffer.finance.post('/v1/reconciliations', { bank: 'a', date: day })
    const id = idOf(asked)
    const refused = await coffer.finance.until(`/v1/reconciliations/${id}`, ({ refusal }) => refusal !== undefined)
    expect(refused.body).toMatchObject({
      state: 'importing',
      refusal: { code: 'statement_out_of_order', data: { reason: 'opening_differs' } }
    })
    const taskOf = async () => ((await coffer.finance.get(`/v1/tasks?process_id=${id}`)).body['data'] as object[])[0]
    expect(await taskOf()).toMatchObject({ kind: 'statement_refused', state: 'open' })
    await coffer.sandbox.admin('DELETE', `/statement-faults/${fault.id}`)
    await coffer.advanceClock(DAY_MS / 24)
    expect((await booked(coffer.finance, id)).body).toMatchObject({ state: 'balanced' })
    expect((await read(id)).body['refusal']).toBeUndefined()
    expect(await taskOf()).toMatchObject({ state: 'done' })
  })
})
