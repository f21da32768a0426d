import { Router, type RequestHandler } from 'express'
import { CheckRequest, type IdentityBureau } from './identity-bureau.ts'
import { parseBody, parseValue, SandboxRefusal } from './refusal.ts'
import type { World } from './world.ts'

/** `POST /identity/checks` and its inquiry; whoever mounts them has checked the signature. */
export function identityRoutes(world: World, bureau: IdentityBureau): Router {
  const check: RequestHandler = async (request, response) => {
    const answer = bureau.check(parseBody(CheckRequest, request.body))
    await world.durable()
    if (answer === undefined) throw new SandboxRefusal(500, 'internal', 'the bureau failed')
    response.json(answer)
  }

  const inquire: RequestHandler = async (request, response) => {
    const answer = bureau.inquire(parseValue(CheckRequest.shape.reference, request.params.reference))
    await world.durable()
    response.json(answer)
  }

  return Router().post('/checks', check).get('/checks/:reference', inquire)
}
