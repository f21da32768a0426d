import type { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { PaymentState } from '../domain/payment.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { getPayment, type Payment } from '../store/payment.ts'
import { readBusinessNow } from '../store/process.ts'
import { carryOut } from './carry-out.ts'
import type { PaymentDeps } from './deps.ts'
import { refusedUnit } from './payment-authorize.ts'
import { toPaymentProgress, type PaymentStart } from './payment-progress.ts'
import { saidYesTo } from './risk-review.ts'
import { settle } from './settle.ts'

export type PaymentDecided = DecisionOutcome<PaymentState>

/** How whatever is decided about a payment is carried out: one unit of work each. */
export function createPaymentDecide({ db, ledger, crash }: PaymentDeps) {
  return {
    decide: async (
      { id }: PaymentStart,
      decisionId: string,
      action: string,
      partFor: (payment: Payment, decision: Decision) => Promise<UnitPart | Refusal>
    ): Promise<PaymentDecided> => {
      const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) =>
        partFor(await getPayment(db, id), decision)
      )
      const progress = toPaymentProgress(await getPayment(db, id))
      crash(`payment.${action}/report`)
      return { ...settled, progress }
    },

    /** What was said yes to, and cannot be made, is declined, or has still to be confirmed. */
    saidYesTo: (start: PaymentStart, outcome: PaymentDecided, from: PaymentState): Promise<PaymentDecided> =>
      saidYesTo(outcome, from, async (refused) => {
        await settle(
          ledger,
          async () => refusedUnit(start, await getPayment(db, start.id), refused, await readBusinessNow(db)).unit
        )
        return toPaymentProgress(await getPayment(db, start.id))
      })
  }
}
