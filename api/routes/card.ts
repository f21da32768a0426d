import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { cardDetailsIn, findCardDetails } from '../../store/card-details.ts'
import { findCardLink, listOpenCardLinks, toCardLinkView } from '../../store/card-link.ts'
import { findCard, hasOpenOrders, listCards, lockCard, setCardState } from '../../store/card.ts'
import { findPersonal, forgetCard } from '../../store/personal.ts'
import { toCardReply } from '../card-reply.ts'
import { CardReply } from '../card-schemas.ts'
import { CustomerListQuery, listedCustomer, pageOfFew } from '../customer-list.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('crd') })
const readers = {
  callers: { customer: 'own', service: 'any', support: 'any', finance: 'any' },
  scope: 'cards:read'
} as const

/** Cards that customers have linked, or are linking; of their numbers the last four digits. */
export const cardRoutes = (deps: ApiDeps): Route[] => [
  listLinked(deps),
  readCard(deps, createSubmit(deps)),
  unlinkCard(deps)
]

const listLinked = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/cards',
    {
      summary: 'List a customer’s cards',
      description: 'Those that are or were linked, then those that are being verified.',
      query: CustomerListQuery,
      reply: listOf(CardReply),
      ...readers
    },
    async ({ query, caller, ownOnly, requestId }) => {
      const customerId = listedCustomer(ownOnly(), query.customer_id)
      // In this order, so that one that is linked in between is not missing from both.
      const open = await listOpenCardLinks(db, customerId)
      const cards = await listCards(db, customerId)
      const links = open.filter((link) => !cards.some(({ id: linked }) => linked === link.id))
      const known = await findPersonal(db, vault, customerId, ['card_details'])
      if (caller.kind === 'operator')
        await appendAudit(db, { actor: caller.operatorId, action: 'card.read', object: customerId, requestId })
      const views = [
        ...cards.map((card) => toCardReply({}, card, cardDetailsIn(known, card.id)?.last4)),
        ...links.map((link) => toCardReply(toCardLinkView(link), undefined, undefined))
      ]
      return pageOfFew(views, query)
    }
  )

const readCard = ({ db, vault }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/cards/{id}',
    { summary: 'Read a card', description: 'With its timeline.', params, reply: CardReply, ...readers },
    async (call) => {
      const { caller, requestId, params } = call
      const [card, link] = [await findCard(db, params.id), await findCardLink(db, params.id)]
      const known = card ?? link
      if (!known) throw new Refusal('not_found')
      call.mustOwn(known)
      if (caller.kind === 'operator')
        await appendAudit(db, { actor: caller.operatorId, action: 'card.read', object: known.id, requestId })
      const view = link ? ((await submit.read(call, link.id)).body as { readonly state?: string }) : {}
      // It may have been linked since the card was looked for: what is said of both is of one moment.
      const linked = card ?? (view.state === 'linked' ? await findCard(db, known.id) : undefined)
      return toCardReply(view, linked, linked && (await findCardDetails(db, vault, known))?.last4)
    }
  )

const unlinkCard = ({ vault }: ApiDeps): Route =>
  route.post(
    '/cards/{id}/unlink',
    {
      summary: 'Unlink a card',
      description:
        'Once nothing of it is in processing. Its token is forgotten, and what is ordered from it later is declined; it can ' +
        'be linked anew, with a new token.',
      params,
      reply: CardReply,
      status: 200,
      callers: { customer: 'own', service: 'any' },
      scope: 'cards:write',
      idempotency: 'stored',
      refusesCardNumbers: true,
      errors: ['state_conflict', 'card_number_refused']
    },
    async ({ params: { id: cardId }, mustOwn, principal, requestId, transaction }) => {
      // Before it is looked whether anything is in processing: what is sent to the acquirer looks at this row before.
      const card = await lockCard(transaction, cardId, 'update')
      mustOwn(card ?? {})
      if (!card) throw new Refusal('not_found')
      if (card.state !== 'linked' || (await hasOpenOrders(transaction, card.id)))
        throw new Refusal('state_conflict', { state: card.state })
      await setCardState(transaction, card.id, 'unlinked')
      await forgetCard(transaction, card.customerId, card.id)
      await appendAudit(transaction, { actor: principal, action: 'card.unlink', object: card.id, requestId })
      const last4 = (await findCardDetails(transaction, vault, card))?.last4
      return toCardReply({}, { ...card, state: 'unlinked' }, last4)
    }
  )
