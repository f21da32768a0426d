import { z } from 'zod'
import { occurrencesOf, occurrenceOf, type Occurrence } from '../../domain/calendar.ts'
import { Refusal } from '../../domain/errors.ts'
import type { MandateId } from '../../domain/ids.ts'
import { localDateOf } from '../../domain/local-time.ts'
import { changeableUntil } from '../../domain/mandate.ts'
import { toWire } from '../../domain/money.ts'
import type { MandateOrder } from '../../domain/orders.ts'
import { mandatePolicies, type MandatePolicies } from '../../domain/policy/index.ts'
import type { BillPayment } from '../../store/bill-payment.ts'
import { listMandates } from '../../store/mandate-list.ts'
import { listAnnouncedPayments } from '../../store/mandate-payments.ts'
import { findMandate, toMandateView, type Mandate } from '../../store/mandate.ts'
import { putPersonal } from '../../store/personal.ts'
import { findProcess } from '../../store/process.ts'
import type { Wallet } from '../../store/wallet.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { withAccountNumber } from '../account-number.ts'
import type { Caller } from '../caller.ts'
import { mustNotCool } from '../cool-down.ts'
import type { ApiDeps } from '../deps.ts'
import { mustEnterPin } from '../enter-pin.ts'
import { listOf, readCursor, toPage } from '../list.ts'
import { mandateOrderOf, moneyOf } from '../mandate-order.ts'
import { MandateQuery, MandateReply, MandateRequest, UpcomingQuery, UpcomingReply } from '../mandate-schemas.ts'
import { ownWallet } from '../own-wallet.ts'
import { notYet } from '../payment-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('man') })
const readers = { customer: 'own', service: 'any', support: 'any', finance: 'any' } as const

/** Bills that pay themselves by a rule. */
export function mandateRoutes(deps: ApiDeps): Route[] {
  const submit = createSubmit(deps)
  return [create(deps, submit), list(deps), read(deps, submit), upcoming(deps)]
}

const create = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/mandates',
    {
      summary: 'Have a biller’s bills paid by a rule',
      description:
        'Each date of the rule becomes a bill payment, announced 48 hours before its debit. A fixed amount, or what the bill ' +
        'says up to a cap: above it the customer is asked. The customer’s own session gives the PIN.',
      body: MandateRequest,
      reply: MandateReply,
      status: 201,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'mandates:write',
      idempotency: 'process',
      errors: [
        'currency_mismatch',
        'state_conflict',
        'biller_unavailable',
        'biller_account_invalid',
        'mandate_without_occurrences',
        'confirmation_failed',
        'pin_locked',
        'cooling_down',
        'idempotency_key_reused'
      ]
    },
    async (call) => {
      const { body } = call
      const made = call.newId('man')
      const wallet = await ownWallet(deps.db, body.wallet_id, call.mustOwn)
      const { customerId } = wallet
      const { amount, currency } = moneyOf(body.amount)
      const begun = await submit.startAllowed(call, { type: 'mandate', id: made }, async () => ({
        order: await orderedNow(deps, made, wallet, call),
        policy: mandatePolicies(deps.policy),
        summary: `pays ${amount} ${currency} minor units to ${body.biller_id}`,
        searchAttributes: [{ key: searchAttributes.customerRef, value: customerId }]
      }))
      return withAccountNumber(deps, call.caller, { customerId, accountReference: made }, begun)
    }
  )

interface CreateCall {
  readonly body: z.output<typeof MandateRequest>
  readonly caller: Caller
}

/** With the customer's word for it, and the number at the biller sealed under the id that the mandate will have. */
async function orderedNow(
  deps: ApiDeps,
  made: MandateId,
  wallet: Wallet,
  { body, caller }: CreateCall
): Promise<MandateOrder> {
  const { order, accountNumber: value } = await mandateOrderOf(deps, body, wallet)
  const { customerId } = wallet
  await mustNotCool(deps.db, customerId)
  if (caller.kind === 'customer') await mustEnterPin(deps, customerId, body.pin ?? '')
  await putPersonal(deps.db, deps.vault, customerId, { kind: 'biller_account', reference: made, value })
  return order
}

const list = ({ db }: ApiDeps): Route =>
  route.get(
    '/mandates',
    {
      summary: 'List mandates, newest first',
      description: 'Customers see their own, everyone else names a customer. Without the timeline.',
      query: MandateQuery,
      reply: listOf(MandateReply),
      callers: readers,
      scope: 'mandates:read'
    },
    async ({ query: { customer_id, state, limit, cursor }, ownOnly }) => {
      const mine = ownOnly().customerId
      if (mine !== undefined && customer_id !== undefined && mine !== customer_id) throw new Refusal('not_found')
      const customerId = customer_id ?? mine
      if (customerId === undefined)
        throw new Refusal('invalid_request', { errors: [{ pointer: '/query/customer_id', message: 'is needed' }] })
      const place = readCursor(z.tuple([z.iso.datetime(), id('man')]), cursor)
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = await listMandates(db, { customerId, state }, before, limit + 1)
      return toPage(
        rows,
        limit,
        ({ mandate }) => [instant(mandate.createdAt), mandate.id],
        ({ mandate, recordedAt, changedAt }) => ({
          ...(toMandateView(mandate) as z.input<typeof MandateReply>),
          created_at: instant(recordedAt),
          updated_at: instant(changedAt)
        })
      )
    }
  )

const read = (deps: ApiDeps, submit: Submit): Route =>
  route.get(
    '/mandates/{id}',
    {
      summary: 'Read a mandate',
      params,
      reply: MandateReply,
      callers: readers,
      scope: 'mandates:read'
    },
    async (call) => {
      const mandate = await findMandate(deps.db, call.params.id)
      call.mustOwn(mandate ?? {})
      if (!mandate) throw new Refusal('not_found')
      const owner = { customerId: mandate.customerId, accountReference: mandate.id }
      return withAccountNumber(deps, call.caller, owner, await submit.read(call, mandate.id))
    }
  )

const upcoming = ({ db }: ApiDeps): Route =>
  route.get(
    '/mandates/{id}/upcoming',
    {
      summary: 'What a mandate pays next',
      description:
        'What is announced, then what its rule says, in order. Of one that is paused only what is announced, and that is not ' +
        'paid before it is resumed.',
      params,
      query: UpcomingQuery,
      reply: UpcomingReply,
      callers: readers,
      scope: 'mandates:read'
    },
    async ({ params, query, mustOwn }) => {
      const mandate = await findMandate(db, params.id)
      mustOwn(mandate ?? {})
      if (!mandate) throw new Refusal('not_found')
      const { policy } = (await findProcess(db, mandate.id))!.order as { policy: MandatePolicies }
      const announced = (await listAnnouncedPayments(db, mandate.id)).map((payment) => toAnnounced(mandate, payment))
      const planned = plannedOf(mandate, query.count).map((occurrence) => toPlanned(mandate, occurrence, policy))
      // What was announced since the mandate was read is one of both.
      const periods = new Set(announced.map(({ period }) => period))
      const data = [...announced, ...planned.filter(({ period }) => !periods.has(period))].slice(0, query.count)
      return { object: 'upcoming' as const, mandate_id: mandate.id, data }
    }
  )

function plannedOf({ plan, next }: Mandate, count: number): Occurrence[] {
  if (!next) return []
  const planned = [occurrenceOf(plan, next.period)!]
  for (const occurrence of occurrencesOf(plan, next.period)) {
    if (planned.length === count) break
    planned.push(occurrence)
  }
  return planned
}

type Upcoming = z.input<typeof UpcomingReply>['data'][number]

function toAnnounced({ plan, currency, amount }: Mandate, payment: BillPayment): Upcoming {
  const { debitAt, announceAt } = payment
  return {
    period: payment.period!,
    date: localDateOf(debitAt, plan.zone),
    announce_at: instant(announceAt),
    debit_at: instant(debitAt),
    changeable_until: instant(changeableUntil(debitAt, plan.zone)),
    amount: toWire({ amount: payment.amount ?? payment.cap ?? amount, currency }),
    state: payment.state,
    bill_payment_id: payment.id
  }
}

function toPlanned(mandate: Mandate, occurrence: Occurrence, { notice_ms }: MandatePolicies): Upcoming {
  const { period, date, debitAt } = occurrence
  const once = mandate.next?.period === period ? mandate.amountOnce : null
  return {
    period,
    date,
    announce_at: instant(new Date(debitAt.getTime() - notice_ms)),
    debit_at: instant(debitAt),
    changeable_until: instant(occurrence.changeableUntil),
    amount: toWire({ amount: once ?? mandate.amount, currency: mandate.currency }),
    state: 'planned'
  }
}
