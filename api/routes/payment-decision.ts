import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { findPayment, type Payment } from '../../store/payment.ts'
import { auditOf } from '../audit-of.ts'
import { roleOf } from '../caller.ts'
import { confirmedBy, mustConfirm } from '../confirm-by.ts'
import type { ApiDeps } from '../deps.ts'
import { CaptureRequest, ConfirmRequest, PaymentReply, notYet } from '../payment-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('pay') })

/** What may be decided about a payment that waits: a row first, then the run is told of it. */
export function paymentDecisionRoutes(deps: ApiDeps): Route[] {
  const submit = createSubmit(deps)
  return [confirmPayment, capturePayment, voidPayment, cancelPayment].map((declare) => declare(deps, submit))
}

/** The customer says yes, with the PIN, in their own session. */
const confirmPayment = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/payments/{id}/confirm',
    {
      summary: 'Confirm a payment that requires action, with the PIN or a code of the authenticator',
      description: 'Only the customer’s own session confirms; it is bound to amount and payee, which never change.',
      params,
      body: ConfirmRequest,
      reply: PaymentReply,
      status: 200,
      otherReplies: notYet,
      callers: { customer: 'own' },
      idempotency: 'process',
      errors: ['confirmation_failed', 'pin_locked', 'second_factor_locked', 'confirmation_expired', 'state_conflict']
    },
    async (call) => {
      const payment = await ownedPayment(deps, call)
      if (payment.state === 'requires_action') await mustConfirm(deps, payment, call)
      const { amount, currency, merchantId } = payment
      const data = { by: confirmedBy(call.body), amount: amount.toString(), currency, merchant_id: merchantId }
      return submit.decide(call, {
        type: 'payment',
        processId: payment.id,
        action: 'confirm',
        data,
        role: 'customer'
      })
    }
  )

/** The merchant takes a part of the hold, or all that is left. */
const capturePayment = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/payments/{id}/capture',
    {
      summary: 'Capture a held payment, whole or in parts',
      description:
        'Without an amount: all that is left, and final. With one: a part, and final only if it says so. While the ' +
        'customer or the merchant is suspended, finance alone captures. By card it answers before the acquirer has ' +
        'captured: `last_capture` is `pending` until then.',
      params,
      body: CaptureRequest,
      reply: PaymentReply,
      status: 200,
      otherReplies: notYet,
      callers: { service: 'any', merchant: 'own', finance: 'any' },
      scope: 'payments:capture',
      idempotency: 'process',
      errors: [
        'amount_exceeds_hold',
        'share_below_fee',
        'hold_expired',
        'capture_pending',
        'state_conflict',
        'currency_mismatch',
        'wallet_frozen',
        'payee_unavailable'
      ]
    },
    async (call) => {
      const payment = await ownedPayment(deps, call)
      const { amount, final } = call.body
      if (amount && amount.currency !== payment.currency) throw new Refusal('currency_mismatch')
      const data = { ...(amount && { amount: amount.amount.toString() }), ...(final !== undefined && { final }) }
      return submit.decide(call, {
        type: 'payment',
        processId: payment.id,
        action: 'capture',
        data,
        role: roleOf(call.caller),
        ...(call.caller.kind === 'operator' && {
          alongside: auditOf(call, { action: 'payment.capture', object: payment.id, data })
        })
      })
    }
  )

/** The merchant gives back what is left of the hold. */
const voidPayment = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/payments/{id}/void',
    {
      summary: 'Give back what is left of the hold',
      description: 'By card the payment is over at once, and the acquirer is told until it knows.',
      params,
      reply: PaymentReply,
      status: 200,
      otherReplies: notYet,
      callers: { service: 'any', merchant: 'own' },
      scope: 'payments:capture',
      idempotency: 'process',
      errors: ['state_conflict', 'capture_pending']
    },
    async (call) => {
      const payment = await ownedPayment(deps, call)
      return submit.decide(call, { ...about(payment), action: 'void', data: {}, role: roleOf(call.caller) })
    }
  )

/** The order is taken back before it was confirmed, or reviewed. */
const cancelPayment = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/payments/{id}/cancel',
    {
      summary: 'Take back a payment that was not confirmed or reviewed yet',
      params,
      reply: PaymentReply,
      status: 200,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'payments:write',
      idempotency: 'process',
      errors: ['state_conflict']
    },
    async (call) => {
      const payment = await ownedPayment(deps, call)
      return submit.decide(call, { ...about(payment), action: 'cancel', data: {}, role: roleOf(call.caller) })
    }
  )

/** The payment, for a caller whose it is. @throws {Refusal} `not_found` */
export async function ownedPayment(
  { db }: Pick<ApiDeps, 'db'>,
  { params, mustOwn }: { params: { id: string }; mustOwn: (owner: { customerId: string; merchantId: string }) => void }
): Promise<Payment> {
  const payment = await findPayment(db, params.id)
  if (!payment) throw new Refusal('not_found')
  mustOwn(payment)
  return payment
}

const about = ({ id }: Payment) => ({ type: 'payment', processId: id })
