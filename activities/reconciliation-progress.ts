import type { Progress, ReconciliationOrder, Start } from '../domain/orders.ts'
import type { ReconciliationPolicy } from '../domain/policy/index.ts'
import type { ReconciliationState } from '../domain/reconciliation.ts'
import type { Reconciliation } from '../store/reconciliation.ts'

export type ReconciliationStart = Start<ReconciliationOrder, ReconciliationPolicy>

export interface ReconciliationProgress extends Progress<ReconciliationState> {
  readonly open_items: number
  readonly counts: Reconciliation['counts']
  /** Why there is no statement yet, in a word. */
  readonly waits_for?: string
}

export const toReconciliationProgress = (of: Reconciliation, waitsFor?: string): ReconciliationProgress => ({
  id: of.id,
  state: of.state,
  version: of.version,
  open_items: of.openItems,
  counts: of.counts,
  ...(waitsFor !== undefined && { waits_for: waitsFor })
})
