import { mayEnd } from '../domain/bank-account.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { clockOf } from '../domain/operators-work.ts'
import { neededOf } from '../domain/refund-rules.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { findFirstVersion, hasEvent } from '../store/event.ts'
import { readBusinessNow } from '../store/process.ts'
import { canGive, readRefundFacts } from '../store/refund-facts.ts'
import { findRefund, getRefund, type Refund } from '../store/refund.ts'
import { createTurns } from '../store/turns.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { acceptUnit, lateUnit, nowFundedPart } from './refund-accept.ts'
import { toRefundProgress, type RefundAccepted, type RefundProgress, type RefundStart } from './refund-progress.ts'
import * as units from './refund-units.ts'
import { settle } from './settle.ts'

/** The steps of a refund that touch only our books; each is one unit of work, and safe to repeat. */
export function refundActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  const progressOf = async (id: string): Promise<RefundProgress> => toRefundProgress(await getRefund(db, id))

  /** Refunds of one payment make each other stale: within this worker they go one after the other. */
  const inTurn = createTurns<string>()

  const step = createStep({ db, ledger })

  async function takeIn(start: RefundStart): Promise<void> {
    const readFacts = () => readRefundFacts(db, start.order.payment_id)
    const settled = await settle(ledger, async () => acceptUnit(start, await readFacts()))
    if (settled.kind === 'refused') await settle(ledger, async () => lateUnit(start, await readFacts(), settled.code))
  }

  return {
    /**
     * Gives the money back at once, or to whoever brings it to a bank or a card; or waits for the merchants to have it. A
     * record that is there already answers for itself.
     */
    acceptRefund: async (start: RefundStart): Promise<RefundAccepted> => {
      const there = await findRefund(db, start.id)
      if (there) return { ...toRefundProgress(there), first_version: await findFirstVersion(db, start.id) }
      await inTurn(start.order.payment_id, () => takeIn(start))
      const progress = await progressOf(start.id)
      crash('refund.accept/report')
      return progress
    },

    /**
     * Looks whether the merchants have the money by now.
     * @param at the business time of the look, RFC 3339: looked again means tried again.
     */
    fundRefund: async ({ id, fingerprint }: RefundStart, at: string): Promise<RefundProgress> => {
      const there = await getRefund(db, id)
      const key = `${id}:fund:${Date.parse(at)}`
      if (there.state === 'pending' && (await canGive(db, neededOf(there), there.currency)))
        await inTurn(there.paymentId, () =>
          settle(ledger, async () => {
            const refund = await getRefund(db, id)
            if (refund.state !== 'pending') return { key, fingerprint, guards: [over(refund)] }
            return { key, fingerprint, ...nowFundedPart(refund, await readRefundFacts(db, refund.paymentId)) }
          })
        )
      return progressOf(id)
    },

    /** They did not get it in all that time: opens the operator's task. It goes on waiting. */
    markRefundUnfunded: async (start: RefundStart): Promise<RefundProgress> => {
      const now = await readBusinessNow(db)
      return step(start, 'unfunded', (refund) =>
        refund.state === 'pending' && refund.waitUntil !== null && now >= refund.waitUntil
          ? units.unfundedPart(refund, clockOf(start.policy.stuck_sla_ms))
          : undefined
      )
    }
  }
}

/** What the word of a bank, or of the acquirer, means for one that is with them; each is one unit of work, and safe to repeat. */
export function refundOutcomeActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  const step = createStep({ db, ledger })

  return {
    /**
     * It has left for the bank account or the card; or, when it is in the wallet already, for the suspense account. One that
     * was booked on an operator's word gets the bank's own.
     */
    bookRefund: async (start: RefundStart, bankReference: string): Promise<RefundProgress> => {
      const { state, destination } = await getRefund(db, start.id)
      const unheard = (part: (refund: Refund) => UnitPart) => (refund: Refund) =>
        refund.bankReference === null ? part(refund) : undefined
      if (state === 'succeeded' && destination === 'wallet')
        return step(
          start,
          'late-booking',
          unheard((refund) => units.lateBookingPart(refund, bankReference))
        )
      if (state === 'succeeded') {
        const contradicted = await hasEvent(db, start.id, 'refund.contradicted')
        return step(
          start,
          'confirm-booking',
          unheard((refund) => units.confirmedPart(refund, bankReference, contradicted))
        )
      }
      return step(start, 'book', (refund) =>
        refund.state === 'processing' ? units.bookPart(refund, bankReference) : undefined
      )
    },

    /** The bank has not booked: it goes to the wallet. What was booked on an operator's word is contradicted by that. */
    declineRefund: async (start: RefundStart, code: ProblemCode, unsent = false): Promise<RefundProgress> => {
      if ((await getRefund(db, start.id)).state === 'succeeded')
        return step(start, 'contradict', (refund) =>
          refund.destination === 'original' && refund.bankReference === null
            ? units.contradictedPart(refund)
            : undefined
        )
      return step(start, 'decline', (refund) => (mayEnd(refund, unsent) ? units.toWalletPart(refund, code) : undefined))
    },

    /** Opens the operator's task; the money stays reserved. */
    markRefundStuck: (start: RefundStart): Promise<RefundProgress> =>
      step(start, 'stuck', (refund) =>
        refund.state === 'processing' ? units.stuckPart(refund, clockOf(start.policy.stuck_sla_ms)) : undefined
      ),

    readRefund: async ({ id }: RefundStart): Promise<RefundProgress> => toRefundProgress(await getRefund(db, id))
  }
}

const createStep =
  ({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) =>
  async (
    { id, fingerprint }: RefundStart,
    name: string,
    partFor: (refund: Refund) => UnitPart | undefined
  ): Promise<RefundProgress> =>
    toRefundProgress(
      (await advance(ledger, { key: `${id}:${name}`, fingerprint }, () => getRefund(db, id), partFor)).seen
    )

const over = ({ state }: Refund) => ({ kind: 'refuse', code: 'state_conflict', data: { state } }) as const
