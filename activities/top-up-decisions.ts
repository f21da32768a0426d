import type { DecisionOutcome } from '../domain/orders.ts'
import type { TopUpState } from '../domain/top-up.ts'
import { getTopUp } from '../store/top-up.ts'
import { pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { createStuckDecisions } from './stuck-decisions.ts'
import { toTopUpProgress, type TopUpStart } from './top-up-progress.ts'
import { bookPart, retryPart, writeOffPart } from './top-up-units.ts'

/** What finance may decide about a top-up whose end nobody knows. */
export function topUpDecisionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  const get = (id: string) => getTopUp(db, id)
  const stuck = createStuckDecisions(
    { db, ledger },
    { get, toProgress: toTopUpProgress, retryPart, writeOffPart, bookPart }
  )
  return {
    retryTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> => stuck.retry(start, decisionId),
    writeOffTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> => stuck.writeOff(start, decisionId),
    resolveTopUp: (start: TopUpStart, decisionId: string): Promise<TopUpDecided> => stuck.resolve(start, decisionId),
    listTopUpDecisions: pendingDecisions(db)
  }
}

type TopUpDecided = DecisionOutcome<TopUpState>
