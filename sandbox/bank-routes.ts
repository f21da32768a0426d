import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import type { Bank } from './bank.ts'
import { BankName, Order } from './bank-types.ts'
import { answerInquiry, sendReply } from './instructions.ts'
import { parseBody, parseValue, SandboxRefusal } from './refusal.ts'
import { customerStatementRoute } from './statement-route.ts'
import type { World } from './world.ts'

const ReturnsQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0) })
const RETURNS_PAGE = 100
const Reference = z.string().min(1).max(100)

/** `POST /banks/{bank}/instructions` and its inquiry; whoever mounts them has checked the signature. */
export function bankRoutes(world: World, banks: Readonly<Record<BankName, Bank>>): Router {
  const instruct: RequestHandler = async (request, response) => {
    const bank = banks[bankIn(request.params.bank)]
    const reply = await bank.instruct(parseBody(Order, request.body))
    await world.durable()
    sendReply(response, reply)
  }

  const inquire: RequestHandler = (request, response) => {
    const name = bankIn(request.params.bank)
    const reference = parseValue(Reference, request.params.reference)
    const order = world.banks[name].instructions.get(reference)?.order
    return answerInquiry(world, response, { reference, order }, () => banks[name].inquire(reference))
  }

  const inquireReturn: RequestHandler = (request, response) => {
    const { returns } = world.banks[bankIn(request.params.bank)]
    const returned = returns.get(parseValue(Reference, request.params.reference))
    response.json(returned ? { status: 'returned', ...returned } : { status: 'not_found' })
  }

  const listReturns: RequestHandler = (request, response) => {
    const { after } = parseValue(ReturnsQuery, request.query)
    const { returns } = world.banks[bankIn(request.params.bank)]
    const later = [...returns.values()].filter(({ seq }) => seq > after)
    response.json({ data: later.slice(0, RETURNS_PAGE).map(({ seq, reference }) => ({ seq, reference })) })
  }

  return Router()
    .get('/:bank/statements/:file', customerStatementRoute(world))
    .get('/:bank/returns', listReturns)
    .get('/:bank/returns/:reference', inquireReturn)
    .post('/:bank/instructions', instruct)
    .get('/:bank/instructions/:reference', inquire)
}

/** @throws {SandboxRefusal} 404 for a bank that does not exist. */
export const bankIn = (name: unknown): BankName => {
  const parsed = BankName.safeParse(name)
  if (!parsed.success) throw new SandboxRefusal(404, 'not_found', 'there is no such bank')
  return parsed.data
}
