import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import { isRecorded } from '../../store/decision.ts'
import { findMandate, type Mandate } from '../../store/mandate.ts'
import { withAccountNumber } from '../account-number.ts'
import { roleOf, type Caller } from '../caller.ts'
import { mustNotCool } from '../cool-down.ts'
import type { ApiDeps } from '../deps.ts'
import { mustEnterPin } from '../enter-pin.ts'
import { moneyOf } from '../mandate-order.ts'
import { ChangeMandateRequest, ChangeNextRequest, MandateReply, SkipNextRequest } from '../mandate-schemas.ts'
import { notYet } from '../payment-schemas.ts'
import { route, type Answer, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, decisionIdOf, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('man') })
const common = {
  params,
  reply: MandateReply,
  status: 200,
  otherReplies: notYet,
  callers: { customer: 'own', service: 'any' },
  scope: 'mandates:write',
  idempotency: 'process'
} as const
const until =
  'Until 23:59 of the day before the next debit, where the customer lives; from then on until it is made: 409.'
const errors = ['state_conflict', 'too_late_to_change', 'idempotency_key_reused'] as const
const pinErrors = ['confirmation_failed', 'pin_locked', 'cooling_down', 'currency_mismatch'] as const

/** What a customer decides about a mandate; each is one row, and one unit of work with what is announced. */
export function mandateDecisionRoutes(deps: ApiDeps): Route[] {
  const submit = createSubmit(deps)
  return [
    ...plainRoutes(deps, submit),
    skipNextRoute(deps, submit),
    changeNextRoute(deps, submit),
    changeRoute(deps, submit)
  ]
}

const plain = [
  {
    verb: 'pause',
    summary: 'Pause a mandate',
    effect: 'What is announced is not paid either, unless it is resumed in time.'
  },
  {
    verb: 'resume',
    summary: 'Go on with a paused mandate',
    effect: 'What was to be paid meanwhile is not made up for.'
  },
  { verb: 'cancel', summary: 'End a mandate', effect: 'What is announced is not paid; what has begun goes on.' }
] as const

const plainRoutes = (deps: ApiDeps, submit: Submit): Route[] =>
  plain.map(({ verb, summary, effect }) =>
    route.post(
      `/mandates/{id}/${verb}`,
      { summary, description: verb === 'resume' ? effect : `${effect} ${until}`, ...common, errors },
      async (call) => {
        const mandate = await owned(deps, call)
        return decided(deps, submit, call, mandate, verb, {})
      }
    )
  )

const skipNextRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/mandates/{id}/skip-next',
    { summary: 'Leave out the next payment', description: until, ...common, body: SkipNextRequest, errors },
    async (call) => {
      return decided(deps, submit, call, await owned(deps, call), 'skip-next', call.body)
    }
  )

const changeNextRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/mandates/{id}/change-next',
    {
      summary: 'Another amount, or another cap, for the next payment alone',
      description: `${until} The customer’s own session gives the PIN.`,
      ...common,
      body: ChangeNextRequest,
      errors: [...errors, ...pinErrors]
    },
    async (call) => {
      const mandate = await owned(deps, call)
      const { amount, period, pin } = call.body
      if (amount.currency !== mandate.currency) throw new Refusal('currency_mismatch')
      await mustConfirmChange(deps, mandate, call, pin)
      const data = { amount: toWire(amount), ...(period !== undefined && { period }) }
      return decided(deps, submit, call, mandate, 'change-next', data)
    }
  )

const changeRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/mandates/{id}/change',
    {
      summary: 'Change a mandate’s rule, amount or policy',
      description:
        'Counts for all that is not begun: what is announced follows the new rule where that has the same date, and is ' +
        `canceled where it has not. ${until} The customer’s own session gives the PIN.`,
      ...common,
      body: ChangeMandateRequest,
      errors: [...errors, ...pinErrors, 'mandate_without_occurrences']
    },
    async (call) => {
      const mandate = await owned(deps, call)
      const { pin, amount, days_before_due: daysBeforeDue, late_policy, ...plan } = call.body
      if (amount && moneyOf(amount).currency !== mandate.currency) throw new Refusal('currency_mismatch')
      await mustConfirmChange(deps, mandate, call, pin)
      const type = amount && ('fixed' in amount ? 'fixed' : 'bill_up_to')
      const data = {
        ...plan,
        ...(daysBeforeDue !== undefined && { daysBeforeDue }),
        ...(late_policy !== undefined && { late_policy }),
        ...(amount && { amount: { type, amount: moneyOf(amount).amount.toString() } })
      }
      return decided(deps, submit, call, mandate, 'change', data)
    }
  )

/** More may leave the wallet than was agreed: the customer's own session proves that it is the customer. */
async function mustConfirmChange(
  deps: ApiDeps,
  { id: mandateId, customerId }: Mandate,
  call: { readonly caller: Caller; readonly updateId: string },
  pin: string | undefined
): Promise<void> {
  if (call.caller.kind !== 'customer' || (await isRecorded(deps.db, mandateId, decisionIdOf(call)))) return
  await mustNotCool(deps.db, customerId)
  await mustEnterPin(deps, customerId, pin ?? '')
}

/** The mandate, for a caller whose it is. @throws {Refusal} `not_found` */
async function owned(
  { db }: Pick<ApiDeps, 'db'>,
  { params, mustOwn }: { params: { id: string }; mustOwn: (owner: { customerId: string }) => void }
): Promise<Mandate> {
  const mandate = await findMandate(db, params.id)
  if (!mandate) throw new Refusal('not_found')
  mustOwn(mandate)
  return mandate
}

async function decided(
  deps: ApiDeps,
  submit: Submit,
  call: Parameters<Submit['decide']>[0] & { readonly caller: Caller },
  mandate: Mandate,
  action: string,
  data: object
): Promise<Answer<unknown>> {
  const about = { type: 'mandate', processId: mandate.id, role: roleOf(call.caller) }
  const said = await submit.decide(call, { ...about, action, data: { ...data } })
  const owner = { customerId: mandate.customerId, accountReference: mandate.id }
  return withAccountNumber(deps, call.caller, owner, said)
}
