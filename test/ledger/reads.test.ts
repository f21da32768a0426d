import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { account } from '../../domain/account-kinds.ts'
import { readBalance, readBalanceAt } from '../../ledger/balances.ts'
import { reversalOf } from '../../ledger/reversal.ts'
import { readStatement, type StatementQuery } from '../../ledger/statement.ts'
import { readTrialBalance } from '../../ledger/trial-balance.ts'
import { bank, merchant, move, openBooks, thing, thingId, unit, usd, wallet, type Books } from '../support/ledger.ts'

let books: Books
beforeAll(async () => (books = await openBooks()))
afterAll(async () => {
  await books.hold()
  await books.close()
})

/** The database's clock, a moment after everything posted so far: instants are milliseconds here. */
async function afterNow(): Promise<Date> {
  const { rows } = await books.pool.query(
    "select date_trunc('milliseconds', clock_timestamp()) + interval '1 ms' as at, pg_sleep(0.002)"
  )
  return rows[0].at
}

describe('a balance', () => {
  it('of an account that was never used is zero', async () => {
    expect(await readBalance(books.db, wallet('nobody'))).toEqual({ posted: 0n, pending: 0n, available: 0n })
    expect(await readBalanceAt(books.db, wallet('nobody'), new Date())).toBe(0n)
  })

  it('at an instant is what the books said then, whatever came later', async () => {
    const instants = [await afterNow()]
    for (const amount of [10n, 20n, 30n, 40n, 50n]) {
      await books.fund(wallet('past'), amount)
      instants.push(await afterNow())
    }
    const then = await Promise.all(instants.map((instant) => readBalanceAt(books.db, wallet('past'), instant)))
    expect(then).toEqual([0n, 10n, 30n, 60n, 100n, 150n])
    expect(await readBalanceAt(books.db, bank, instants[0]!)).toBe(0n)
  })

  it('on the debit side counts what is pending against it', async () => {
    const id = thingId()
    const [receivable, capital] = [account('micro_deposit_receivable', id, usd), account('capital', id, usd)]
    await books.post(unit([move(receivable, capital, 9n)]))
    const hold = {
      op: 'hold' as const,
      hold: `${id}/x`,
      debit: capital,
      credit: receivable,
      amount: 4n,
      code: 'test.hold'
    }
    await books.post(unit([hold], { records: [thing(id, 'open')] }))
    expect(await readBalance(books.db, receivable)).toEqual({ posted: 9n, pending: 4n, available: 5n })
    await books.post(unit([{ ...hold, op: 'void_hold' }]))
  })
})

describe('a statement', () => {
  const amounts = [100n, -10n, -20n, 5n, -30n]
  let middle: Date
  beforeAll(async () => {
    for (const [index, amount] of amounts.entries()) {
      const [debit, credit] = amount > 0n ? [bank, wallet('st')] : [wallet('st'), merchant('st')]
      const key = `pay_${index}:capture:1`
      await books.post(unit([move(debit, credit, amount > 0n ? amount : -amount, 'payment.capture')], { key }))
      if (index === 2) middle = await afterNow()
    }
  })
  const read = (query: Partial<StatementQuery> = {}) => readStatement(books.db, wallet('st'), { limit: 100, ...query })
  const deltas = async (query: Partial<StatementQuery>) => (await read(query)).entries.map(({ delta }) => delta)

  it('lists every entry with its balance and where it came from', async () => {
    const { entries, next } = await read()
    expect(entries.map(({ delta }) => delta)).toEqual(amounts)
    expect(entries.map(({ balanceAfter }) => balanceAfter)).toEqual([100n, 90n, 70n, 75n, 45n])
    expect(entries.map(({ version }) => version)).toEqual([1n, 2n, 3n, 4n, 5n])
    expect(entries[1]!.source).toEqual({ process: 'pay_1', code: 'payment.capture' })
    expect(next).toBeUndefined()
  })

  it.each(['oldest_first', 'newest_first'] as const)('comes in pages that fit together, %s', async (order) => {
    const seen: bigint[] = []
    let after: bigint | undefined
    do {
      const page = await read({ order, limit: 2, after })
      expect(page.entries.length).toBeLessThanOrEqual(2)
      seen.push(...page.entries.map(({ version }) => version))
      after = page.next
    } while (after !== undefined)
    expect(seen).toEqual(order === 'oldest_first' ? [1n, 2n, 3n, 4n, 5n] : [5n, 4n, 3n, 2n, 1n])
  })

  it('between two instants has the entries from the first one up to, and without, the second', async () => {
    expect(await deltas({ to: middle })).toEqual([100n, -10n, -20n])
    expect(await deltas({ from: middle })).toEqual([5n, -30n])
    expect(await deltas({ from: middle, to: middle })).toEqual([])
    expect(await deltas({ from: new Date(0), to: new Date(Date.now() + 60_000) })).toEqual(amounts)
    expect(await deltas({ from: middle, order: 'newest_first', limit: 1 })).toEqual([-30n])
  })

  it('of an account that was never used is empty', async () => {
    expect(await readStatement(books.db, wallet('never'), { limit: 10 })).toEqual({ entries: [], next: undefined })
  })
})

describe('the trial balance', () => {
  it('balances per currency, line by line of the chart of accounts', async () => {
    const lines = await readTrialBalance(books.db)
    const sum = (column: 'debits' | 'credits') =>
      lines.filter(({ currency }) => currency === 'USD').reduce((total, line) => total + line[column], 0n)
    expect(sum('debits')).toBe(sum('credits'))
    expect(sum('debits')).toBeGreaterThan(0n)
    const wallets = lines.find(({ kind }) => kind === 'wallet')!
    expect(wallets.balance).toBe(wallets.credits - wallets.debits)
  })
})

describe('a reversal', () => {
  const paid = async () => {
    const id = thingId()
    await books.fund(wallet(id), 100n)
    const payment = unit([
      move(wallet(id), merchant(id), 60n, 'payment.capture'),
      move(merchant(id), account('fee_income', 'merchant', usd), 2n, 'payment.fee')
    ])
    await books.post(payment)
    return { id, payment }
  }

  it('takes back what a unit booked, last posting first, with its reason', async () => {
    const { id, payment } = await paid()
    const reversal = await reversalOf(books.db, payment.key, 'booked twice by hand')
    expect(reversal.key).toBe(`${payment.key}:reversal`)
    expect(reversal.postings!.map((step) => step.code)).toEqual(['payment.fee.reversal', 'payment.capture.reversal'])
    expect(await books.post(reversal)).toMatchObject({ status: 'posted' })
    expect(await books.posted(wallet(id))).toBe(100n)
    expect(await books.posted(merchant(id))).toBe(0n)
    const stored = await books.db
      .selectFrom('unit')
      .select('reason')
      .where('key', '=', reversal.key)
      .executeTakeFirstOrThrow()
    expect(stored.reason).toBe('booked twice by hand')
  })

  it('happens once, also when two people do it at the same moment', async () => {
    const { id, payment } = await paid()
    const reversals = await Promise.all([1, 2].map(() => reversalOf(books.db, payment.key, 'twice')))
    await Promise.all(reversals.map((reversal) => books.post(reversal)))
    expect(await books.posted(wallet(id))).toBe(100n)
    await expect(reversalOf(books.db, payment.key, 'again')).rejects.toMatchObject({ code: 'already_reversed' })
    await expect(reversalOf(books.db, `${payment.key}:reversal`, 'back')).rejects.toMatchObject({
      code: 'state_conflict'
    })
  })

  it('refused because the money was spent can be tried again when it is there', async () => {
    const { id, payment } = await paid()
    await books.post(unit([move(merchant(id), bank, 58n)]))
    expect(await books.post(await reversalOf(books.db, payment.key, 'late'))).toMatchObject({
      code: 'insufficient_funds'
    })
    await books.post(unit([move(bank, merchant(id), 58n)]))
    const second = await reversalOf(books.db, payment.key, 'late')
    expect(second.key).toBe(`${payment.key}:reversal:2`)
    expect(await books.post(second)).toMatchObject({ status: 'posted' })
    await expect(reversalOf(books.db, payment.key, 'late')).rejects.toMatchObject({ code: 'already_reversed' })
  })

  it('is refused for what moved no money, for holds, and for what is not there', async () => {
    const id = thingId()
    const [empty, refused] = [unit([]), unit([move(wallet(id), bank, 1n)])]
    const hold = unit([{ op: 'hold', hold: `${id}/x`, debit: bank, credit: wallet(id), amount: 1n, code: 'test' }], {
      records: [thing(id, 'open')]
    })
    for (const each of [empty, refused, hold]) await books.post(each)
    for (const { key } of [empty, refused, hold])
      await expect(reversalOf(books.db, key, 'why')).rejects.toMatchObject({ code: 'state_conflict' })
    await expect(reversalOf(books.db, 'nothing', 'why')).rejects.toMatchObject({ code: 'not_found' })
    await expect(reversalOf(books.db, empty.key, ' ')).rejects.toThrow('reason')
  })
})
