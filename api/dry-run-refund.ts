import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import { toWire } from '../domain/money.ts'
import type { RefundOrder } from '../domain/orders.ts'
import type { RefundPolicy } from '../domain/policy/index.ts'
import { decideRefund, destinationOf, neededOf } from '../domain/refund-rules.ts'
import { canGive, readRefundFacts } from '../store/refund-facts.ts'

/**
 * What would happen now, by the rules that the workflow's activity uses; nothing is stored, and nobody is asked.
 * @throws {Refusal} what it would be refused with
 */
export async function dryRunRefund(db: Kysely<Database>, order: RefundOrder, { return_fee }: RefundPolicy) {
  const { payment, feeReturned: before, sourceLinked } = await readRefundFacts(db, order.payment_id)
  const asked = { whole: order.whole === true, amount: BigInt(order.amount.amount) }
  const decided = decideRefund(payment, asked, { return_fee, feeReturned: before })
  if (decided instanceof Refusal) throw decided
  const { currency, merchantId, walletId } = payment
  const { amount, feeReturned } = decided
  const destination = destinationOf(payment, sourceLinked)
  const there = await canGive(db, neededOf({ ...decided, merchantId }), currency)
  return {
    id: null,
    object: 'refund',
    state: there ? (destination === 'wallet' ? 'succeeded' : 'processing') : 'pending',
    amount: toWire({ amount, currency }),
    payment_id: payment.id,
    wallet_id: walletId,
    merchant_id: merchantId,
    ...(order.reason !== undefined && { reason: order.reason }),
    ...(there && { destination }),
    ...(feeReturned > 0n && { fee_returned: toWire({ amount: feeReturned, currency }) })
  }
}
