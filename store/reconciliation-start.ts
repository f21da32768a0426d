import type { ReconciliationOrder, Start } from '../domain/orders.ts'
import { reconciliationPolicy, type Policy, type ReconciliationPolicy } from '../domain/policy/index.ts'
import type { Reconciliation } from './reconciliation.ts'

/** The start argument of a day's run: the same whoever starts it, and however often. */
export function reconciliationStart(
  { id, bank, date, askedBy }: Pick<Reconciliation, 'id' | 'bank' | 'date' | 'askedBy'>,
  policy: Policy
): Start<ReconciliationOrder, ReconciliationPolicy> {
  return {
    id,
    order: { bank, date },
    policy: reconciliationPolicy(policy),
    fingerprint: `${bank}/${date}`,
    actor: askedBy,
    requestId: id
  }
}
