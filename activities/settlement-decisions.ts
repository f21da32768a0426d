import type { DecisionOutcome } from '../domain/orders.ts'
import type { SettlementState } from '../domain/settlement.ts'
import { getSettlement } from '../store/settlement.ts'
import { pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { toSettlementProgress, type SettlementStart } from './settlement-progress.ts'
import { bookPart, retryPart, writeOffPart } from './settlement-units.ts'
import { createStuckDecisions } from './stuck-decisions.ts'

type SettlementDecided = DecisionOutcome<SettlementState>

/** What finance decides when nobody knows whether the money has left. */
export function settlementDecisionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  const get = (id: string) => getSettlement(db, id)
  const parts = { get, toProgress: toSettlementProgress, retryPart, writeOffPart, bookPart }
  const stuck = createStuckDecisions({ db, ledger }, parts)
  return {
    retrySettlement: (start: SettlementStart, decisionId: string): Promise<SettlementDecided> =>
      stuck.retry(start, decisionId),

    writeOffSettlement: (start: SettlementStart, decisionId: string): Promise<SettlementDecided> =>
      stuck.writeOff(start, decisionId),

    resolveSettlement: (start: SettlementStart, decisionId: string): Promise<SettlementDecided> =>
      stuck.resolve(start, decisionId),

    listSettlementDecisions: pendingDecisions(db)
  }
}
