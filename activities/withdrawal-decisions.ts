import { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { WithdrawalState } from '../domain/withdrawal.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { readWithdrawalFacts } from '../store/withdrawal-facts.ts'
import { getWithdrawal, type Withdrawal } from '../store/withdrawal.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { createStuckDecisions } from './stuck-decisions.ts'
import { confirmPart } from './withdrawal-accept.ts'
import { toWithdrawalProgress, type WithdrawalStart } from './withdrawal-progress.ts'
import { heldOrDeclined } from './withdrawal-review.ts'
import { bookPart, endUnconfirmedPart, retryPart, writeOffPart } from './withdrawal-units.ts'

type WithdrawalDecided = DecisionOutcome<WithdrawalState>

/** What customers and backends decide before the money is held, and finance when nobody knows whether it has left. */
export function withdrawalDecisionActivities({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) {
  const get = (id: string) => getWithdrawal(db, id)
  const toProgress = toWithdrawalProgress
  const stuck = createStuckDecisions({ db, ledger }, { get, toProgress, retryPart, writeOffPart, bookPart })

  /** While it waits for the customer, in one of these states; afterwards it is too late. */
  async function decideUnconfirmed(
    { id }: WithdrawalStart,
    decisionId: string,
    partFor: (withdrawal: Withdrawal, decision: Decision) => Promise<UnitPart | Refusal>,
    states: readonly WithdrawalState[] = ['requires_action']
  ): Promise<WithdrawalDecided> {
    const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) => {
      const withdrawal = await get(id)
      if (!states.includes(withdrawal.state)) return new Refusal('state_conflict', { state: withdrawal.state })
      return partFor(withdrawal, decision)
    })
    return { ...settled, progress: toProgress(await get(id)) }
  }

  return {
    /** The customer has confirmed: hold the money now, on today's facts. What cannot be held any more is declined. */
    confirmWithdrawal: async (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> => {
      const outcome = await decideUnconfirmed(start, decisionId, async (withdrawal, decision) => {
        if (!isOf(decision, withdrawal)) return new Refusal('forbidden')
        const facts = await readWithdrawalFacts(db, withdrawal, start.policy)
        if (facts.now >= withdrawal.confirmBefore!) return new Refusal('confirmation_expired')
        return confirmPart(start, withdrawal, facts, decision.actor)
      })
      return report(await heldOrDeclined({ db, ledger }, start, outcome, 'requires_action'))
    },

    /** The customer, or the backend for them, takes the order back before it was confirmed, or reviewed. */
    cancelWithdrawal: (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> =>
      decideUnconfirmed(
        start,
        decisionId,
        async (withdrawal, { actor }) => endUnconfirmedPart(withdrawal, 'canceled', actor),
        ['requires_action', 'in_review']
      ),

    retryWithdrawal: (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> =>
      stuck.retry(start, decisionId),

    writeOffWithdrawal: (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> =>
      stuck.writeOff(start, decisionId),

    resolveWithdrawal: (start: WithdrawalStart, decisionId: string): Promise<WithdrawalDecided> =>
      stuck.resolve(start, decisionId),

    listWithdrawalDecisions: pendingDecisions(db)
  }

  function report(outcome: WithdrawalDecided): WithdrawalDecided {
    crash('withdrawal.confirm/report')
    return outcome
  }
}

/** The customer's own word, for this amount and this account: a decision about anything else confirms nothing. */
const isOf = ({ role, actor, data }: Decision, withdrawal: Withdrawal): boolean =>
  role === 'customer' &&
  actor === withdrawal.customerId &&
  data['amount'] === withdrawal.amount.toString() &&
  data['currency'] === withdrawal.currency &&
  data['bank_account_id'] === withdrawal.bankAccountId
