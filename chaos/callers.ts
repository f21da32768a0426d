import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Journal, Operation } from './journal.ts'
import { newcomerPassword, type People } from './people.ts'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

/** Somebody over HTTP who does not give up: the same request under the same key again, until the answer is definite. */
export interface Caller {
  /** @throws {Unanswered} when nothing definite came for a long time, or everything is being stopped. */
  post(path: string, body?: object, options?: { readonly key?: string }): Promise<Answer>
  /** What was asked before, or something else under the same key; it is no operation of its own. */
  repeat(path: string, body: object, key: string): Promise<Answer>
  get(path: string): Promise<Answer>
  /** Reads until it is so. @throws {Unanswered} */
  until(path: string, isSo: (body: Record<string, unknown>) => boolean): Promise<Answer>
}

/** Nobody knows what became of it: an outcome, and not a fault of who asked. */
export class Unanswered extends Error {}

export interface Callers {
  /** By role (`service`, `merchant`, `finance` …), by a customer's address, or `''` for nobody. */
  as(by: string, story: string): Caller
  /** A customer who was made meanwhile. */
  introduce(email: string, password: string): void
  /** The same request once more, until it is answered. */
  repeat(operation: Operation): Promise<Answer>
  /** Every answer that no fault excuses, `500 POST /v1/…` and how often. */
  readonly odd: ReadonlyMap<string, number>
}

export interface CallersInput {
  readonly apiUrls: readonly string[]
  readonly people: People
  readonly journal: Journal
  /** From then on nobody waits for what a bank may still decide. */
  readonly over: AbortSignal
  /** Told of each definite answer to a request that changes something, and when that was sent first. */
  readonly onAnswer: (sentAt: number) => void
}

/** A paused API answers nobody; another one may. */
const ATTEMPT_MS = 15_000
const GIVE_UP_MS = 120_000
/** What a bank has not decided by then is left to itself. */
const UNTIL_MS = 30_000
/** Access tokens live for 10 minutes. */
const TOKEN_MS = 8 * 60_000

/** Never of the seed: a day or slice that was cut off and begins anew asks for other things than before. */
export const newKey = (): string => randomBytes(16).toString('hex')

/** Nothing is committed yet, or nobody is there to say. 401 comes with a token that has ended. */
const isDefinite = ({ status, body }: Answer): boolean =>
  status < 500 && status !== 401 && status !== 429 && (status !== 202 || body['object'] === 'review')

export function createCallers({ apiUrls, people, journal, over, onAnswer }: CallersInput): Callers {
  const passwords = new Map(people.customers.map(({ email, password }) => [email, password]))
  const tokens = new Map<string, { readonly token: string; readonly at: number }>()
  const { send, odd } = createSender(apiUrls)

  const tokenOf = async (by: string): Promise<string> => {
    if (by === '') return ''
    if (by in people.keys) return people.keys[by as keyof People['keys']]
    const known = tokens.get(by)
    if (known && performance.now() - known.at < TOKEN_MS) return known.token
    const credentials = { login: by, password: passwords.get(by) ?? newcomerPassword }
    const { status, body } = await send('POST', '/v1/sessions', { body: credentials })
    if (status !== 201) throw new Error(`${by} cannot log in: ${status} ${JSON.stringify(body)}`)
    const token = String(body['access_token'])
    tokens.set(by, { token, at: performance.now() })
    return token
  }

  const insist = async (by: string, method: string, path: string, more: { key?: string; body?: object }) => {
    const giveUpAt = performance.now() + GIVE_UP_MS
    for (let attempts = 1; ; attempts++) {
      const answer = await tokenOf(by)
        .then((token) => send(method, path, { token, ...more }))
        .catch(() => undefined)
      if (answer && isDefinite(answer)) return { ...answer, attempts }
      if (answer?.status === 401) tokens.delete(by)
      if (performance.now() > giveUpAt)
        throw new Unanswered(
          `${method} ${path}: ${answer ? `${answer.status} ${JSON.stringify(answer.body)}` : 'no answer'}`
        )
      await pause(answer ? 200 : 50)
    }
  }

  const settle = async (operation: Operation): Promise<Answer> => {
    const { by, path, key, body } = operation
    const sentAt = performance.now()
    const answer = await insist(by, 'POST', path, { key, body })
    if (operation.outcome === 'asked') {
      journal.settle(operation, answer)
      onAnswer(sentAt)
    }
    return answer
  }

  return {
    odd,
    introduce: (email, password) => void passwords.set(email, password),
    repeat: settle,
    as: (by, story) => {
      const get = (path: string) => insist(by, 'GET', path, {})
      return {
        get,
        repeat: (path, body, key) => insist(by, 'POST', path, { key, body }),
        post: (path, body = {}, { key = newKey() } = {}) => settle(journal.ask({ key, story, by, path, body })),
        until: async (path, isSo) => {
          const giveUpAt = performance.now() + UNTIL_MS
          for (;;) {
            const answer = await get(path)
            if (isSo(answer.body)) return answer
            if (performance.now() > giveUpAt || over.aborted) throw new Unanswered(`${path} stayed as it was`)
            await pause(100)
          }
        }
      }
    }
  }
}

/** Requests to one API after the other, and which answers no caller should ever get. */
function createSender(apiUrls: CallersInput['apiUrls']) {
  const odd = new Map<string, number>()
  let turn = 0
  const send = async (method: string, path: string, given: { token?: string; key?: string; body?: object }) => {
    // Round and round: an API that is down is left at the next attempt.
    const url = apiUrls[turn++ % apiUrls.length]!
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(given.token && { authorization: `Bearer ${given.token}` }),
        ...(given.body && { 'content-type': 'application/json' }),
        ...(given.key && { 'idempotency-key': given.key })
      },
      body: given.body && JSON.stringify(given.body),
      signal: AbortSignal.timeout(ATTEMPT_MS)
    })
    const text = await response.text()
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    if (response.status >= 500 && response.status !== 503) {
      const what = `${response.status} ${method} ${path.replace(/[a-z]{3}_[0-9a-f]{32}/g, '…')} ${String(body['code'])}`
      odd.set(what, (odd.get(what) ?? 0) + 1)
    }
    return { status: response.status, body, headers: response.headers }
  }
  return { send, odd }
}
