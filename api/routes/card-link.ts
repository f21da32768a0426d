import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import type { CardId, CustomerId } from '../../domain/ids.ts'
import { cardLinkPolicy } from '../../domain/policy/index.ts'
import { findCardLink } from '../../store/card-link.ts'
import { findCustomer } from '../../store/customers.ts'
import { findPersonalValue, lockPersonal, putPersonal } from '../../store/personal.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { auditOf } from '../audit-of.ts'
import { CardReply, CardRequest } from '../card-schemas.ts'
import { withLastDigits } from '../card-reply.ts'
import { listedCustomer } from '../customer-list.ts'
import { mustNotCool } from '../cool-down.ts'
import type { ApiDeps } from '../deps.ts'
import { notYet } from '../payment-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('crd') })
const errors = ['state_conflict', 'idempotency_key_reused', 'service_unavailable', 'card_number_refused'] as const

/** How a card becomes a customer's. Its number goes from the customer's device to the acquirer, and never comes here. */
export function cardLinkRoutes(deps: ApiDeps): Route[] {
  const submit = createSubmit(deps)
  return [begin(deps, submit), cancel(deps, submit)]
}

const begin = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/cards',
    {
      summary: 'Link a card',
      description:
        'The customer’s device gives the card to the acquirer (at the sandbox `POST /acquirer/tokens`) and gets the token. ' +
        'Answers `verifying`: the acquirer authorizes nothing on the card, to see that it is good.',
      body: CardRequest,
      reply: CardReply,
      status: 201,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'cards:write',
      idempotency: 'process',
      refusesCardNumbers: true,
      errors: [...errors, 'kyc_required', 'cooling_down']
    },
    async (call) => {
      const customerId = listedCustomer(call.ownOnly(), call.body.customer_id, '/customer_id')
      const cardId = call.newId('crd')
      const begun = await submit.startAllowed(call, { type: 'card-link', id: cardId }, async () => {
        await mustNotCool(deps.db, customerId)
        await keepToken(deps, { customerId, cardId, token: call.body.token })
        return {
          order: { customer_id: customerId },
          policy: cardLinkPolicy(deps.policy),
          summary: 'link a card',
          searchAttributes: [
            { key: searchAttributes.customerRef, value: customerId },
            { key: searchAttributes.rail, value: 'acquirer' }
          ]
        }
      })
      return withLastDigits(deps, begun, { id: cardId, customerId })
    }
  )

const cancel = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/cards/{id}/cancel',
    {
      summary: 'Give a link up that is still verifying',
      params,
      reply: CardReply,
      status: 200,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'cards:write',
      idempotency: 'process',
      refusesCardNumbers: true,
      errors
    },
    async (call) => {
      const link = await findCardLink(deps.db, call.params.id)
      call.mustOwn(link ?? {})
      if (!link) throw new Refusal('not_found')
      const about = { type: 'card-link', processId: link.id, role: call.caller.kind, data: {} }
      const alongside = auditOf(call, { action: 'card.cancel', object: link.id })
      return withLastDigits(deps, await submit.decide(call, { ...about, action: 'cancel', alongside }), link)
    }
  )

/**
 * Seals the token under the id that the card will have, before anything runs that needs it. What stands there is never
 * replaced: a run may have read it.
 * @throws {Refusal} when this customer cannot link a card
 */
async function keepToken(
  { db, vault }: Pick<ApiDeps, 'db' | 'vault'>,
  { customerId, cardId: reference, token: value }: { customerId: CustomerId; cardId: CardId; token: string }
): Promise<void> {
  const customer = await findCustomer(db, customerId)
  if (!customer) throw new Refusal('not_found', { pointer: '/customer_id' })
  if (customer.state === 'registered' || customer.tier < 1) throw new Refusal('kyc_required')
  if (customer.state !== 'active') throw new Refusal('state_conflict', { state: customer.state })
  await inTransaction(db, async (transaction) => {
    await lockPersonal(transaction, customerId)
    const where = { ownerId: customerId, kind: 'card_token', reference } as const
    const there = await findPersonalValue(transaction, vault, where)
    if (there === value) return
    if (there !== undefined) throw new Refusal('idempotency_key_reused')
    await putPersonal(transaction, vault, customerId, { kind: 'card_token', reference, value })
  })
}
