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
import { refusalToReview, saidYesTo } from './risk-review.ts'
import { settle } from './settle.ts'
import { approvePart, refusedUnit } from './withdrawal-accept.ts'
import { toWithdrawalProgress, type WithdrawalProgress, type WithdrawalStart } from './withdrawal-progress.ts'
import { endUnconfirmedPart, rejectedPart } from './withdrawal-units.ts'

type WithdrawalDecided = DecisionOutcome<WithdrawalState>
type ReviewDeps = Pick<ActivityDeps, 'db' | 'ledger'>

/** What becomes of a withdrawal that a risk rule has held up, and of one that nobody has said yes to in time. */
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

  /** Ends one that waits for somebody. One that moved on meanwhile is left as it is. */
  async function runOut(
    { id, fingerprint }: WithdrawalStart,
    name: string,
    to: 'canceled' | 'expired',
    isDue: (withdrawal: Withdrawal, now: Date) => boolean
  ): Promise<WithdrawalProgress> {
    const now = await readBusinessNow(db)
    const { seen } = await advance(
      ledger,
      { key: `${id}:${name}`, fingerprint },
      () => getWithdrawal(db, id),
      (withdrawal) => (isDue(withdrawal, now) ? endUnconfirmedPart(withdrawal, to) : undefined)
    )
    return toWithdrawalProgress(seen)
  }

  return {
    /** A reviewer lets it go on: the money is held now, or the customer confirms first. */
    approveWithdrawal: async (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> => {
      const outcome = await review(start, decisionId, (withdrawal, { actor }, facts) =>
        approvePart(start, withdrawal, facts, actor)
      )
      return heldOrDeclined(deps, start, outcome, 'in_review')
    },

    /** A reviewer does not let it go on: nothing was held. */
    rejectWithdrawal: (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> =>
      review(start, decisionId, (withdrawal, { actor }) => rejectedPart(withdrawal, actor)),

    /** Nobody has reviewed it in time: taken back, as nobody has said no. */
    giveUpWithdrawal: (start: WithdrawalStart): Promise<WithdrawalProgress> =>
      runOut(
        start,
        'give-up',
        'canceled',
        (withdrawal, now) => withdrawal.state === 'in_review' && now >= withdrawal.reviewBefore!
      ),

    /** The time to confirm is over. */
    expireWithdrawal: (start: WithdrawalStart): Promise<WithdrawalProgress> =>
      runOut(
        start,
        'expire',
        'expired',
        (withdrawal, now) => withdrawal.state === 'requires_action' && now >= withdrawal.confirmBefore!
      )
  }
}

/** What was said yes to, and cannot be held any more, is declined. */
export const heldOrDeclined = (
  { db, ledger }: ReviewDeps,
  start: WithdrawalStart,
  outcome: WithdrawalDecided,
  from: WithdrawalState
): Promise<WithdrawalDecided> =>
  saidYesTo(outcome, from, async (refused) => {
    await settle(ledger, async () => refusedUnit(start, await getWithdrawal(db, start.id), refused))
    return toWithdrawalProgress(await getWithdrawal(db, start.id))
  })
