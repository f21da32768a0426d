import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'

/** Letters, digits and `_ . -`: nothing that could forge a log line or a header. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9_.-]{7,63}$/

const ids = new WeakMap<IncomingMessage, string>()

/** The id under which a request is found again: the caller's own `X-Request-Id` if it is well-formed, else one of ours. */
export function requestIdOf(request: IncomingMessage): string {
  const known = ids.get(request)
  if (known !== undefined) return known
  const given = request.headers['x-request-id']
  const id = typeof given === 'string' && WELL_FORMED.test(given) ? given : `req_${randomBytes(16).toString('hex')}`
  ids.set(request, id)
  return id
}

/** So that every reply names its request, errors and documents included. */
export const requestIdHeader: RequestHandler = (request, response, next) => {
  response.set('X-Request-Id', requestIdOf(request))
  next()
}
