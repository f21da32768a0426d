import { billStepUp, decideBill, needsApproval } from '../domain/bill-acceptance.ts'
import { currency } from '../domain/currencies.ts'
import { idOf } from '../domain/ids.ts'
import type { UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import type { BillPaymentFacts } from '../store/bill-payment-facts.ts'
import type { BillPayment } from '../store/bill-payment.ts'
import type { BillPaymentStart } from './bill-payment-progress.ts'
import * as units from './bill-payment-units.ts'
import type { WriteExtra } from './record-write.ts'

/** As it was ordered, before anything has become of it. */
export function newBillPayment(
  { id, order, policy }: BillPaymentStart,
  facts: BillPaymentFacts,
  accountIndex: string
): BillPayment {
  const { fee, now, customerId } = facts
  const amount = order.amount === undefined ? null : BigInt(order.amount.amount)
  const debitAt = order.debit_at === undefined ? now : new Date(order.debit_at)
  const announceAt = order.announce_at === undefined ? now : new Date(order.announce_at)
  const since = order.device_known_since
  const deviceAgeMs = since === undefined ? undefined : now.getTime() - Date.parse(since)
  const rules = order.mandate_id === undefined && amount !== null ? billStepUp(facts, amount, deviceAgeMs, policy) : []
  return {
    id: idOf('bpm', id),
    state: 'announced',
    version: 0,
    customerId,
    walletId: idOf('wal', order.wallet_id),
    billerId: idOf('bil', order.biller_id),
    accountReference: order.account_reference,
    accountIndex,
    billReference: order.bill_reference ?? null,
    currency: currency(facts.currency),
    amount,
    cap: order.cap === undefined ? null : BigInt(order.cap.amount),
    fee,
    dueDate: null,
    announceAt,
    debitAt,
    noticedAt: announceAt <= now ? now : null,
    scheduled: order.debit_at !== undefined,
    approvalRequired: rules.length > 0,
    approvedAt: null,
    approvedAmount: null,
    approvalDeadline: null,
    approvalExtended: false,
    attempt: 0,
    nextAttemptAt: null,
    warned: false,
    heldAt: null,
    limitCounters: [],
    networkReference: null,
    sentAt: null,
    declineCode: null,
    reversed: 0n,
    metadata: order.metadata,
    risk: null,
    reviewBefore: null,
    mandateId: order.mandate_id ?? null,
    period: order.period ?? null,
    latePolicy: order.late_policy ?? null,
    createdAt: now
  }
}

/** Its first unit: it waits for its day, or is paid now, or its customer is asked. */
export function acceptUnit(start: BillPaymentStart, payment: BillPayment, facts: BillPaymentFacts): UnitOfWork {
  const unit = { key: `${start.id}:accept`, fingerprint: start.fingerprint }
  const step = { before: undefined, payment, extra: { order: start, actor: start.actor } }
  if (payment.scheduled) return { ...unit, ...units.announcePart(step) }
  return { ...unit, ...attemptPart(start, step, facts) }
}

/** The money is looked for: it is held, or its customer has to approve first; a refusal is stored under the unit's key. */
export function attemptPart(
  { policy }: Pick<BillPaymentStart, 'policy'>,
  step: { readonly before: BillPayment | undefined; readonly payment: BillPayment; readonly extra: WriteExtra },
  facts: BillPaymentFacts
): UnitPart {
  const { payment } = step
  const amount = units.amountOf(payment)
  if (needsApproval(payment, amount) && step.before?.state !== 'awaiting_funds') {
    const waitMs = payment.scheduled ? policy.approval_ms : policy.confirmation_ms
    return units.askPart(step, new Date(facts.now.getTime() + waitMs))
  }
  const decision = decideBill(facts, { amount, fee: payment.fee }, policy)
  if (decision.kind === 'refuse') return { guards: [{ kind: 'refuse', code: decision.code, data: decision.data }] }
  return units.payPart(step, facts, decision.limits, policy)
}
