import { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { TopUpState } from '../domain/top-up.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { readTopUpFacts, type TopUpFacts } from '../store/top-up-facts.ts'
import { getTopUp, type TopUp } from '../store/top-up.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { refusalToReview, saidYesTo } from './risk-review.ts'
import { settle } from './settle.ts'
import { createStuckDecisions } from './stuck-decisions.ts'
import { approvePart, canceledPart, refusedUnit, rejectedPart } from './top-up-accept.ts'
import { toTopUpProgress, type TopUpStart } from './top-up-progress.ts'
import { bookPart, retryPart, writeOffPart } from './top-up-units.ts'

/** What reviewers and customers decide before a bank is asked, and finance about a top-up whose end nobody knows. */
export function topUpDecisionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  const get = (id: string) => getTopUp(db, id)
  const stuck = createStuckDecisions(
    { db, ledger },
    { get, toProgress: toTopUpProgress, retryPart, writeOffPart, bookPart }
  )

  async function decide(
    { id }: TopUpStart,
    decisionId: string,
    partFor: (topUp: TopUp, decision: Decision) => Promise<UnitPart | Refusal>
  ): Promise<TopUpDecided> {
    const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) =>
      partFor(await get(id), decision)
    )
    return { ...settled, progress: toTopUpProgress(await get(id)) }
  }

  const review = (
    start: TopUpStart,
    decisionId: string,
    partFor: (topUp: TopUp, decision: Decision, facts: TopUpFacts) => UnitPart | Refusal
  ): Promise<TopUpDecided> =>
    decide(start, decisionId, async (topUp, decision) => {
      const facts = await readTopUpFacts(db, topUp, start.policy)
      return (await refusalToReview(db, topUp, decision, facts.now)) ?? partFor(topUp, decision, facts)
    })

  return {
    /** A reviewer lets it go on: then the bank is asked. What is not taken in any more is declined. */
    approveTopUp: async (start: TopUpStart, decisionId: string): Promise<TopUpDecided> => {
      const outcome = await review(start, decisionId, (topUp, { actor }, facts) =>
        approvePart(start, topUp, facts, actor)
      )
      return saidYesTo(outcome, 'in_review', async (refused) => {
        await settle(ledger, async () => refusedUnit(start, await get(start.id), refused))
        return toTopUpProgress(await get(start.id))
      })
    },

    /** A reviewer does not let it go on: no bank is asked. */
    rejectTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> =>
      review(start, decisionId, (topUp, { actor }) => rejectedPart(topUp, actor)),

    /** The customer, or the backend for them, takes the order back before it was reviewed. */
    cancelTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> =>
      decide(start, decisionId, async (topUp, { actor }) =>
        topUp.state === 'in_review' ? canceledPart(topUp, actor) : new Refusal('state_conflict', { state: topUp.state })
      ),

    retryTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> => stuck.retry(start, decisionId),
    writeOffTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> => stuck.writeOff(start, decisionId),
    resolveTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> => stuck.resolve(start, decisionId),
    listTopUpDecisions: pendingDecisions(db)
  }
}

type TopUpDecided = DecisionOutcome<TopUpState>
