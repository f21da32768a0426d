import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runOracles } from '../../cli/verify/run-oracles.ts'
import { newId, startApi, type ApiUnderTest } from '../api/api-under-test.ts'
import { account } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import type { BankJournalLine, Counterpart } from '../../providers/bank.ts'
import type { BankJournal } from '../../providers/bank-journal.ts'
import { createTill, newPayer } from '../api/parties.ts'

let api: ApiUnderTest
beforeAll(async () => void (api = await startApi()))
afterAll(() => api.stop())

describe('verify', () => {
  const judged = async (rule: string) => {
    const { results } = await runOracles({ db: api.deps.db })
    return results.find((result) => result.rule.startsWith(rule))
  }

  it('names the wallet that has money while its owner owes, and the debt that the books do not know', async () => {
    const { id: customerId, walletId } = await newPayer(api)
    await createTill(api).fill(walletId, 700n)
    const owed = ['no wallet has money available', 'what is outstanding of returns']
    for (const rule of owed) expect(await judged(rule)).toMatchObject({ verdict: 'holds' })
    await api.deps.pool.query(
      `insert into bank_return values ($1, 'a', 'RTNA1', 'top_1', 'pull', $2, $3, 'USD', 500, 0, 'account_closed', true, 500, 500, 0, now(), now())`,
      [newId('ret'), customerId, walletId]
    )
    expect(await judged(owed[0]!)).toMatchObject({
      verdict: 'breached',
      detail: `${walletId}: 700 available, and 500 outstanding`
    })
    expect(await judged(owed[1]!)).toMatchObject({
      verdict: 'breached',
      detail: `${walletId}: 500 outstanding, 0 owed in the books, and the wallet owes nothing`
    })
  })

  it('knows a return by the bank’s own reference, and names one that differs by a cent', async () => {
    const { id: customerId, walletId } = await newPayer(api)
    const id = newId('ret')
    await api.deps.pool.query(
      `insert into bank_return values ($1, 'b', 'RTNB2', 'top_2', 'pull', $2, $3, 'USD', 500, 0, 'account_closed', true, 500, 500, 0, now(), now())`,
      [id, customerId, walletId]
    )
    const usd = currency('USD')
    const [debit, credit] = [account('customer_receivable', customerId, usd), account('bank_in_transit', 'b', usd)]
    const ledger = new PostingQueue({ pool: api.deps.pool, writers: [] })
    const postings = [{ op: 'post' as const, debit, credit, amount: 500n, code: 'bank_return.receivable' }]
    await ledger.post({ key: `${id}:receive:0`, fingerprint: 'test', postings })
    const lineOf = (amount: string): BankJournalLine => ({
      seq: 1,
      reference: 'RTNB2',
      operation: 'return',
      iban: 'GB00',
      amount,
      currency: 'USD',
      direction: 'out',
      booked_at: '2026-11-22T00:00:00.000Z'
    })
    const judgedBy = async (amount: string) => {
      const readJournal = async (bank: Counterpart): Promise<BankJournal> =>
        bank === 'b' ? { lines: [lineOf(amount)], balances: { USD: `-${amount}` } } : { lines: [], balances: {} }
      const { results } = await runOracles({ db: api.deps.db, readJournal })
      return results.find(({ rule }) => rule.startsWith('bank b'))
    }
    expect(await judgedBy('500')).toMatchObject({ verdict: 'holds', exceptions: [] })
    expect(await judgedBy('501')).toMatchObject({
      verdict: 'breached',
      detail: 'bank b, RTNB2: the bank has -501 USD, our books -500'
    })
  })
})
