import type { Response } from 'express'
import type { z } from 'zod'
import { Answer, type Route } from './route.ts'

/** A reply as it goes over the wire, and as it is kept for a repeated request. */
export interface WireReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** With the id of what was made, if the reply has one. */
export interface KeptReply extends WireReply {
  readonly objectId: string | null
}

/**
 * What a route returned, held against what it declared: a field that the contract does not name does not leave.
 * @throws {Error} naming the places, not the values, where the reply breaks the contract.
 */
export function toWireReply({ method, path, spec }: Route, result: unknown): KeptReply {
  const given = result instanceof Answer ? result : new Answer(spec.status, result, {})
  const reply = given.status === spec.status ? spec.reply : spec.otherReplies?.[given.status]?.schema
  if (given.status !== spec.status && !reply) throw new Error(`${method} ${path}: ${given.status} is not declared`)
  if (!reply) return { status: given.status, headers: given.headers, body: '', objectId: null }
  if ('media' in reply) {
    const headers = { 'Content-Type': reply.media, ...given.headers }
    return { status: given.status, headers, body: given.body as string | Buffer, objectId: null }
  }
  const body = checked(`${method} ${path}`, reply, given.body)
  const headers = { 'Content-Type': 'application/json; charset=utf-8', ...given.headers }
  return { status: given.status, headers, body: JSON.stringify(body), objectId: idIn(body) }
}

export function sendReply(response: Response, { status, headers, body }: WireReply): void {
  response.status(status).set({ ...headers, 'Cache-Control': 'no-store' })
  response.end(body)
}

function checked(route: string, schema: z.ZodType, body: unknown): unknown {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const places = parsed.error.issues.map(({ path, code }) => `/${path.join('/')} ${code}`)
  throw new Error(`${route}: the reply breaks its contract at ${places.join(', ')}`)
}

const idIn = (body: unknown): string | null => {
  const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : null
  return typeof id === 'string' ? id : null
}
