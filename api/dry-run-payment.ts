import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { fundingOf } from '../domain/funding.ts'
import { merchantFee } from '../domain/merchant-fee.ts'
import { toWire } from '../domain/money.ts'
import type { PaymentOrder } from '../domain/orders.ts'
import { decideAuthorization, deviceAgeMs } from '../domain/payment-authorization.ts'
import { authorizedPath } from '../domain/payment.ts'
import type { PaymentPolicy } from '../domain/policy/index.ts'
import { toFundingView } from '../store/payment.ts'
import { sharesOf } from '../domain/splits.ts'
import { readPaymentFacts } from '../store/payment-facts.ts'

/** What would happen now, by the rules that the workflow's activity uses; nothing is stored, and nothing is promised. */
export async function dryRunPayment(db: Kysely<Database>, order: PaymentOrder, policy: PaymentPolicy) {
  const { wallet_id, merchant_id, payment_request_id, capture } = order
  const funding = fundingOf(order)
  const facts = await readPaymentFacts(
    db,
    { walletId: wallet_id, merchantId: merchant_id, funding, splits: sharesOf(order) },
    policy
  )
  const amount = BigInt(order.amount.amount)
  const decision = decideAuthorization(
    { ...facts, amount, confirmed: false, isNew: true, deviceAgeMs: deviceAgeMs(order, facts.now) },
    policy
  )
  const state = {
    decline: 'declined',
    review: 'in_review',
    confirm: 'requires_action',
    authorize: authorizedPath(capture, funding.type).at(-1)!
  }[decision.kind]
  const captured = state === 'succeeded' ? amount : 0n
  const money = (minor: bigint) => toWire({ amount: minor, currency: facts.currency })
  return {
    id: null,
    object: 'payment',
    state,
    ...(decision.kind === 'decline' && {
      decline_code: decision.code,
      limit: decision.data['limit'] as string | undefined
    }),
    ...(decision.kind === 'confirm' && { confirmation_rules: decision.rules }),
    amount: order.amount,
    captured: money(captured),
    refunded: money(0n),
    fee: money(state === 'declined' ? 0n : merchantFee(amount, facts.currency, policy.merchant_fee)),
    capture,
    wallet_id,
    merchant_id,
    funding: toFundingView({ funding, railReference: null }),
    ...(payment_request_id !== undefined && { payment_request_id }),
    ...(order.description !== undefined && { description: order.description }),
    metadata: order.metadata
  }
}
