import { Router, type RequestHandler } from 'express'
import { AccountQuestion, type AccountChecks } from './account-checks.ts'
import { bankIn } from './bank-routes.ts'
import { parseBody, SandboxRefusal } from './refusal.ts'
import type { World } from './world.ts'

/** `POST /banks/{bank}/payee-checks` and `/ownership-checks`; whoever mounts them has checked the signature. */
export function accountRoutes(world: World, checks: AccountChecks): Router {
  const confirmPayee: RequestHandler = async (request, response) => {
    const said = checks.confirmPayee(bankIn(request.params.bank), parseBody(AccountQuestion, request.body))
    await world.durable()
    if (said === 'error') throw new SandboxRefusal(500, 'internal', 'the bank failed')
    // Without an answer, until the client gives up.
    if (said === 'hang') return
    setTimeout(() => void response.json(said.answer), said.holdMs).unref()
  }

  const askOwnership: RequestHandler = async (request, response) => {
    const answer = checks.askOwnership(bankIn(request.params.bank), parseBody(AccountQuestion, request.body))
    await world.durable()
    if (answer === undefined) throw new SandboxRefusal(500, 'internal', 'the bank failed')
    response.json(answer)
  }

  return Router().post('/:bank/payee-checks', confirmPayee).post('/:bank/ownership-checks', askOwnership)
}
