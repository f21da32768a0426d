import { Router, type RequestHandler } from 'express'
import { BusinessRequest, CheckRequest, type IdentityBureau } from './identity-bureau.ts'
import type { CheckAnswer } from './identity-books.ts'
import { parseBody, parseValue, SandboxRefusal } from './refusal.ts'
import type { World } from './world.ts'

/** `POST /identity/checks`, its inquiry, and `POST /identity/businesses`; whoever mounts them has checked the signature. */
export function identityRoutes(world: World, bureau: IdentityBureau): Router {
  const answered =
    (ask: (body: unknown) => CheckAnswer | undefined): RequestHandler =>
    async (request, response) => {
      const answer = ask(request.body)
      await world.durable()
      if (answer === undefined) throw new SandboxRefusal(500, 'internal', 'the bureau failed')
      response.json(answer)
    }
  const check = answered((body) => bureau.check(parseBody(CheckRequest, body)))
  const checkBusiness = answered((body) => bureau.checkBusiness(parseBody(BusinessRequest, body)))

  const inquire: RequestHandler = async (request, response) => {
    const answer = bureau.inquire(parseValue(CheckRequest.shape.reference, request.params.reference))
    await world.durable()
    response.json(answer)
  }

  return Router().post('/checks', check).post('/businesses', checkBusiness).get('/checks/:reference', inquire)
}
