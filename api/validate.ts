import type { z } from 'zod'
import { Refusal } from '../domain/errors.ts'
import type { FieldError } from './problem.ts'

/** Enough to mend a form at once, too few to make the answer long. */
const ERRORS_MAX = 20

/**
 * @param place where the value stood: '' for the body, `/query` for the query.
 * @throws {Refusal} `invalid_request` with a pointer to each fault; values are never repeated.
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown, place = ''): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap((issue) => toFieldErrors(issue, place))
  throw new Refusal('invalid_request', { errors: errors.slice(0, ERRORS_MAX) })
}

function toFieldErrors(issue: z.core.$ZodIssue, place: string): FieldError[] {
  const at = place + issue.path.map(pointerPart).join('')
  if (issue.code !== 'unrecognized_keys') return [{ pointer: at, message: issue.message }]
  return issue.keys.map((key) => ({ pointer: at + pointerPart(key), message: 'there is no such field' }))
}

/** RFC 6901; cut, since unknown keys are the caller's own text. */
const pointerPart = (part: PropertyKey): string =>
  `/${String(part).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`

/**
 * Texts of the query never pass through the body's strict parser, so they are looked at here.
 * @throws {Refusal} `invalid_request` for a parameter given twice, or one with NUL or broken UTF-8.
 */
export function plainQuery(query: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => {
      // U+FFFD is what broken percent-encoded UTF-8 turns into.
      const plain = typeof value === 'string' && !value.includes('\0') && !value.includes('\uFFFD')
      if (plain) return [key, value]
      throw new Refusal('invalid_request', {
        errors: [{ pointer: `/query${pointerPart(key)}`, message: 'must be given once, as plain text' }]
      })
    })
  )
}
