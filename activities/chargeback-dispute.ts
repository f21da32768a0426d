import { workflowIdOf } from '../domain/workflow-id.ts'
import { getDispute, listDisputesToSupersede } from '../store/dispute.ts'
import { getPayment } from '../store/payment.ts'
import { supersededPart } from './chargeback-units.ts'
import type { ActivityDeps } from './deps.ts'
import type { DisputeStart } from './dispute-progress.ts'
import { see } from './dispute-step.ts'
import { postByAttempts } from './post-by-attempts.ts'

/**
 * Ends what the customer disputes of the payment with us, since the card's issuer has taken it up: else both would give the money
 * back. Each is a unit of its own, and what is left of the payment afterwards is what the chargeback finds.
 */
export async function supersedeDisputes(
  { db, ledger, runs }: Pick<ActivityDeps, 'db' | 'ledger' | 'runs'>,
  start: DisputeStart
): Promise<void> {
  const { id, fingerprint, order } = start
  for (const other of await listDisputesToSupersede(db, order.payment_id)) {
    const ended = await postByAttempts(ledger, { key: `${id}:supersede:${other}`, fingerprint }, async () => {
      const dispute = await getDispute(db, other)
      if (dispute.released) return undefined
      return supersededPart(start, await see(db, dispute, await getPayment(db, dispute.paymentId)))
    })
    // Its run looks at its next time as well.
    if (ended) await runs.nudge(workflowIdOf('dispute', other)).catch(() => undefined)
  }
}
