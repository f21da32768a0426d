import { decideBill } from '../domain/bill-acceptance.ts'
import { Refusal } from '../domain/errors.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { readBillPaymentFacts, zoneOf } from '../store/bill-payment-facts.ts'
import { getBillPayment, type BillPayment } from '../store/bill-payment.ts'
import type { Decision } from '../store/decision.ts'
import { readBusinessNow } from '../store/process.ts'
import type { BillPaymentProgress, BillPaymentStart } from './bill-payment-progress.ts'
import { createBillPaymentStep } from './bill-payment-step.ts'
import * as units from './bill-payment-units.ts'
import type { ActivityDeps } from './deps.ts'
import type { Refused } from './settle.ts'

/** Beforehand it is noted; while it is waited for, the money is held now, on today's facts. */
export async function approvedPart(
  { db }: Pick<ActivityDeps, 'db'>,
  start: BillPaymentStart,
  before: BillPayment,
  decision: Decision
): Promise<UnitPart | Refusal> {
  if (!isOf(decision, before)) return new Refusal('forbidden')
  const now = await readBusinessNow(db)
  const approved = { approvedAt: now, approvedAmount: units.amountOf(before) }
  if (before.state === 'announced') return units.notedPart(before, approved, 'bill_payment.approved', decision.actor)
  if (before.state !== 'awaiting_approval') return new Refusal('state_conflict', { state: before.state })
  if (now >= before.approvalDeadline!) return new Refusal('confirmation_expired')
  const facts = await readBillPaymentFacts(db, before, start.policy)
  const payment = { ...before, ...approved }
  const judged = decideBill(facts, { amount: approved.approvedAmount, fee: payment.fee }, start.policy)
  if (judged.kind === 'refuse') return new Refusal(judged.code, judged.data)
  return units.payPart({ before, payment, extra: { actor: decision.actor } }, facts, judged.limits, start.policy)
}

/**
 * Approved, and cannot be paid: it waits for the money, or has failed.
 * @returns undefined where the refusal is about the approval itself, and nothing has changed
 */
export async function unpaidAfterApproval(
  deps: Pick<ActivityDeps, 'db' | 'ledger'>,
  start: BillPaymentStart,
  refused: Refused
): Promise<BillPaymentProgress | undefined> {
  if (!isAboutMoney.has(refused.code)) return undefined
  const { customerId, attempt } = await getBillPayment(deps.db, start.id)
  const [zone, approvedAt] = [await zoneOf(deps.db, customerId), await readBusinessNow(deps.db)]
  return createBillPaymentStep(deps)(start, `unpaid:${attempt}`, (before) => {
    if (before.state !== 'awaiting_approval') return undefined
    const payment = { ...before, approvedAt, approvedAmount: before.amount }
    return units.unpaidPart({ before, payment, extra: {} }, refused, zone, start.policy)
  })
}

/** Refusals that say nothing about the approval itself. */
const isAboutMoney: ReadonlySet<string> = new Set([
  'insufficient_funds',
  'limit_exceeded',
  'wallet_frozen',
  'account_closed',
  'rail_suspended',
  'biller_unavailable',
  'risk_blocked'
])

/** The customer's own word, for this amount to this biller: a decision about anything else approves nothing. */
const isOf = ({ role, actor, data }: Decision, payment: BillPayment): boolean =>
  role === 'customer' &&
  actor === payment.customerId &&
  payment.amount !== null &&
  data['amount'] === payment.amount.toString() &&
  data['currency'] === payment.currency &&
  data['biller_id'] === payment.billerId
