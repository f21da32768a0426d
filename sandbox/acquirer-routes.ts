import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import type { Acquirer } from './acquirer.ts'
import { sendReply } from './bank-routes.ts'
import { CardOrder, NewCard } from './card-types.ts'
import { parseBody, parseValue } from './refusal.ts'
import { useRule } from './rules.ts'
import type { World } from './world.ts'

const Reference = z.string().min(1).max(100)

/** `POST /acquirer/instructions` and its inquiry; whoever mounts them has checked the signature. */
export function acquirerRoutes(world: World, acquirer: Acquirer): Router {
  const instruct: RequestHandler = async (request, response) => {
    const reply = await acquirer.instruct(parseBody(CardOrder, request.body))
    await world.durable()
    sendReply(response, reply)
  }

  const inquire: RequestHandler = async (request, response) => {
    const reference = parseValue(Reference, request.params.reference)
    const rule = useRule(world, { operation: 'inquiry', reference })
    const answer = async () => {
      const body = acquirer.inquire(reference)
      await world.durable()
      sendReply(response, { ending: 'answer', status: 200, body })
    }
    if (rule === undefined) return answer()
    if (rule.outcome === 'error') return sendReply(response, { ending: 'error' })
    // One that hangs has not looked the reference up either: nothing is fenced.
    if (rule.outcome === 'delay') setTimeout(() => void answer(), rule.delay_ms).unref()
  }

  return Router().post('/instructions', instruct).get('/instructions/:reference', inquire)
}

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
