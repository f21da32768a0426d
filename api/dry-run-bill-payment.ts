import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { billStepUp, decideBill, mayPassLater } from '../domain/bill-acceptance.ts'
import { toWire } from '../domain/money.ts'
import type { BillPaymentOrder } from '../domain/orders.ts'
import type { BillPaymentPolicy } from '../domain/policy/index.ts'
import { readBillPaymentFacts } from '../store/bill-payment-facts.ts'

/** What would happen now, by the rules that the workflow's activity uses; nothing is stored, and nothing is sent. */
export async function dryRunBillPayment(db: Kysely<Database>, order: BillPaymentOrder, policy: BillPaymentPolicy) {
  const { wallet_id, biller_id, bill_reference, cap, debit_at, metadata } = order
  const facts = await readBillPaymentFacts(db, { walletId: wallet_id, billerId: biller_id }, policy)
  const { currency, fee, now } = facts
  const amount = BigInt(order.amount!.amount)
  const since = order.device_known_since
  const deviceAgeMs = since === undefined ? undefined : now.getTime() - Date.parse(since)
  const approvalRequired = billStepUp(facts, amount, deviceAgeMs, policy).length > 0
  const decision = decideBill(facts, { amount, fee }, policy)
  const code = decision.kind === 'refuse' ? decision.code : undefined
  const refused = code !== undefined && mayPassLater(code, debit_at !== undefined) ? 'awaiting_funds' : 'failed'
  const paidNow = approvalRequired ? 'awaiting_approval' : code === undefined ? 'processing' : refused
  return {
    id: null,
    object: 'bill_payment',
    state: debit_at === undefined ? paidNow : 'announced',
    ...(code !== undefined && { decline_code: code }),
    ...(decision.kind === 'refuse' && typeof decision.data['limit'] === 'string' && { limit: decision.data['limit'] }),
    wallet_id,
    biller_id,
    ...(bill_reference !== undefined && { bill_reference }),
    amount: order.amount,
    ...(cap && { cap }),
    fee: toWire({ amount: fee, currency }),
    ...(debit_at !== undefined && { debit_at }),
    approval_required: approvalRequired,
    attempts: 0,
    metadata
  }
}
