import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runOracles, type OracleInput } from '../../cli/verify/run-oracles.ts'
import { connect } from '../../db/connect.ts'
import { account } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import type { BankJournalLine } from '../../providers/bank.ts'
import {
  bank,
  merchant,
  move,
  openBooks,
  thing,
  thingId,
  things,
  unit,
  usd,
  wallet,
  type Books
} from '../support/ledger.ts'

type Line = Pick<BankJournalLine, 'reference' | 'amount'> & Partial<BankJournalLine>

/** What a bank would answer: its lines, and the balances that they make. */
function journalOf(lines: readonly Line[], balances?: Record<string, string>) {
  const whole = lines.map((line, index) => ({
    seq: index + 1,
    operation: 'pull' as const,
    iban: 'X',
    currency: 'USD',
    direction: 'in' as const,
    booked_at: '',
    ...line
  }))
  const sums: Record<string, bigint> = {}
  for (const { currency, direction, amount } of whole)
    sums[currency] = (sums[currency] ?? 0n) + (direction === 'in' ? BigInt(amount) : -BigInt(amount))
  return {
    lines: whole,
    balances: balances ?? Object.fromEntries(Object.entries(sums).map(([code, sum]) => [code, sum.toString()]))
  }
}

describe('verify', () => {
  let books: Books
  beforeEach(async () => (books = await openBooks()))
  afterEach(() => books.close())

  const run = (others: Partial<OracleInput> = {}) => runOracles({ db: books.db, states: things, ...others })
  const atBankA = (lines: readonly Line[], balances?: Record<string, string>): Partial<OracleInput> => ({
    readJournal: async (which) => journalOf(which === 'a' ? lines : [], which === 'a' ? balances : {})
  })
  async function bankOracle(lines: readonly Line[], balances?: Record<string, string>) {
    const { results } = await run(atBankA(lines, balances))
    return results.find(({ oracle, rule }) => oracle === 'O4' && rule.startsWith('bank a'))!
  }
  /** A top-up of 10.00 that is booked here under the reference that its id is. */
  async function toppedUp() {
    const id = thingId()
    await books.post(
      unit([move(bank, wallet(id), 1_000n, 'top_up')], { key: `${id}:book`, records: [thing(id, 'done')] })
    )
    return id
  }

  it('finds nothing in empty books', async () => {
    expect((await run(atBankA([]))).verdict).toBe('holds')
  })

  it('finds nothing when the bank has booked the same under the same reference, the opening capital included', async () => {
    const id = await toppedUp()
    await books.post(
      unit([move(account('bank_cash', 'a', usd), account('capital', '', usd), 5_000n, 'capital.opening')])
    )
    const lines = [
      { reference: 'founders', operation: 'opening' as const, amount: '5000' },
      { reference: id, amount: '1000' }
    ]
    expect(await bankOracle(lines)).toMatchObject({ verdict: 'holds', exceptions: [] })
  })

  it('takes a withdrawal’s hold for nothing booked, and its posting for what the bank has paid out', async () => {
    const id = thingId()
    const line = { reference: id, operation: 'push' as const, direction: 'out' as const, amount: '400' }
    const sides = { hold: `${id}/money`, debit: wallet(id), credit: bank }
    await books.post(unit([move(account('capital', '', usd), wallet(id), 1_000n)]))
    const hold = { op: 'hold' as const, ...sides, amount: 400n, code: 'withdrawal' }
    await books.post(unit([hold], { key: `${id}:accept`, records: [thing(id, 'open')] }))
    expect(await bankOracle([])).toMatchObject({ verdict: 'holds', exceptions: [] })
    const open = await bankOracle([line])
    expect(open).toMatchObject({ verdict: 'holds', exceptions: [expect.stringContaining(id)] })
    const done = thing(id, 'done', { state: 'open', version: 1 })
    await books.post(unit([{ op: 'post_hold', ...sides }], { key: `${id}:book`, records: [done] }))
    expect(await bankOracle([line])).toMatchObject({ verdict: 'holds', exceptions: [] })
    expect(await bankOracle([])).toMatchObject({ verdict: 'breached', detail: expect.stringContaining(id) })
  })

  it('names the top-up that the bank does not know', async () => {
    const id = await toppedUp()
    expect(await bankOracle([])).toMatchObject({
      verdict: 'breached',
      detail: `bank a, ${id}: the bank has 0 USD, our books 1000`
    })
  })

  it('names the top-up that differs by a cent', async () => {
    const id = await toppedUp()
    expect(await bankOracle([{ reference: id, amount: '1001' }])).toMatchObject({
      verdict: 'breached',
      detail: expect.stringContaining(id)
    })
  })

  it('names what the bank has booked twice, and what it booked for nobody', async () => {
    const id = await toppedUp()
    const line = { reference: id, amount: '1000' }
    expect(await bankOracle([line, line])).toMatchObject({ verdict: 'breached', detail: expect.stringContaining(id) })
    expect(await bankOracle([line, { reference: 'top_stranger', amount: '5' }])).toMatchObject({
      verdict: 'breached',
      detail: expect.stringContaining('top_stranger')
    })
  })

  it('excuses by name what the bank has booked for a process that is still open, and counts it in', async () => {
    const id = thingId()
    await books.post(unit([], { records: [thing(id, 'open')] }))
    const result = await bankOracle([{ reference: id, amount: '700' }])
    expect(result).toMatchObject({ verdict: 'holds' })
    expect(result.exceptions).toEqual([expect.stringContaining(id)])
  })

  it('does not excuse what the bank has booked for a process that was declined', async () => {
    const id = thingId()
    await books.post(unit([], { records: [thing(id, 'dropped')] }))
    expect(await bankOracle([{ reference: id, amount: '700' }])).toMatchObject({ verdict: 'breached' })
  })

  it("excuses by name a bank's fee that no statement has told us of yet", async () => {
    const result = await bankOracle([{ reference: 'fee-1', operation: 'fee', direction: 'out', amount: '25' }])
    expect(result).toMatchObject({ verdict: 'holds', exceptions: [expect.stringContaining('fee-1')] })
  })

  it('excuses what was booked here after the journal was read', async () => {
    const { results } = await run({
      readJournal: async (which) => {
        if (which === 'a') await toppedUp()
        return journalOf([])
      }
    })
    const oracle = results.find(({ rule }) => rule.startsWith('bank a'))
    expect(oracle).toMatchObject({ verdict: 'holds', exceptions: [expect.stringContaining('while')] })
  })

  it('finds a bank whose balance is not what its lines make', async () => {
    expect(await bankOracle([], { USD: '1' })).toMatchObject({
      verdict: 'breached',
      detail: expect.stringContaining('its balance is 1 USD')
    })
  })

  it('is unknown when a bank does not answer, and that is no success', async () => {
    const { verdict, results } = await run({ readJournal: () => Promise.reject(new Error('connection refused')) })
    expect(verdict).toBe('unknown')
    expect(results.filter((result) => result.verdict === 'unknown').map(({ detail }) => detail)).toEqual([
      'connection refused',
      'connection refused',
      'connection refused'
    ])
  })

  it('adds all currencies up at the reference rates: what is owed has to be at the banks', async () => {
    const [yen, yenBank] = [currency('JPY'), account('bank_cash', 'a', currency('JPY'))]
    await books.post(unit([move(account('bank_cash', 'a', usd), account('capital', '', usd), 100n)]))
    await books.post(unit([move(yenBank, account('capital', '', yen), 1_000n)]))
    // 100 cents + 1,000 yen × 0.0067 = 7.70 USD
    const promise = (amount: bigint) =>
      books.post(unit([move(account('dispute_loss_expense', '', usd), wallet('w'), amount)]))
    await promise(770n)
    expect((await run()).verdict).toBe('holds')
    await promise(1n)
    const { results } = await run()
    expect(results.filter(({ verdict }) => verdict === 'breached')).toEqual([
      expect.objectContaining({
        oracle: 'safeguarding',
        detail: '7.71 USD are owed to customers and merchants, 7.70 USD are at the banks'
      })
    ])
  })

  it('is unknown about money in a currency that has no rate', async () => {
    const krone = currency('NOK')
    await books.post(unit([move(account('bank_cash', 'a', krone), wallet('w', krone), 1n)]))
    expect((await run()).results.find(({ oracle }) => oracle === 'safeguarding')).toMatchObject({ verdict: 'unknown' })
  })

  it('names the open process whose workflow is not running, after having looked again', async () => {
    const [running, lost] = [thingId(), thingId()]
    await books.post(unit([], { records: [thing(running, 'open'), thing(lost, 'open')] }))
    const listWorkflows = async () => new Set([`thing/${running}`])
    const { results } = await run({ listWorkflows })
    expect(results.at(-1)).toMatchObject({
      oracle: 'O7',
      verdict: 'breached',
      detail: `${lost} is open, and no workflow thing/${lost} is running`
    })
  }, 20_000)

  it('names the open process whose workflow is stuck, and no other', async () => {
    const [well, stuck] = [thingId(), thingId()]
    await books.post(unit([], { records: [thing(well, 'open'), thing(stuck, 'open')] }))
    const listFailing = async () => new Set([`thing/${stuck}`, 'thing/of-another-installation'])
    expect((await run({ listFailing, patience: { looks: 3, pauseMs: 1 } })).results.at(-1)).toMatchObject({
      oracle: 'O7',
      verdict: 'breached',
      detail: `${stuck} is open, and the task of workflow thing/${stuck} fails each time`
    })
  })

  it('does not call a workflow stuck whose task succeeds in the end', async () => {
    const id = thingId()
    await books.post(unit([], { records: [thing(id, 'open')] }))
    let looks = 0
    const listFailing = async () => new Set(looks++ < 2 ? [`thing/${id}`] : [])
    expect((await run({ listFailing, patience: { looks: 3, pauseMs: 1 } })).verdict).toBe('holds')
    expect(looks).toBe(3)
  })

  it('does not call a process lost that ends while it looks', async () => {
    const id = thingId()
    await books.post(unit([], { records: [thing(id, 'open')] }))
    const listWorkflows = async () => {
      await books.post(unit([], { key: `${id}:end`, records: [thing(id, 'done', { state: 'open', version: 1 })] }))
      return new Set<string>()
    }
    expect((await run({ listWorkflows })).verdict).toBe('holds')
  })

  it('names a kind of process for which no arrows are drawn', async () => {
    await books.post(unit([], { records: [thing(thingId(), 'open')] }))
    const { verdict, results } = await run({ states: {} })
    expect(verdict).toBe('breached')
    expect(results.filter((result) => result.verdict === 'breached')[0]).toMatchObject({
      oracle: 'O8',
      detail: expect.stringContaining('start → open')
    })
  })

  it('works on a connection that can only read', async () => {
    await toppedUp()
    const url = new URL(books.database.appUrl)
    url.searchParams.set('options', '-c default_transaction_read_only=on')
    const { db, close } = connect({ url: url.href })
    expect((await runOracles({ db, states: things, rates: null })).verdict).toBe('holds')
    await close()
  })
})

describe('npm run verify', () => {
  const script = fileURLToPath(new URL('../../cli/verify.ts', import.meta.url))
  const verify = (environment: Record<string, string>) =>
    new Promise<{ code: number; output: string }>((resolve) =>
      execFile(
        process.execPath,
        ['--import', 'tsx', script],
        { env: { PATH: process.env.PATH, COFFER_HOME: '/nonexistent', ...environment } },
        (error, stdout, stderr) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
      )
    )

  it('ends with 0 and a line an oracle when everything holds, with 1 at a breach', async () => {
    const books = await openBooks()
    const url = books.database.appUrl
    const fine = await verify({ DATABASE_URL: url })
    expect(fine).toMatchObject({ code: 0, output: expect.stringMatching(/^O1 +ok .*\n(.*\n)+Everything holds\.\n$/) })
    await books.post(unit([move(account('dispute_loss_expense', '', usd), merchant('m'), 1n)]))
    expect(await verify({ DATABASE_URL: url })).toMatchObject({
      code: 1,
      output: expect.stringMatching(/safeguarding BREACH .*0\.01 USD/)
    })
    await books.close()
  }, 60_000)

  it('ends with 2 when the books cannot be read', async () => {
    const away = await verify({ DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' })
    expect(away).toMatchObject({ code: 2, output: expect.stringContaining('UNKNOWN') })
    expect(await verify({})).toMatchObject({ code: 2, output: expect.stringContaining('npm start') })
  }, 60_000)
})
