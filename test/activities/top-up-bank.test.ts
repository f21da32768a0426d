import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { MockActivityEnvironment } from '@temporalio/testing'
import type { SendAnswer } from '../../activities/bank-words.ts'
import { topUpBankActivities } from '../../activities/top-up-bank.ts'
import type { BankTopUpStart } from '../../activities/top-up-progress.ts'
import { topUpActivities } from '../../activities/top-up.ts'
import { defaultPolicy, topUpPolicy } from '../../domain/policy/index.ts'
import type { ProblemCode } from '../../domain/errors.ts'
import { currency } from '../../domain/currencies.ts'
import { seedRecords } from '../../local/seed-records.ts'
import type { SeededCustomer } from '../../local/credentials.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import type { BankAnswer, BankInstruction } from '../../providers/bank.ts'
import { liftSuspension, suspendBankAccount } from '../../store/bank-account.ts'
import { listHistory } from '../../store/event.ts'
import { erasePersonal } from '../../store/personal.ts'
import { recordWriters } from '../../store/record-writers.ts'
import { newId, openStore, type StoreUnderTest } from '../store/store-under-test.ts'

let store: StoreUnderTest
let customers: readonly SeededCustomer[]
beforeAll(async () => {
  store = await openStore()
  customers = (await seedRecords(store)).seed.customers
})
afterAll(() => store?.stop())

const decline = (start: BankTopUpStart, code: ProblemCode, unsent = false) => {
  const ledger = new PostingQueue({ pool: store.pool, writers: recordWriters })
  return topUpActivities({ db: store.db, ledger, crash: () => undefined }).declineTopUp(start, code, unsent)
}

/** An accepted top-up of 10.00 USD, and a bank that gives these answers in turn and keeps what it was sent. */
async function accepted(answers: readonly BankAnswer[], { wallet_id, bank_account_id } = customers[0]!) {
  const sent: BankInstruction[] = []
  const bank = {
    send: async (instruction: BankInstruction) => {
      sent.push(instruction)
      return answers[sent.length - 1]!
    },
    inquire: async () => ({ kind: 'unknown' as const, reason: 'not asked for' })
  }
  const ledger = new PostingQueue({ pool: store.pool, writers: recordWriters })
  const runs = { isRunning: async () => true, restart: async () => undefined, nudge: async () => undefined }
  const deps = { db: store.db, ledger, bank, vault: store.vault, runs, crash: () => undefined }
  const start: BankTopUpStart = {
    id: newId('top'),
    order: {
      wallet_id,
      bank_account_id,
      bank: 'a',
      amount: { amount: '1000', currency: currency('USD') },
      metadata: {}
    },
    policy: topUpPolicy(defaultPolicy),
    fingerprint: 'f',
    actor: 'service:tests',
    requestId: 'r'
  }
  await topUpActivities(deps).acceptTopUp(start)
  const { sendTopUp } = topUpBankActivities(deps)
  /** As a worker runs it, each time as an attempt of its own. */
  const send = (): Promise<SendAnswer> =>
    new MockActivityEnvironment({ workflowExecution: { workflowId: `top-up/${start.id}`, runId: randomUUID() } }).run(
      sendTopUp,
      start
    )
  const history = async () => (await listHistory(store.db, start.id)).map(({ type }) => type)
  return { sent, send, history, start }
}

const yes: BankAnswer = { kind: 'accepted', bankReference: 'COFA1' }
const refused: BankAnswer = { kind: 'undelivered', reason: 'ECONNREFUSED' }

describe('A send to the bank', () => {
  it('carries number and name of the account, which stand nowhere else, under the top-up’s own id', async () => {
    const { sent, send, start } = await accepted([yes])
    expect(await send()).toEqual(yes)
    expect(sent).toMatchObject([{ bank: 'a', operation: 'pull', reference: start.id, holder: 'Ada Example' }])
    expect(sent[0]!.iban).toMatch(/^GB\d\dCOFA/)
  })

  it('goes out once, however many attempts there are at the same time or later', async () => {
    const { sent, send, history } = await accepted([yes, yes])
    const answers = await Promise.all(Array.from({ length: 8 }, () => send()))
    expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(1)
    expect(answers.filter(({ kind }) => kind === 'unknown')).toHaveLength(7)
    expect(await send()).toMatchObject({ kind: 'unknown' })
    expect(sent).toHaveLength(1)
    expect(await history()).toEqual(['top_up.processing', 'top_up.sent'])
  })

  it('without an answer is not repeated: the bank may have it', async () => {
    const { sent, send } = await accepted([{ kind: 'unknown', reason: 'timeout' }, yes])
    await send()
    expect(await send()).toEqual({ kind: 'unknown', reason: 'sent_by_another' })
    expect(sent).toHaveLength(1)
  })

  it('that was proven not to be delivered may be repeated, under the same reference', async () => {
    const { sent, send, history } = await accepted([refused, yes])
    expect(await send()).toEqual(refused)
    expect(await send()).toEqual(yes)
    expect(new Set(sent.map(({ reference }) => reference)).size).toBe(1)
    expect(await history()).toEqual(['top_up.processing', 'top_up.sent', 'top_up.undelivered', 'top_up.sent'])
  })

  it('for an account whose data were erased is not made at all', async () => {
    const customer = customers[2]!
    const { sent, send, history } = await accepted([yes], customer)
    await erasePersonal(store.db, customer.id)
    expect(await send()).toEqual({ kind: 'declined', code: 'invalid_bank_account' })
    expect(sent).toEqual([])
    expect(await history()).toEqual(['top_up.processing'])
  })

  it('for an account that is suspended is not made; what another attempt has sent all the same is not declined by us', async () => {
    const { sent, send, history, start } = await accepted([yes])
    const { bank_account_id } = customers[0]!
    await suspendBankAccount(store.db, bank_account_id, 'under_review')
    const word = { kind: 'not_sent', code: 'bank_account_suspended' } as const
    expect(await send()).toEqual(word)
    expect([sent, await history()]).toEqual([[], ['top_up.processing']])
    await liftSuspension(store.db, bank_account_id)
    expect(await send()).toEqual(yes)
    expect((await decline(start, word.code, true)).state).toBe('processing')
    expect((await decline(start, 'bank_declined')).state).toBe('declined')
  })
})
