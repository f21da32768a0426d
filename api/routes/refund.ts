import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { railOf } from '../../domain/funding.ts'
import { toWire, type Money } from '../../domain/money.ts'
import type { RefundOrder } from '../../domain/orders.ts'
import { refundPolicy } from '../../domain/policy/index.ts'
import { decideRefund } from '../../domain/refund-rules.ts'
import { isSuspended } from '../../store/kill-switches.ts'
import { findPayment, type Payment } from '../../store/payment.ts'
import { findRefund, type Refund } from '../../store/refund.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { auditOf } from '../audit-of.ts'
import { roleOf } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { dryRunRefund } from '../dry-run-refund.ts'
import { notYet } from '../payment-schemas.ts'
import { RefundReply, RefundRequest, RejectRefundRequest } from '../refund-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { stuckRoutes } from '../stuck-routes.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('ref') })

/** Money back to who paid, by whom they paid. */
export const refundRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  const stuck = {
    type: 'refund',
    prefix: 'ref',
    words: 'a stuck refund',
    effect: 'of a refund that is `succeeded` all the same: the money goes into the payer’s wallet',
    reply: RefundReply,
    resolvable: true,
    find: (id: string) => findRefund(deps.db, id)
  } as const
  const own = [orderRoute, readRoute, cancelRoute, rejectRoute].map((declare) => declare(deps, submit))
  return [...own, ...stuckRoutes(deps, submit, stuck)]
}

const orderRoute = ({ db, policy }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/refunds',
    {
      summary: 'Give a payment back, whole or in part',
      description:
        'To where it came from: the wallet at once (`succeeded`), a bank account or a card once the bank or the acquirer ' +
        'has booked (`processing`); what those decline goes into the wallet. While the merchant, or one who shares the ' +
        'payment, does not have the money, it is `pending`, up to 5 days, and then finance sees to it. With `dry_run` ' +
        'nothing is stored.',
      body: RefundRequest,
      reply: RefundReply,
      status: 201,
      otherReplies: { ...notYet, 200: { description: 'dry_run: what would happen', schema: RefundReply } },
      callers: { service: 'any', merchant: 'own' },
      scope: 'refunds:write',
      idempotency: 'process',
      errors: [
        'payment_not_captured',
        'amount_exceeds_refundable',
        'currency_mismatch',
        'rail_suspended',
        'idempotency_key_reused',
        'service_unavailable'
      ]
    },
    async (call) => {
      const { payment_id, amount, reason, dry_run } = call.body
      const payment = await findPayment(db, payment_id)
      if (payment) call.mustOwn(payment)
      if (!payment) throw new Refusal('not_found', { pointer: '/payment_id' })
      const kept = refundPolicy(policy)
      const orderNow = async (): Promise<RefundOrder> => ({
        payment_id,
        amount: toWire(await allowed(db, payment, amount, kept.return_fee)),
        ...(amount === undefined && { whole: true }),
        ...(reason !== undefined && { reason }),
        ...(payment.funding.type === 'bank_account' && { bank: payment.funding.bank })
      })
      if (dry_run) return answer(200, await dryRunRefund(db, await orderNow(), kept))
      return submit.startAllowed(call, { type: 'refund', id: call.newId('ref') }, async () => {
        const order = await orderNow()
        return {
          order,
          policy: kept,
          summary: `refund of ${order.amount.amount} ${order.amount.currency} minor units of ${payment_id}`,
          searchAttributes: [
            { key: searchAttributes.customerRef, value: payment.customerId },
            { key: searchAttributes.rail, value: railOf(payment.funding) }
          ]
        }
      })
    }
  )

/** How much it is to be; the activity asks the same under the payment's lock. @throws {Refusal} why it may not be */
async function allowed(
  db: ApiDeps['db'],
  payment: Payment,
  amount: Money | undefined,
  return_fee: boolean
): Promise<Money> {
  const { currency } = payment
  if (amount && amount.currency !== currency) throw new Refusal('currency_mismatch')
  if (await isSuspended(db, 'refund', railOf(payment.funding))) throw new Refusal('rail_suspended')
  const asked = { whole: amount === undefined, amount: amount?.amount ?? 0n }
  const decided = decideRefund(payment, asked, { return_fee, feeReturned: 0n })
  if (decided instanceof Refusal) throw decided
  return { amount: decided.amount, currency }
}

const readRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/refunds/{id}',
    {
      summary: 'Read a refund',
      params,
      reply: RefundReply,
      callers: { customer: 'own', service: 'any', merchant: 'own', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'refunds:read'
    },
    async (call) => {
      call.mustOwn((await findRefund(db, call.params.id)) ?? {})
      return submit.read(call, call.params.id)
    }
  )

const cancelRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/refunds/{id}/cancel',
    {
      summary: 'Take back a refund that still waits for the merchant’s money',
      description: 'Nothing has moved, and nothing does: the payment can be refunded by so much again.',
      params,
      reply: RefundReply,
      status: 200,
      otherReplies: notYet,
      callers: { service: 'any', merchant: 'own', finance: 'any' },
      scope: 'refunds:write',
      idempotency: 'process',
      errors: ['state_conflict']
    },
    async (call) => {
      const refund = await existing(deps, call.params.id)
      call.mustOwn(refund)
      return submit.decide(call, {
        ...about(refund),
        action: 'cancel',
        data: {},
        role: roleOf(call.caller),
        ...(call.caller.kind === 'operator' && {
          alongside: auditOf(call, { action: 'refund.cancel', object: refund.id })
        })
      })
    }
  )

const rejectRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/refunds/{id}/reject',
    {
      summary: 'Give a refund up whose merchant did not get the money in time',
      description: 'Ends it as `failed`, once there is a task `refund_without_funds` about it; nothing has moved.',
      params,
      body: RejectRefundRequest,
      reply: RefundReply,
      status: 200,
      otherReplies: notYet,
      callers: { finance: 'any' },
      scope: 'refunds:write',
      idempotency: 'process',
      errors: ['state_conflict', 'idempotency_key_reused']
    },
    async (call) => {
      const refund = await existing(deps, call.params.id)
      const data = { ...call.body }
      const alongside = auditOf(call, { action: 'refund.reject', object: refund.id, data })
      return submit.decide(call, { ...about(refund), action: 'reject', data, role: call.caller.role, alongside })
    }
  )

/** @throws {Refusal} `not_found` */
async function existing({ db }: Pick<ApiDeps, 'db'>, id: string): Promise<Refund> {
  const refund = await findRefund(db, id)
  if (!refund) throw new Refusal('not_found')
  return refund
}

const about = ({ id }: Refund) => ({ type: 'refund', processId: id })
