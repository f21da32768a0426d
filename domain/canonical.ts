import { Refusal } from './errors.ts'

/** Deeper bodies are nobody's request; the limit keeps the recursion off the stack's end. */
const DEPTH_MAX = 64

/**
 * The one text of a parsed JSON body, whatever its key order and white space were: keys sorted by UTF-16 code units (as
 * RFC 8785 does), `undefined` members dropped. Callers hash it into the fingerprint of a request.
 * @throws {Refusal} `invalid_request` for numbers that are not safe integers (two texts could mean the same one), for
 *   values that JSON does not have, and for bodies nested deeper than 64.
 */
export const canonicalJson = (value: unknown): string => write(value, 0)

function write(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX) throw new Refusal('invalid_request', { reason: 'nested_too_deep' })
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return writeNumber(value)
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`
  if (!isPlainObject(value)) throw new Refusal('invalid_request', { reason: 'not_json' })
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${write(value[key], depth + 1)}`)
  return `{${members.join(',')}}`
}

function writeNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Refusal('invalid_request', { reason: 'not_a_safe_integer' })
  return value.toFixed(0).replace(/^-0$/, '0')
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // An object of another realm (a parsed body inside the workflow sandbox) has another Object.prototype, itself without one.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
