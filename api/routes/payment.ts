import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import type { PaymentOrder } from '../../domain/orders.ts'
import { paymentPolicy } from '../../domain/policy/index.ts'
import { findPayment, type Payment } from '../../store/payment.ts'
import { verifyPin } from '../../store/pin.ts'
import { findWallet } from '../../store/wallet.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { roleOf } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { dryRunPayment } from '../dry-run-payment.ts'
import { payeeOf } from '../payee.ts'
import { ConfirmRequest, CaptureRequest, PaymentReply, PaymentRequest, Pending } from '../payment-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit } from '../submit.ts'

const params = z.strictObject({ id: id('pay') })
const pending = { 202: { description: 'Nothing is committed yet: ask again under Location', schema: Pending } }

/** Payments from a wallet's balance to a merchant. */
export function paymentRoutes(deps: ApiDeps): Route[] {
  const { db, policy, vault } = deps
  const submit = createSubmit(deps)

  /** The payment, for a caller whose it is. */
  async function owned(
    paymentId: string,
    mustOwn: (owner: { customerId: string; merchantId: string }) => void
  ): Promise<Payment> {
    const payment = await findPayment(db, paymentId)
    if (payment) mustOwn(payment)
    if (!payment) throw new Refusal('not_found')
    return payment
  }

  return [
    route.post(
      '/payments',
      {
        summary: 'Pay a merchant from a wallet',
        description:
          'By merchant id or a scanned QR text. Answers with the first committed state, also when that is `declined` or ' +
          '`requires_action`. With `capture: manual` the money is held for 7 days. With `dry_run` nothing is stored.',
        body: PaymentRequest,
        reply: PaymentReply,
        status: 201,
        otherReplies: { ...pending, 200: { description: 'dry_run: what would happen', schema: PaymentReply } },
        callers: { customer: 'own', service: 'any' },
        scope: 'payments:write',
        idempotency: 'process',
        errors: [
          'qr_invalid',
          'qr_not_payable',
          'qr_amount_invalid',
          'amount_required',
          'amount_mismatch',
          'currency_mismatch',
          'not_implemented',
          'idempotency_key_reused',
          'service_unavailable'
        ]
      },
      async (call) => {
        const { body } = call
        const wallet = await findWallet(db, body.wallet_id)
        if (wallet) call.mustOwn(wallet)
        if (!wallet) throw new Refusal('not_found', { pointer: '/wallet_id' })
        const { merchant, amount } = await payeeOf(db, body)
        if (amount.currency !== wallet.currency || merchant.currency !== wallet.currency)
          throw new Refusal('currency_mismatch')
        const order: PaymentOrder = {
          wallet_id: wallet.id,
          merchant_id: merchant.id,
          amount: toWire(amount),
          capture: body.capture,
          description: body.description,
          metadata: body.metadata
        }
        if (body.dry_run) return answer(200, await dryRunPayment(db, order, paymentPolicy(policy)))
        return submit.start(call, {
          type: 'payment',
          id: call.newId('pay'),
          order,
          policy: paymentPolicy(policy),
          summary: `payment of ${order.amount.amount} ${order.amount.currency} minor units to ${merchant.id}`,
          searchAttributes: [
            { key: searchAttributes.customerRef, value: wallet.customerId },
            { key: searchAttributes.rail, value: 'balance' }
          ]
        })
      }
    ),

    route.get(
      '/payments/{id}',
      {
        summary: 'Read a payment',
        params,
        reply: PaymentReply,
        callers: { customer: 'own', service: 'any', merchant: 'own', support: 'any', reviewer: 'any', finance: 'any' },
        scope: 'payments:read'
      },
      async (call) => {
        await owned(call.params.id, call.mustOwn)
        return submit.read(call, call.params.id)
      }
    ),

    route.post(
      '/payments/{id}/confirm',
      {
        summary: 'Confirm a payment that requires action, with the PIN',
        description: 'Only the customer’s own session confirms; it is bound to amount and payee, which never change.',
        params,
        body: ConfirmRequest,
        reply: PaymentReply,
        status: 200,
        otherReplies: pending,
        callers: { customer: 'own' },
        idempotency: 'process',
        errors: ['confirmation_failed', 'pin_locked', 'confirmation_expired', 'state_conflict']
      },
      async (call) => {
        const payment = await owned(call.params.id, call.mustOwn)
        if (payment.state === 'requires_action') {
          const pin = await verifyPin(db, vault, policy.pin, payment.customerId, call.body.pin)
          if (pin.kind === 'locked') throw new Refusal('pin_locked', { retry_after_ms: pin.retry_after_ms })
          if (pin.kind === 'wrong') throw new Refusal('confirmation_failed', { attempts_left: pin.attempts_left })
          if (pin.kind === 'not_set') throw new Refusal('confirmation_failed', { reason: 'no_pin' })
        }
        const { amount, currency, merchantId } = payment
        const data = { by: 'pin', amount: amount.toString(), currency, merchant_id: merchantId }
        return submit.decide(call, {
          type: 'payment',
          processId: payment.id,
          action: 'confirm',
          data,
          role: 'customer'
        })
      }
    ),

    route.post(
      '/payments/{id}/capture',
      {
        summary: 'Capture a held payment, whole or in parts',
        description: 'Without an amount: all that is left, and final. With one: a part, and final only if it says so.',
        params,
        body: CaptureRequest,
        reply: PaymentReply,
        status: 200,
        otherReplies: pending,
        callers: { service: 'any', merchant: 'own' },
        scope: 'payments:capture',
        idempotency: 'process',
        errors: ['amount_exceeds_hold', 'hold_expired', 'state_conflict', 'currency_mismatch']
      },
      async (call) => {
        const payment = await owned(call.params.id, call.mustOwn)
        const { amount, final } = call.body
        if (amount && amount.currency !== payment.currency) throw new Refusal('currency_mismatch')
        const data = { ...(amount && { amount: amount.amount.toString() }), ...(final !== undefined && { final }) }
        return submit.decide(call, {
          type: 'payment',
          processId: payment.id,
          action: 'capture',
          data,
          role: roleOf(call.caller)
        })
      }
    ),

    route.post(
      '/payments/{id}/void',
      {
        summary: 'Give back what is left of the hold',
        params,
        reply: PaymentReply,
        status: 200,
        otherReplies: pending,
        callers: { service: 'any', merchant: 'own' },
        scope: 'payments:capture',
        idempotency: 'process',
        errors: ['state_conflict']
      },
      async (call) => {
        const payment = await owned(call.params.id, call.mustOwn)
        return submit.decide(call, { ...about(payment), action: 'void', data: {}, role: roleOf(call.caller) })
      }
    ),

    route.post(
      '/payments/{id}/cancel',
      {
        summary: 'Take back a payment that was not confirmed yet',
        params,
        reply: PaymentReply,
        status: 200,
        otherReplies: pending,
        callers: { customer: 'own', service: 'any' },
        scope: 'payments:write',
        idempotency: 'process',
        errors: ['state_conflict']
      },
      async (call) => {
        const payment = await owned(call.params.id, call.mustOwn)
        return submit.decide(call, { ...about(payment), action: 'cancel', data: {}, role: roleOf(call.caller) })
      }
    )
  ]
}

const about = ({ id }: Payment) => ({ type: 'payment', processId: id })
