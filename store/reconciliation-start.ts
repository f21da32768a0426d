import { createHash } from 'node:crypto'
import { idOf, type ReconciliationId } from '../domain/ids.ts'
import type { ReconciliationOrder, Start } from '../domain/orders.ts'
import { reconciliationPolicy, type Policy, type ReconciliationPolicy } from '../domain/policy/index.ts'

/** One day of one bank is one record, whoever asks for it, and however often. */
export const reconciliationIdOf = ({ bank, date }: ReconciliationOrder): ReconciliationId =>
  idOf('rec', `rec_${createHash('sha256').update(`${bank}\n${date}`).digest('hex').slice(0, 32)}`)

/** The start argument of its run. */
export function reconciliationStart(
  { bank, date }: ReconciliationOrder,
  actor: string,
  policy: Policy
): Start<ReconciliationOrder, ReconciliationPolicy> {
  const id = reconciliationIdOf({ bank, date })
  return {
    id,
    order: { bank, date },
    policy: reconciliationPolicy(policy),
    fingerprint: `${bank}/${date}`,
    actor,
    requestId: id
  }
}
