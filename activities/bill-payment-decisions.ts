import { dayBegins } from '../domain/bill-dates.ts'
import type { BillPaymentState } from '../domain/bill-payment.ts'
import { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { zoneOf } from '../store/bill-payment-facts.ts'
import { getBillPayment, type BillPayment } from '../store/bill-payment.ts'
import type { Decision } from '../store/decision.ts'
import { readBusinessNow } from '../store/process.ts'
import { approvedPart, unpaidAfterApproval } from './bill-payment-approve.ts'
import { toBillPaymentProgress, type BillPaymentStart } from './bill-payment-progress.ts'
import * as units from './bill-payment-units.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { createStuckDecisions } from './stuck-decisions.ts'

type Deps = Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>
type Ordered = BillPayment & { readonly amount: bigint }
type BillPaymentDecided = DecisionOutcome<BillPaymentState>

/** What customers decide about their bills, and finance when nobody knows whether the biller has its money. */
export function billPaymentDecisionActivities(deps: Deps) {
  const { db, ledger, crash } = deps
  const withProgress = async (start: BillPaymentStart, outcome: Omit<BillPaymentDecided, 'progress'>) =>
    ({
      ...outcome,
      progress: toBillPaymentProgress(await getBillPayment(db, start.id), start.policy)
    }) as BillPaymentDecided

  const decide = async (
    start: BillPaymentStart,
    decisionId: string,
    partFor: (payment: BillPayment, decision: Decision) => Promise<UnitPart | Refusal>
  ): Promise<BillPaymentDecided> => {
    const about = { processId: start.id, decisionId }
    const settled = await carryOut(deps, about, async (decision) =>
      partFor(await getBillPayment(db, start.id), decision)
    )
    return withProgress(start, settled)
  }

  const stuck = stuckDecisions({ db, ledger })
  return {
    /** The customer has said yes: beforehand, or while it waits for that; then it is paid now, on today's facts. */
    approveBillPayment: async (start: BillPaymentStart, decisionId: string): Promise<BillPaymentDecided> => {
      const outcome = await decide(start, decisionId, (payment, decision) =>
        approvedPart(deps, start, payment, decision)
      )
      const unpaid = outcome.kind === 'refused' ? await unpaidAfterApproval(deps, start, outcome) : undefined
      crash('bill-payment.approve/report')
      return unpaid ? { ...outcome, progress: unpaid } : outcome
    },

    cancelBillPayment: (start: BillPaymentStart, decisionId: string): Promise<BillPaymentDecided> =>
      decide(start, decisionId, (payment, decision) => endedPart(deps, payment, decision, 'canceled')),

    /** Only an occurrence is left out; what was ordered by itself is canceled. */
    skipBillPayment: (start: BillPaymentStart, decisionId: string): Promise<BillPaymentDecided> =>
      decide(start, decisionId, (payment, decision) => endedPart(deps, payment, decision, 'skipped')),

    retryBillPayment: async (start: BillPaymentStart, decisionId: string): Promise<BillPaymentDecided> =>
      withProgress(start, await stuck.retry(start, decisionId)),

    writeOffBillPayment: async (start: BillPaymentStart, decisionId: string): Promise<BillPaymentDecided> =>
      withProgress(start, await stuck.writeOff(start, decisionId)),

    listBillPaymentDecisions: pendingDecisions(db)
  }
}

/** While the day before lasts, what is announced can still be taken back; what waits for something, at any time. */
async function endedPart(
  { db }: Pick<ActivityDeps, 'db'>,
  payment: BillPayment,
  { actor }: Decision,
  state: 'canceled' | 'skipped'
): Promise<UnitPart | Refusal> {
  const isLegal = ENDABLE[state].has(payment.state) && (state === 'canceled' || payment.mandateId !== null)
  if (!isLegal) return new Refusal('state_conflict', { state: payment.state })
  if (payment.state === 'announced') {
    const begins = dayBegins(payment.debitAt, await zoneOf(db, payment.customerId))
    if ((await readBusinessNow(db)) >= begins) return new Refusal('too_late_to_change')
  }
  return units.endPart(payment, state, null, actor)
}

const ENDABLE: Readonly<Record<'canceled' | 'skipped', ReadonlySet<BillPaymentState>>> = {
  skipped: new Set(['announced', 'awaiting_approval']),
  canceled: new Set(['announced', 'awaiting_approval', 'awaiting_funds'])
}

/** What is stuck has been sent, and knows what for. */
const stuckDecisions = ({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) =>
  createStuckDecisions<Ordered, BillPaymentState>(
    { db, ledger },
    {
      get: async (id: string) => {
        const payment = await getBillPayment(db, id)
        return { ...payment, amount: units.amountOf(payment) }
      },
      toProgress: ({ id, state, version }) => ({ id, state, version }),
      retryPart: units.retryPart,
      writeOffPart: units.writeOffPart
    }
  )
