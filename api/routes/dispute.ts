import { z } from 'zod'
import { disputable, disputeFault } from '../../domain/dispute-rules.ts'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import type { DisputeOrder } from '../../domain/orders.ts'
import { disputePolicy } from '../../domain/policy/index.ts'
import { putStatement } from '../../store/dispute-evidence.ts'
import { readDisputableFacts } from '../../store/dispute-facts.ts'
import { findDispute, listDisputes, toDisputeView } from '../../store/dispute.ts'
import { findPayment, type Payment } from '../../store/payment.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import type { ApiDeps } from '../deps.ts'
import { DisputeReply, DisputeRequest } from '../dispute-schemas.ts'
import { answeredTo, shownTo, withCredit } from '../dispute-view.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { notYet } from '../payment-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const readers = {
  callers: { customer: 'own', service: 'any', merchant: 'own', support: 'any', reviewer: 'any', finance: 'any' },
  scope: 'disputes:read'
} as const

/** Payments that customers contest. */
export const disputeRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  return [openRoute(deps, submit), listRoute(deps), readRoute(submit)]
}

const openRoute = ({ db, vault, policy }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/disputes',
    {
      summary: 'Dispute a payment, or a part of it',
      description:
        'The money is reserved at once. What the merchant may be able to set right begins as an `inquiry` of three days; ' +
        '`fraud`, `unauthorized` and a second stage are formal at once. The customer is credited provisionally by business ' +
        'day 10 (20 for accounts younger than 30 days), below 50 USD at once.',
      body: DisputeRequest,
      reply: DisputeReply,
      status: 201,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'disputes:write',
      idempotency: 'process',
      errors: [
        'dispute_window_over',
        'amount_not_disputable',
        'currency_mismatch',
        'state_conflict',
        'idempotency_key_reused',
        'service_unavailable'
      ]
    },
    async (call) => {
      const { payment_id, narrative } = call.body
      const payment = await findPayment(db, payment_id)
      call.mustOwn(payment ?? {})
      if (!payment) throw new Refusal('not_found', { pointer: '/payment_id' })
      const disputeId = call.newId('dsp')
      const { customerId } = payment
      const given = await submit.startAllowed(call, { type: 'dispute', id: disputeId }, async () => {
        const order = await orderNow({ db, policy }, call.body, payment)
        // Sealed before anybody can ask for it; the first words under an id stay.
        await putStatement(db, vault, { disputeId, customerId }, { id: disputeId, text: narrative })
        return {
          order,
          policy: disputePolicy(policy),
          summary: `dispute of ${order.amount.amount} ${order.amount.currency} minor units: ${order.reason}`,
          searchAttributes: [{ key: searchAttributes.customerRef, value: customerId }]
        }
      })
      return answeredTo(given, call.caller)
    }
  )

/** @throws {Refusal} why so much of the payment cannot be disputed */
async function orderNow(
  { db, policy }: Pick<ApiDeps, 'db' | 'policy'>,
  { payment_id, reason, amount, previous_id }: z.output<typeof DisputeRequest>,
  { currency }: Payment
): Promise<DisputeOrder> {
  if (amount && amount.currency !== currency) throw new Refusal('currency_mismatch', { pointer: '/amount/currency' })
  const facts = await readDisputableFacts(db, payment_id, previous_id)
  const most = disputable(facts, disputePolicy(policy))
  const wanted = amount?.amount ?? ('remaining' in most ? most.remaining : 0n)
  const fault = disputeFault(facts, wanted, disputePolicy(policy))
  if (fault) throw new Refusal(fault.code, fault.data)
  return { payment_id, reason, amount: toWire({ amount: wanted, currency }), ...(previous_id && { previous_id }) }
}

const DisputeQuery = ListQuery.extend({
  payment_id: id('pay').optional(),
  state: DisputeReply.shape.state.optional()
})

const listRoute = ({ db }: ApiDeps): Route =>
  route.get(
    '/disputes',
    {
      summary: 'List disputes, newest first',
      description: 'Customers and merchants see their own. Without the timeline, which `GET /v1/disputes/{id}` has.',
      query: DisputeQuery,
      reply: listOf(DisputeReply),
      ...readers
    },
    async ({ query: { payment_id: paymentId, state, limit, cursor }, ownOnly, caller }) => {
      const place = readCursor(z.tuple([z.iso.datetime(), id('dsp')]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listDisputes(db, { ...ownOnly(), paymentId, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ dispute }) => [instant(dispute.createdAt), dispute.id],
        ({ dispute, recordedAt, changedAt }) => ({
          ...(shownTo(caller, dispute, toDisputeView(dispute)) as z.input<typeof DisputeReply>),
          created_at: instant(recordedAt),
          updated_at: instant(changedAt)
        })
      )
    }
  )

const readRoute = (submit: Submit): Route =>
  route.get(
    '/disputes/{id}',
    {
      summary: 'Read a dispute',
      description: 'What the parties have written and shown: `GET /v1/disputes/{id}/evidence`.',
      params: z.strictObject({ id: id('dsp') }),
      reply: DisputeReply,
      ...readers
    },
    async (call) => {
      const { id } = call.params
      // Its state is the event's, its credit the record's.
      const [read, dispute] = await submit.readBeside(call, id, async (db) => {
        const found = await findDispute(db, id)
        call.mustOwn(found ?? {})
        return found
      })
      return withCredit(read, call.caller, dispute)
    }
  )
