import type { ErrorRequestHandler } from 'express'
import type { z } from 'zod'

/** What the outside world refuses, as it stands on the wire: `{ code, message }` under an HTTP status. */
export class SandboxRefusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** @throws {SandboxRefusal} 400 when the text is no JSON or does not fit: unknown fields are refused, never ignored. */
export function parseBody<Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> {
  return parseValue(shape, fromJson(Buffer.isBuffer(body) ? body.toString('utf8') : ''))
}

/** @throws {SandboxRefusal} 400 naming each field that does not fit. */
export function parseValue<Shape extends z.ZodType>(shape: Shape, value: unknown): z.output<Shape> {
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `/${path.map(String).join('/')}: ${message}`)
  throw new SandboxRefusal(400, 'invalid_request', lines.join('; '))
}

export const answerErrors: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  if (error instanceof SandboxRefusal) {
    response.status(error.status).json({ code: error.code, message: error.message })
    return
  }
  const status = statusOfBodyError(error)
  if (status === 500) console.error(error)
  response.status(status).json({ code: status === 500 ? 'internal' : 'invalid_request', message: 'refused' })
}

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new SandboxRefusal(400, 'invalid_request', 'the body is not JSON')
  }
}

/** Express's own refusals (a body too large, a path that does not decode) carry their status. */
const statusOfBodyError = (error: unknown): number => {
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
