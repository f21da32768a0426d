import { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { TopUpState } from '../domain/top-up.ts'
import { writeOffNeedsFourEyes } from '../domain/write-off.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { findReview } from '../store/review.ts'
import { findOpenTask } from '../store/task.ts'
import { getTopUp, type TopUp } from '../store/top-up.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { toTopUpProgress, type TopUpStart } from './top-up-progress.ts'
import { retryPart, writeOffPart } from './top-up-units.ts'

/** What finance may decide about a top-up whose end nobody knows. */
export function topUpDecisionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  async function decide(
    { id }: TopUpStart,
    decisionId: string,
    partFor: (topUp: TopUp, decision: Decision) => Promise<UnitPart | Refusal>
  ): Promise<TopUpDecided> {
    const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) => {
      const topUp = await getTopUp(db, id)
      if (decision.role !== 'finance') return new Refusal('forbidden')
      if (topUp.state !== 'processing') return new Refusal('state_conflict', { state: topUp.state })
      return partFor(topUp, decision)
    })
    return { ...settled, progress: toTopUpProgress(await getTopUp(db, id)) }
  }

  /** The decision alone says little: the review has to say the same, and that someone else has asked for it. */
  async function isReviewed({ id }: TopUp, { action, actor, data }: Decision): Promise<boolean> {
    const review = await findReview(db, String(data['review_id']))
    return (
      review?.processId === id &&
      review.action === action &&
      review.state === 'approved' &&
      review.decidedBy === actor &&
      review.requestedBy !== actor
    )
  }

  return {
    /** Puts on record that an operator has the bank asked now; the run asks. */
    retryTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> =>
      decide(start, decisionId, async (topUp, { actor }) => retryPart(topUp, actor)),

    /** Gives the instruction up. Only one that is stuck, and above the threshold only with another operator's review. */
    writeOffTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> =>
      decide(start, decisionId, async (topUp, decision) => {
        if (!(await findOpenTask(db, topUp.id, 'stuck_bank_instruction')))
          return new Refusal('state_conflict', { state: topUp.state, reason: 'not_stuck' })
        const alone = writeOffNeedsFourEyes(topUp, start.policy) && !(await isReviewed(topUp, decision))
        return alone ? new Refusal('four_eyes_required') : writeOffPart(topUp, decision.actor)
      }),

    listTopUpDecisions: pendingDecisions(db)
  }
}

type TopUpDecided = DecisionOutcome<TopUpState>
