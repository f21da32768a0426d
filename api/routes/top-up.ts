import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { railOf, topUpFundingOf } from '../../domain/funding.ts'
import { topUpPolicy } from '../../domain/policy/index.ts'
import { findTopUp } from '../../store/top-up.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { roleOf } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { dryRunTopUp } from '../dry-run-top-up.ts'
import { notYet } from '../payment-schemas.ts'
import { withRisk } from '../risk-view.ts'
import { answer, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { stuckRoutes } from '../stuck-routes.ts'
import { createSubmit, type Submit } from '../submit.ts'
import { topUpOrderOf } from '../top-up-order.ts'
import { TopUpReply, TopUpRequest } from '../top-up-schemas.ts'

const params = z.strictObject({ id: id('top') })

/** Money from a linked bank account or card into a wallet. */
export const topUpRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  const stuck = {
    type: 'top-up',
    prefix: 'top',
    words: 'a stuck top-up',
    effect: 'nothing is posted',
    reply: TopUpReply,
    resolvable: true,
    find: (id: string) => findTopUp(deps.db, id)
  } as const
  const own = [orderRoute, readRoute, cancelRoute].map((declare) => declare(deps, submit))
  return [...own, ...stuckRoutes(deps, submit, stuck)]
}

const orderRoute = ({ db, policy }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/top-ups',
    {
      summary: 'Top a wallet up from a linked bank account or card',
      description:
        'Usually answers `processing`, before the bank or the acquirer is asked: poll, or listen for the event. Declines ' +
        'answer 201 too. With `dry_run` nothing is stored, and nobody is asked.',
      body: TopUpRequest,
      reply: TopUpReply,
      status: 201,
      otherReplies: { ...notYet, 200: { description: 'dry_run: what would happen', schema: TopUpReply } },
      callers: { customer: 'own', service: 'any' },
      scope: 'top-ups:write',
      idempotency: 'process',
      errors: ['currency_mismatch', 'idempotency_key_reused', 'service_unavailable']
    },
    async (call) => {
      const { order, customerId } = await topUpOrderOf(db, call.body, call.mustOwn)
      if (call.body.dry_run) return answer(200, await dryRunTopUp(db, order, topUpPolicy(policy)))
      const rail = railOf(topUpFundingOf(order))
      return submit.start(call, {
        type: 'top-up',
        id: call.newId('top'),
        order,
        policy: topUpPolicy(policy),
        summary: `top-up of ${order.amount.amount} ${order.amount.currency} minor units, ${rail}`,
        searchAttributes: [
          { key: searchAttributes.customerRef, value: customerId },
          { key: searchAttributes.rail, value: rail }
        ]
      })
    }
  )

const readRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/top-ups/{id}',
    {
      summary: 'Read a top-up',
      params,
      reply: TopUpReply,
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'top-ups:read'
    },
    async (call) => {
      const topUp = await findTopUp(db, call.params.id)
      call.mustOwn(topUp ?? {})
      return withRisk(await submit.read(call, call.params.id), call.caller, topUp)
    }
  )

const cancelRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/top-ups/{id}/cancel',
    {
      summary: 'Take back a top-up that was not reviewed yet',
      params,
      reply: TopUpReply,
      status: 200,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'top-ups:write',
      idempotency: 'process',
      errors: ['state_conflict']
    },
    async (call) => {
      const topUp = await findTopUp(db, call.params.id)
      if (!topUp) throw new Refusal('not_found')
      call.mustOwn(topUp)
      const about = { type: 'top-up', processId: topUp.id, data: {} }
      return submit.decide(call, { ...about, action: 'cancel', role: roleOf(call.caller) })
    }
  )
