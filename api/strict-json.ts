import { Refusal } from '../domain/errors.ts'

/** Nobody's request is deeper; parsers and validators further in may recurse. */
const DEPTH_MAX = 32

/**
 * Parses a body more strictly than JSON.parse: UTF-8 without errors or a byte order mark, no key twice, no `__proto__`,
 * no NUL and no half of a surrogate pair in any text (Postgres cannot store them), nesting up to 32 levels.
 * @throws {Refusal} `invalid_request`; the message never repeats what came.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  // Parsed first: looking for tokens takes linear time only where every string ends.
  const value = parse(text)
  inspect(text)
  return value
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('the body is not UTF-8')
  }
}

/** A string, with the colon if it is a key, or a bracket. */
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs

function inspect(text: string): void {
  const keysOfOpenObjects: Set<string>[] = []
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      keysOfOpenObjects.push(new Set())
      if (keysOfOpenObjects.length > DEPTH_MAX) throw malformed(`the body is nested deeper than ${DEPTH_MAX} levels`)
    } else if (token === '}' || token === ']') {
      keysOfOpenObjects.pop()
    } else {
      const content = parse(token.slice(0, token.length - (colon?.length ?? 0))) as string
      if (content.includes('\0') || /\p{Cs}/u.test(content))
        throw malformed('a text holds NUL or half a surrogate pair')
      if (colon !== undefined) addKey(keysOfOpenObjects.at(-1), content)
    }
  }
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (key === '__proto__') throw malformed('__proto__ is no field')
  if (keys?.has(key)) throw malformed('a field stands twice in one object')
  keys?.add(key)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('the body is not JSON')
  }
}

const malformed = (message: string): Refusal => new Refusal('invalid_request', { errors: [{ pointer: '', message }] })
