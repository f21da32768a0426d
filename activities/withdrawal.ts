import { mayEnd } from '../domain/bank-account.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { clockOf } from '../domain/operators-work.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { findFirstVersion, hasEvent } from '../store/event.ts'
import { readWithdrawalFacts } from '../store/withdrawal-facts.ts'
import { findWithdrawal, getWithdrawal, type Withdrawal } from '../store/withdrawal.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { settle } from './settle.ts'
import { acceptUnit, newWithdrawal, refusedUnit } from './withdrawal-accept.ts'
import {
  toWithdrawalProgress,
  type WithdrawalAccepted,
  type WithdrawalProgress,
  type WithdrawalStart
} from './withdrawal-progress.ts'
import * as units from './withdrawal-units.ts'

/** The steps of a withdrawal that touch only our books; each is one unit of work, and safe to repeat. */
export function withdrawalActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  const progressOf = async (id: string): Promise<WithdrawalProgress> =>
    toWithdrawalProgress(await getWithdrawal(db, id))

  const step = async (
    { id, fingerprint }: WithdrawalStart,
    name: string,
    partFor: (withdrawal: Withdrawal) => UnitPart | undefined
  ): Promise<WithdrawalProgress> =>
    toWithdrawalProgress(
      (await advance(ledger, { key: `${id}:${name}`, fingerprint }, () => getWithdrawal(db, id), partFor)).seen
    )

  return {
    /**
     * Holds the money, or waits for the customer to confirm, or declines it; no bank is asked yet. A record that is there
     * already answers for itself.
     */
    acceptWithdrawal: async (start: WithdrawalStart): Promise<WithdrawalAccepted> => {
      const there = await findWithdrawal(db, start.id)
      if (there) return { ...toWithdrawalProgress(there), first_version: await findFirstVersion(db, start.id) }
      const parties = { id: start.id, walletId: start.order.wallet_id, bankAccountId: start.order.bank_account_id }
      const readFacts = () => readWithdrawalFacts(db, parties, start.policy)
      const settled = await settle(ledger, async () => {
        const facts = await readFacts()
        return acceptUnit(start, newWithdrawal(start, facts), facts)
      })
      if (settled.kind === 'refused') {
        const withdrawal = newWithdrawal(start, await readFacts())
        await settle(ledger, async () => refusedUnit(start, withdrawal, settled))
      }
      const progress = await progressOf(start.id)
      crash('withdrawal.accept/report')
      return progress
    },

    /**
     * Takes what the bank has booked out of the wallet; or, when it was given up meanwhile, off the suspense account. One
     * that was booked on an operator's word gets the bank's own.
     */
    bookWithdrawal: async (start: WithdrawalStart, bankReference: string): Promise<WithdrawalProgress> => {
      const { state } = await getWithdrawal(db, start.id)
      if (state === 'failed')
        return step(start, 'late-booking', (withdrawal) =>
          withdrawal.bankReference === null ? units.lateBookingPart(withdrawal, bankReference) : undefined
        )
      if (state === 'succeeded') {
        const contradicted = await hasEvent(db, start.id, 'withdrawal.contradicted')
        return step(start, 'confirm-booking', (each) => units.confirmedPart(each, bankReference, contradicted))
      }
      const progress = await step(start, 'book', (withdrawal) =>
        withdrawal.state === 'processing' ? units.bookPart(withdrawal, bankReference) : undefined
      )
      crash('withdrawal.book/report')
      return progress
    },

    /** The bank has not booked: the hold is void. One that was booked on an operator's word is contradicted by that. */
    declineWithdrawal: async (
      start: WithdrawalStart,
      code: ProblemCode,
      unsent = false
    ): Promise<WithdrawalProgress> => {
      if ((await getWithdrawal(db, start.id)).state === 'succeeded')
        return step(start, 'contradict', units.contradictedPart)
      const progress = await step(start, 'decline', (withdrawal) =>
        mayEnd(withdrawal, unsent) ? units.declinePart(withdrawal, code) : undefined
      )
      crash('withdrawal.decline/report')
      return progress
    },

    /** Opens the operator's task; the money and the limit stay held. */
    markWithdrawalStuck: (start: WithdrawalStart): Promise<WithdrawalProgress> =>
      step(start, 'stuck', (withdrawal) =>
        withdrawal.state === 'processing' ? units.stuckPart(withdrawal, clockOf(start.policy.stuck_sla_ms)) : undefined
      ),

    readWithdrawal: (start: WithdrawalStart): Promise<WithdrawalProgress> => progressOf(start.id)
  }
}
