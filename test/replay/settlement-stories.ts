import { callBack } from '../support/call-back.ts'
import type { Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { book, over, settled } from '../support/settlements.ts'
import { untilTold } from '../support/until-told.ts'
import type { ReplayStory } from './stories.ts'

const DAY_MS = 86_400_000

async function settle(coffer: Coffer, sold: number): Promise<string> {
  await fundFromCapital(coffer, 'bench', BigInt(sold))
  const { status, body } = await settled(coffer, sold)
  if (status !== 201) throw new Error(JSON.stringify(body))
  return String(body['id'])
}

/** Over, and the bank as it was. */
async function ended(coffer: Coffer, id: string): Promise<string> {
  await over(coffer, id)
  await coffer.sandbox.clearRules()
  return id
}

/** A day later: no question was answered, and an operator has a task. */
async function stuck(coffer: Coffer, sold: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'push' }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const id = await settle(coffer, sold)
  await untilTold(coffer.merchant, `/v1/settlements/${id}`, 'settlement.sent')
  await coffer.advanceClock(DAY_MS)
  await untilTold(coffer.merchant, `/v1/settlements/${id}`, 'settlement.stuck')
  return id
}

async function writtenOff(coffer: Coffer, booked: boolean): Promise<string> {
  const id = await stuck(coffer, 9_000, booked)
  await coffer.finance.post(`/v1/settlements/${id}/write-off`, { reason: 'the bank says no', proof: 'a letter' })
  return ended(coffer, id)
}

/** Settlements in every way that they can end. */
export const settlementStories: readonly ReplayStory[] = [
  {
    name: 'settlement/paid',
    state: 'paid',
    tell: async (coffer) => ended(coffer, await settle(coffer, 10_000))
  },
  {
    name: 'settlement/all-of-it-was-owed',
    state: 'paid',
    tell: async (coffer) => {
      await book(coffer, 'owes', 100_000n)
      const id = await settle(coffer, 1_000)
      const { rows } = await coffer.pool.query<{ owed: bigint }>(
        `select debits_posted - credits_posted as owed from ledger_account where kind = 'merchant_receivable'`
      )
      await book(coffer, 'repaid', rows[0]!.owed)
      return id
    }
  },
  {
    name: 'settlement/declined-by-the-bank',
    state: 'failed',
    tell: async (coffer) => {
      await coffer.sandbox.addRule({ match: { operation: 'push' }, outcome: 'decline', code: 'insufficient_funds' })
      return ended(coffer, await settle(coffer, 10_000))
    }
  },
  {
    name: 'settlement/asked-again-by-an-operator',
    state: 'paid',
    tell: async (coffer) => {
      const id = await stuck(coffer, 10_000, true)
      await coffer.sandbox.clearRules()
      await coffer.finance.post(`/v1/settlements/${id}/retry`)
      return ended(coffer, id)
    }
  },
  { name: 'settlement/written-off', state: 'failed', tell: (coffer) => writtenOff(coffer, false) },
  {
    name: 'late-bank-news/settlement-booked-after-all',
    state: 'failed',
    tell: async (coffer) => {
      const id = await writtenOff(coffer, true)
      await callBack(coffer, 'a', id)
      return id
    }
  }
]
