import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import type { Acquirer } from './acquirer.ts'
import { CardOrder, NewCard } from './card-types.ts'
import { answerInquiry, sendReply } from './instructions.ts'
import { parseBody, parseValue } from './refusal.ts'
import type { World } from './world.ts'

const Reference = z.string().min(1).max(100)
const ListQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0) })
const PAGE = 100

/** `POST /acquirer/instructions`, its inquiry, what was taken back and what was paid out; whoever mounts them has checked the signature. */
export function acquirerRoutes(world: World, acquirer: Acquirer): Router {
  const instruct: RequestHandler = async (request, response) => {
    const reply = await acquirer.instruct(parseBody(CardOrder, request.body))
    await world.durable()
    sendReply(response, reply)
  }

  const inquire: RequestHandler = (request, response) => {
    const reference = parseValue(Reference, request.params.reference)
    return answerInquiry(world, response, { reference }, () => acquirer.inquire(reference))
  }

  const list =
    <Listed extends { readonly seq: number }>(listed: () => readonly Listed[]): RequestHandler =>
    async (request, response) => {
      const { after } = parseValue(ListQuery, request.query)
      const data = listed().filter(({ seq }) => seq > after)
      await world.durable()
      response.json({ data: data.slice(0, PAGE) })
    }

  return Router()
    .post('/instructions', instruct)
    .get('/instructions/:reference', inquire)
    .get(
      '/chargebacks',
      list(() => chargebacksIn(world))
    )
    .get(
      '/payouts',
      list(() => world.acquirer.payouts)
    )
}

/** By their places in its books. */
const chargebacksIn = ({ acquirer: { journal } }: World) =>
  journal
    .filter(({ operation }) => operation === 'chargeback')
    .map(({ seq, reference, of }) => ({ seq, id: reference, reference: of }))

/** `POST /tokens`, for customers' devices: anybody may ask, from any page, and nothing but the token goes to Coffer. */
export function tokenRoutes(world: World, acquirer: Acquirer): Router {
  const open: RequestHandler = (_request, response, next) => {
    response.set({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'content-type' })
    next()
  }
  const tokenise: RequestHandler = async (request, response) => {
    const { token, brand, funding, last4, expiry_month, expiry_year } = acquirer.tokenise(
      parseBody(NewCard, request.body)
    )
    await world.durable()
    response.status(201).json({ token, brand, funding, last4, expiry_month, expiry_year })
  }
  return Router()
    .use(open)
    .options('/', (_request, response) => void response.status(204).end())
    .post('/', tokenise)
}
