import type { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { WithdrawalState } from '../domain/withdrawal.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { readBusinessNow } from '../store/process.ts'
import { readWithdrawalFacts, type WithdrawalFacts } from '../store/withdrawal-facts.ts'
import { getWithdrawal, type Withdrawal } from '../store/withdrawal.ts'
import { advance } from './advance.ts'
import { carryOut } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { isDecline, refusalToReview } from './risk-review.ts'
import { settle } from './settle.ts'
import { approvePart, refusedUnit } from './withdrawal-accept.ts'
import { toWithdrawalProgress, type WithdrawalProgress, type WithdrawalStart } from './withdrawal-progress.ts'
import { endUnconfirmedPart, rejectedPart } from './withdrawal-units.ts'

type WithdrawalDecided = DecisionOutcome<WithdrawalState>
type ReviewDeps = Pick<ActivityDeps, 'db' | 'ledger'>

/** What becomes of a withdrawal that a risk rule has held up. */
export function withdrawalReviewActivities(deps: ReviewDeps) {
  const { db, ledger } = deps

  async function review(
    start: WithdrawalStart,
    decisionId: string,
    partFor: (withdrawal: Withdrawal, decision: Decision, facts: WithdrawalFacts) => UnitPart | Refusal
  ): Promise<WithdrawalDecided> {
    const settled = await carryOut(deps, { processId: start.id, decisionId }, async (decision) => {
      const withdrawal = await getWithdrawal(db, start.id)
      const facts = await readWithdrawalFacts(db, withdrawal, start.policy)
      return (await refusalToReview(db, withdrawal, decision, facts.now)) ?? partFor(withdrawal, decision, facts)
    })
    return { ...settled, progress: toWithdrawalProgress(await getWithdrawal(db, start.id)) }
  }

  return {
    /** A reviewer lets it go on: the money is held now, or the customer confirms first. */
    approveWithdrawal: async (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> => {
      const outcome = await review(start, decisionId, (withdrawal, { actor }, facts) =>
        approvePart(start, withdrawal, facts, actor)
      )
      return saidYesTo(deps, start, outcome, 'in_review')
    },

    /** A reviewer does not let it go on: nothing was held. */
    rejectWithdrawal: (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> =>
      review(start, decisionId, (withdrawal, { actor }) => rejectedPart(withdrawal, actor)),

    /** Nobody has reviewed it in time: taken back, as nobody has said no. One that moved on meanwhile is left as it is. */
    giveUpWithdrawal: async (start: WithdrawalStart): Promise<WithdrawalProgress> => {
      const now = await readBusinessNow(db)
      const { seen } = await advance(
        ledger,
        { key: `${start.id}:give-up`, fingerprint: start.fingerprint },
        () => getWithdrawal(db, start.id),
        (withdrawal) =>
          withdrawal.state === 'in_review' && now >= withdrawal.reviewBefore!
            ? endUnconfirmedPart(withdrawal, 'canceled')
            : undefined
      )
      return toWithdrawalProgress(seen)
    }
  }
}

/** What the customer or a reviewer has said yes to, and cannot be held any more, is declined. */
export async function saidYesTo(
  { db, ledger }: ReviewDeps,
  start: WithdrawalStart,
  outcome: WithdrawalDecided,
  from: WithdrawalState
): Promise<WithdrawalDecided> {
  if (outcome.kind !== 'refused' || outcome.progress.state !== from || !isDecline(outcome.code)) return outcome
  await settle(ledger, async () => refusedUnit(start, await getWithdrawal(db, start.id), outcome))
  return { ...outcome, progress: toWithdrawalProgress(await getWithdrawal(db, start.id)) }
}
