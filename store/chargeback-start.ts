import { reasonOf } from '../domain/chargeback.ts'
import type { DisputeId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { DisputeOrder, Start } from '../domain/orders.ts'
import { disputePolicy, type DisputePolicy, type Policy } from '../domain/policy/index.ts'
import type { KnownChargeback } from './chargeback.ts'
import { derivedId } from './derived-id.ts'

/** Who opens the dispute of a chargeback. */
const ACQUIRER = 'acquirer'

/** One chargeback is one dispute. */
const chargebackDisputeIdOf = (chargebackId: string): DisputeId => derivedId('dsp', chargebackId)

/** The start argument of a chargeback's dispute: the same whoever starts it, and however often. */
export function chargebackStart(
  { id: chargebackId, originalId, amount, currency, reason, previousId }: KnownChargeback,
  policy: Policy
): Start<DisputeOrder, DisputePolicy> {
  const id = chargebackDisputeIdOf(chargebackId)
  return {
    id,
    order: {
      payment_id: originalId,
      reason: reasonOf(reason),
      amount: toWire({ amount, currency }),
      chargeback_id: chargebackId,
      ...(previousId !== null && { previous_id: chargebackDisputeIdOf(previousId) })
    },
    policy: disputePolicy(policy),
    fingerprint: chargebackId,
    actor: ACQUIRER,
    requestId: id
  }
}
