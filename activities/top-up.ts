import { mayEnd } from '../domain/bank-account.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { topUpFundingOf } from '../domain/funding.ts'
import { clockOf } from '../domain/operators-work.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { findFirstVersion, hasEvent } from '../store/event.ts'
import { readBusinessNow } from '../store/process.ts'
import { readTopUpFacts } from '../store/top-up-facts.ts'
import { findTopUp, getTopUp, type TopUp } from '../store/top-up.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { settle } from './settle.ts'
import { acceptUnit, canceledPart, newTopUp, refusedUnit } from './top-up-accept.ts'
import { toTopUpProgress, type TopUpAccepted, type TopUpProgress, type TopUpStart } from './top-up-progress.ts'
import * as units from './top-up-units.ts'

/** The steps of a top-up that touch only our books; each is one unit of work, and safe to repeat. */
export function topUpActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  const progressOf = async (id: string): Promise<TopUpProgress> => toTopUpProgress(await getTopUp(db, id))

  const step = async (
    { id, fingerprint }: TopUpStart,
    name: string,
    partFor: (topUp: TopUp) => UnitPart | undefined
  ): Promise<TopUpProgress> =>
    toTopUpProgress(
      (await advance(ledger, { key: `${id}:${name}`, fingerprint }, () => getTopUp(db, id), partFor)).seen
    )

  return {
    /** Takes the order in, or has it reviewed, or declines it before any bank is asked. A record that is there already answers for itself. */
    acceptTopUp: async (start: TopUpStart): Promise<TopUpAccepted> => {
      const there = await findTopUp(db, start.id)
      if (there) return { ...toTopUpProgress(there), first_version: await findFirstVersion(db, start.id) }
      const source = { id: start.id, walletId: start.order.wallet_id, funding: topUpFundingOf(start.order) }
      const readFacts = () => readTopUpFacts(db, source, start.policy)
      const settled = await settle(ledger, async () => {
        const facts = await readFacts()
        return acceptUnit(start, newTopUp(start, facts), facts)
      })
      if (settled.kind === 'refused') {
        const topUp = newTopUp(start, await readFacts())
        await settle(ledger, async () => refusedUnit(start, topUp, settled))
      }
      const progress = await progressOf(start.id)
      crash('top-up.accept/report')
      return progress
    },

    /**
     * Credits the wallet with what the bank has booked; or, when it was given up meanwhile, the bank's suspense account. One
     * that was booked on an operator's word gets the bank's own.
     */
    bookTopUp: async (start: TopUpStart, bankReference: string): Promise<TopUpProgress> => {
      const { state } = await getTopUp(db, start.id)
      if (state === 'failed')
        return step(start, 'late-booking', (topUp) =>
          topUp.bankReference === null ? units.lateBookingPart(topUp, bankReference) : undefined
        )
      if (state === 'succeeded') {
        const contradicted = await hasEvent(db, start.id, 'top_up.contradicted')
        return step(start, 'confirm', (topUp) => units.confirmedPart(topUp, bankReference, contradicted))
      }
      const progress = await step(start, 'book', (topUp) =>
        topUp.state === 'processing' ? units.bookPart(topUp, bankReference) : undefined
      )
      crash('top-up.book/report')
      return progress
    },

    /** The bank has not booked. One that was booked on an operator's word is contradicted by that. */
    declineTopUp: async (start: TopUpStart, code: ProblemCode, unsent = false): Promise<TopUpProgress> => {
      if ((await getTopUp(db, start.id)).state === 'succeeded') return step(start, 'contradict', units.contradictedPart)
      const progress = await step(start, 'decline', (topUp) =>
        mayEnd(topUp, unsent) ? units.declinePart(topUp, code) : undefined
      )
      crash('top-up.decline/report')
      return progress
    },

    /** Opens the operator's task; the money and the limit stay as they are. */
    markTopUpStuck: (start: TopUpStart): Promise<TopUpProgress> =>
      step(start, 'stuck', (topUp) =>
        topUp.state === 'processing' ? units.stuckPart(topUp, clockOf(start.policy.stuck_sla_ms)) : undefined
      ),

    /** Nobody has reviewed it in time: taken back, as nobody has said no. One that moved on meanwhile is left as it is. */
    giveUpTopUp: async (start: TopUpStart): Promise<TopUpProgress> => {
      const now = await readBusinessNow(db)
      return step(start, 'give-up', (topUp) =>
        topUp.state === 'in_review' && now >= topUp.reviewBefore! ? canceledPart(topUp) : undefined
      )
    },

    readTopUp: (start: TopUpStart): Promise<TopUpProgress> => progressOf(start.id)
  }
}
