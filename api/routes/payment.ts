import { z } from 'zod'
import { Refusal, type ProblemCode } from '../../domain/errors.ts'
import { fundingOf, railOf } from '../../domain/funding.ts'
import { toWire } from '../../domain/money.ts'
import type { PaymentOrder } from '../../domain/orders.ts'
import { fundedPaymentPolicy, paymentPolicy } from '../../domain/policy/index.ts'
import { findPayment, type Payment } from '../../store/payment.ts'
import type { Wallet } from '../../store/wallet.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import type { Caller } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { dryRunPayment } from '../dry-run-payment.ts'
import { fundingOrderOf } from '../funding.ts'
import { ownWallet } from '../own-wallet.ts'
import { mustBeOpen, payeeOf } from '../payee.ts'
import { PaymentReadReply, PaymentReply, PaymentRequest, notYet } from '../payment-schemas.ts'
import { readerOf, withShares } from '../payment-view.ts'
import { withRisk } from '../risk-view.ts'
import { answer, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { splitsOrderOf } from '../splits.ts'
import { stuckRoutes } from '../stuck-routes.ts'
import { createSubmit, type Submit } from '../submit.ts'
import { paymentDecisionRoutes } from './payment-decision.ts'

const params = z.strictObject({ id: id('pay') })

/** Payments from a wallet to a merchant, out of its balance or through it. */
export function paymentRoutes(deps: ApiDeps): Route[] {
  const submit = createSubmit(deps)
  const stuck = {
    type: 'payment',
    prefix: 'pay',
    words: 'a stuck payment',
    effect: 'nothing is posted, and the merchant is not paid',
    reply: PaymentReply,
    resolvable: true,
    find: (id: string) => findInstructed(deps, id)
  } as const
  return [
    createPayment(deps, submit),
    readPayment(deps, submit),
    ...paymentDecisionRoutes(deps),
    ...stuckRoutes(deps, submit, stuck)
  ]
}

/** @throws {Refusal} `state_conflict` for one that no bank was told of. */
async function findInstructed({ db }: ApiDeps, id: string): Promise<Payment | undefined> {
  const payment = await findPayment(db, id)
  if (payment?.funding.type === 'balance') throw new Refusal('state_conflict', { state: payment.state })
  return payment
}

const orderErrors: readonly ProblemCode[] = [
  'qr_invalid',
  'qr_not_payable',
  'qr_amount_invalid',
  'amount_required',
  'amount_mismatch',
  'capture_not_supported',
  'splits_invalid',
  'payment_request_paid',
  'payment_request_reserved',
  'payment_request_expired',
  'payment_request_canceled',
  'currency_mismatch',
  'idempotency_key_reused',
  'service_unavailable'
]

const createPayment = ({ db, policy }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/payments',
    {
      summary: 'Pay a merchant from a wallet',
      description:
        'By merchant id, payment request, or a scanned QR text. Answers with the first committed state, also when that is `declined` or ' +
        '`requires_action`. With `capture: manual` the money is held for 7 days (balance and card). Paid from outside it answers ' +
        '`processing`, before anybody is asked: poll, or listen for the event. With `dry_run` nothing is stored.',
      body: PaymentRequest,
      reply: PaymentReply,
      status: 201,
      otherReplies: { ...notYet, 200: { description: 'dry_run: what would happen', schema: PaymentReply } },
      callers: { customer: 'own', service: 'any' },
      scope: 'payments:write',
      idempotency: 'process',
      errors: orderErrors
    },
    async (call) => {
      const { body } = call
      const wallet = await ownWallet(db, body.wallet_id, call.mustOwn)
      const orderNow = () => orderOf({ db, policy }, call, wallet)
      const keptBy = (order: PaymentOrder) => (order.funding ? fundedPaymentPolicy(policy) : paymentPolicy(policy))
      if (body.dry_run) {
        const order = await orderNow()
        return answer(200, await dryRunPayment(db, order, keptBy(order)))
      }
      return submit.startAllowed(call, { type: 'payment', id: call.newId('pay') }, async () => {
        const order = await orderNow()
        return {
          order,
          policy: keptBy(order),
          summary: `payment of ${order.amount.amount} ${order.amount.currency} minor units to ${order.merchant_id}`,
          searchAttributes: [
            { key: searchAttributes.customerRef, value: wallet.customerId },
            { key: searchAttributes.rail, value: railOf(fundingOf(order)) }
          ]
        }
      })
    }
  )

/** What the run is given: who is paid what from where, all of it found and allowed by now. */
async function orderOf(
  { db, policy }: Pick<ApiDeps, 'db' | 'policy'>,
  { body, caller }: { readonly body: z.infer<typeof PaymentRequest>; readonly caller: Caller },
  wallet: Wallet
): Promise<PaymentOrder> {
  const { merchant, amount, request } = await payeeOf(db, body)
  if (amount.currency !== wallet.currency || merchant.currency !== wallet.currency)
    throw new Refusal('currency_mismatch')
  if (request) await mustBeOpen(db, request)
  const fee = policy.payment.merchant_fee
  return {
    wallet_id: wallet.id,
    merchant_id: merchant.id,
    payment_request_id: request?.id,
    ...(await fundingOrderOf(db, body, wallet.customerId)),
    amount: toWire(amount),
    ...(await splitsOrderOf(db, body.splits, { payee: merchant.id, money: amount, fee, caller })),
    capture: body.capture,
    description: body.description,
    device_known_since: caller.kind === 'customer' ? caller.deviceKnownSince?.toISOString() : undefined,
    metadata: body.metadata
  }
}

const readPayment = (deps: ApiDeps, submit: Submit): Route =>
  route.get(
    '/payments/{id}',
    {
      summary: 'Read a payment',
      params,
      reply: PaymentReadReply,
      callers: { customer: 'own', service: 'any', merchant: 'own', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'payments:read'
    },
    async (call) => {
      const payment = await findPayment(deps.db, call.params.id)
      call.mustOwn(payment ? readerOf(payment, call.caller) : {})
      const shown = withShares(await submit.read(call, call.params.id), call.caller, payment)
      return withRisk(shown, call.caller, payment)
    }
  )
