import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { billPaymentPolicy } from '../../domain/policy/index.ts'
import { findBillPayment, type BillPayment } from '../../store/bill-payment.ts'
import { putPersonal } from '../../store/personal.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { withAccountNumber } from '../account-number.ts'
import { billOrderOf } from '../bill-order.ts'
import { BillPaymentReply, BillPaymentRequest } from '../bill-payment-schemas.ts'
import { roleOf, type Caller } from '../caller.ts'
import { confirmedBy, mustConfirm } from '../confirm-by.ts'
import type { ApiDeps } from '../deps.ts'
import { dryRunBillPayment } from '../dry-run-bill-payment.ts'
import { ownWallet } from '../own-wallet.ts'
import { ConfirmRequest, notYet } from '../payment-schemas.ts'
import { withRisk } from '../risk-view.ts'
import { answer, route, type Answer, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { stuckRoutes } from '../stuck-routes.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('bpm') })
const decision = { params, reply: BillPaymentReply, status: 200, otherReplies: notYet, idempotency: 'process' } as const

/** Bills paid from a wallet: now, or on a date. */
export const billPaymentRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  const stuck = {
    type: 'bill-payment',
    prefix: 'bpm',
    words: 'a stuck bill payment',
    effect: 'the money is the customer’s again',
    reply: BillPaymentReply,
    find: async (id: string) => {
      const payment = await findBillPayment(deps.db, id)
      return payment && { ...payment, amount: payment.amount ?? 0n }
    }
  } as const
  const own = [orderRoute, readRoute, approveRoute, cancelRoute, skipRoute].map((declare) => declare(deps, submit))
  return [...own, ...stuckRoutes(deps, submit, stuck)]
}

const orderRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/bill-payments',
    {
      summary: 'Pay a bill from a wallet, now or on a date',
      description:
        'Answers `processing`, before the biller has its money: poll, or listen for the event. `awaiting_approval`: ' +
        'nothing is held until the customer approves with the PIN. `awaiting_funds`: the money is looked for again 1, 3 ' +
        'and 5 days after. With `pay_on` it is `announced`, and can be canceled until the end of the day before. What is ' +
        'refused for good is `failed`, with a `decline_code`. With `dry_run` nothing is stored.',
      body: BillPaymentRequest,
      reply: BillPaymentReply,
      status: 201,
      otherReplies: { ...notYet, 200: { description: 'dry_run: what would happen', schema: BillPaymentReply } },
      callers: { customer: 'own', service: 'any' },
      scope: 'bill-payments:write',
      idempotency: 'process',
      errors: [
        ...(['currency_mismatch', 'idempotency_key_reused', 'service_unavailable', 'bill_already_paid'] as const),
        ...(['bill_not_found', 'biller_account_invalid', 'biller_account_unknown', 'biller_unavailable'] as const)
      ]
    },
    async (call) => {
      const policy = billPaymentPolicy(deps.policy)
      const bpm = call.newId('bpm')
      const wallet = await ownWallet(deps.db, call.body.wallet_id, call.mustOwn)
      const { customerId } = wallet
      const orderNow = () => billOrderOf(deps, bpm, call.body, wallet, call.caller, policy)
      if (call.body.dry_run) return answer(200, await dryRunBillPayment(deps.db, (await orderNow()).order, policy))
      const begun = await submit.startAllowed(call, { type: 'bill-payment', id: bpm }, async () => {
        const { order, accountNumber: value } = await orderNow()
        await putPersonal(deps.db, deps.vault, customerId, { kind: 'biller_account', reference: bpm, value })
        return {
          order,
          policy,
          summary: 'payment of a bill',
          searchAttributes: [
            { key: searchAttributes.customerRef, value: customerId },
            { key: searchAttributes.rail, value: 'billers' }
          ]
        }
      })
      return shownTo(deps, call.caller, { customerId, accountReference: bpm }, begun)
    }
  )

const readRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.get(
    '/bill-payments/{id}',
    {
      summary: 'Read a bill payment',
      params,
      reply: BillPaymentReply,
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'bill-payments:read'
    },
    async (call) => {
      const payment = await owned(deps, call)
      const read = await shownTo(deps, call.caller, payment, await submit.read(call, payment.id))
      return withRisk(read, call.caller, payment)
    }
  )

/** The customer says yes, with the PIN, in their own session. */
const approveRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/bill-payments/{id}/approve',
    {
      ...decision,
      summary: 'Approve a bill payment, with the PIN or a code of the authenticator',
      description:
        'Only the customer’s own session approves; it is bound to amount and biller. One that is announced may be ' +
        'approved beforehand. What cannot be paid then is an answer: `awaiting_funds`, or `failed`.',
      body: ConfirmRequest,
      callers: { customer: 'own' },
      errors: ['confirmation_failed', 'pin_locked', 'second_factor_locked', 'confirmation_expired', 'state_conflict']
    },
    async (call) => {
      const payment = await owned(deps, call)
      const isAsked = payment.state === 'awaiting_approval' || payment.state === 'announced'
      if (isAsked) await mustConfirm(deps, payment, call)
      const { amount, currency, billerId } = payment
      const data = { by: confirmedBy(call.body), amount: amount?.toString() ?? null, currency, biller_id: billerId }
      const decided = await submit.decide(call, { ...about(payment), action: 'approve', data, role: 'customer' })
      return shownTo(deps, call.caller, payment, decided)
    }
  )

const endRoute =
  (verb: 'cancel' | 'skip', summary: string, description: string) =>
  (deps: ApiDeps, submit: Submit): Route =>
    route.post(
      `/bill-payments/{id}/${verb}`,
      {
        ...decision,
        summary,
        description,
        callers: { customer: 'own', service: 'any' },
        scope: 'bill-payments:write',
        errors: ['state_conflict', 'too_late_to_change']
      },
      async (call) => {
        const payment = await owned(deps, call)
        const role = roleOf(call.caller)
        const decided = await submit.decide(call, { ...about(payment), action: verb, data: {}, role })
        return shownTo(deps, call.caller, payment, decided)
      }
    )

const cancelRoute = endRoute(
  'cancel',
  'Take back a bill payment that has not been sent',
  'One for a date until the end of the day before; one that waits for approval or for money at any time.'
)
const skipRoute = endRoute(
  'skip',
  'Leave out an occurrence of a mandate',
  'Until the end of the day before, or while it waits for approval. The mandate goes on.'
)

/** The payment, for a caller whose it is. @throws {Refusal} `not_found` */
async function owned(
  { db }: Pick<ApiDeps, 'db'>,
  { params, mustOwn }: { params: { id: string }; mustOwn: (owner: { customerId?: string }) => void }
): Promise<BillPayment> {
  const payment = await findBillPayment(db, params.id)
  mustOwn(payment ?? {})
  if (!payment) throw new Refusal('not_found')
  return payment
}

const about = ({ id }: BillPayment) => ({ type: 'bill-payment', processId: id })

/**
 * With the number at the biller, for those who may see it; operators see its end.
 * @throws {Refusal} `bill_already_paid` where somebody else came first: nothing of it is held
 */
async function shownTo(
  deps: Pick<ApiDeps, 'db' | 'vault'>,
  caller: Caller,
  payment: Pick<BillPayment, 'customerId' | 'accountReference'>,
  said: Answer<unknown>
): Promise<Answer<unknown>> {
  const body = said.body as { state?: string; decline_code?: string }
  if (body.state === 'failed' && body.decline_code === 'bill_already_paid' && said.status === 201)
    throw new Refusal('bill_already_paid')
  return withAccountNumber(deps, caller, payment, said)
}
