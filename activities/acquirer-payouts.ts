import { account } from '../domain/account-kinds.ts'
import { fromWire } from '../domain/money.ts'
import type { PostingStep } from '../ledger/unit-of-work.ts'
import { insertAcquirerPayout, lastAcquirerPayout, type AcquirerPayout } from '../store/acquirer-payout.ts'
import type { ActivityDeps } from './deps.ts'
import { followList } from './follow-list.ts'

export type AcquirerPayoutDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'acquirer'>

/**
 * Books what the acquirer has paid out to our bank, and what it has kept for itself: in the order of its list, each once. That
 * the money is there is for the bank's statement to say.
 * @returns the bank's references of those that were booked
 */
export const readAcquirerPayouts = ({ db, ledger, acquirer }: AcquirerPayoutDeps): Promise<string[]> =>
  followList({
    whom: 'the acquirer',
    list: async (signal) => acquirer.listPayouts(await lastAcquirerPayout(db), signal),
    book: async ({ seq, reference, bank, money, fee, at }) => {
      const payout = { seq, reference, bank, ...fromWire(money), fee: BigInt(fee), at: new Date(at) }
      const unit = { key: `${reference}:book`, fingerprint: `acquirer/${seq}`, postings: postingsOf(payout) }
      const { status } = await ledger.post(unit)
      if (status !== 'posted') throw new Error(`${unit.key} was ${status}`)
      await insertAcquirerPayout(db, payout)
      return true
    }
  })

function postingsOf({ bank, currency, amount, fee }: AcquirerPayout): PostingStep[] {
  const credit = account('bank_in_transit', 'acquirer', currency)
  const kept = { debit: account('bank_fee_expense', '', currency), amount: fee, code: 'acquirer.fee' }
  return [
    { op: 'post', debit: account('bank_in_transit', bank, currency), credit, amount, code: 'acquirer.payout' },
    ...(fee === 0n ? [] : [{ op: 'post' as const, credit, ...kept }])
  ]
}
