import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { workflowIdOf } from '../workflows/messages.ts'
import type { Credentials } from './credentials.ts'

export type Body = Readonly<Record<string, unknown>>

/** Somebody who calls the API, by their credentials. */
export interface Caller {
  get(path: string): Promise<Body>
  post(path: string, body?: object, key?: string): Promise<Body>
  /** Reads until it is so, for at most a minute. */
  until(path: string, isSo: (body: Body) => boolean): Promise<Body>
}

export interface Teller {
  readonly credentials: Credentials
  say(line: string): void
  chapter(title: string): void
  /** Prints what happened, and where to look at the run. */
  tell(line: string, thing?: Body): void
  /** @throws {Error} when it is not so: the story does not hold. */
  expect(isSo: boolean, otherwise: string): void
  as(token: string): Caller
  logIn(customer: { email: string; password: string }): Promise<Caller>
  /** The six digits of the newest message to an address, once it has come. */
  codeFor(email: string): Promise<string>
  /** Moves the business clock of the whole installation. */
  advanceClock(byMs: number): Promise<void>
}

export function createTeller(credentials: Credentials, say: (line: string) => void): Teller {
  const { api_url, sandbox_url, sandbox_admin_key, temporal_ui_url } = credentials
  const as = (token: string) => callerOf(api_url, token)
  let chapters = 0
  return {
    credentials,
    say,
    as,
    chapter: (title) => say(`\n${++chapters}. ${title}`),
    tell: (line, thing) => {
      say(`   ${line}`)
      if (!thing || !temporal_ui_url) return
      const { object, id } = thing as { object: string; id: string }
      const workflowId = workflowIdOf(object.replaceAll('_', '-'), id)
      say(`     run: ${temporal_ui_url}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`)
    },
    expect: (isSo, otherwise) => {
      if (!isSo) throw new Error(otherwise)
    },
    logIn: async ({ email, password }) => {
      const { access_token } = await as('').post('/v1/sessions', { login: email, password })
      return as(String(access_token))
    },
    codeFor: async (email) => {
      for (let tries = 0; tries < 600; tries++) {
        const response = await fetch(`${sandbox_url}/admin/inbox?to=${encodeURIComponent(email)}`, {
          headers: { authorization: `Bearer ${sandbox_admin_key}` }
        })
        const { data } = (await response.json()) as { data: { text: string }[] }
        const code = /\b[0-9]{6}\b/.exec(data.at(-1)?.text ?? '')?.[0]
        if (code !== undefined) return code
        await pause(100)
      }
      throw new Error(`no code came for ${email} in a minute`)
    },
    advanceClock: async (byMs) => {
      const response = await fetch(`${sandbox_url}/admin/clock/advance`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandbox_admin_key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ by_ms: byMs })
      })
      if (!response.ok) throw new Error(`the clock could not be moved: ${response.status}`)
    }
  }
}

function callerOf(apiUrl: string, token: string): Caller {
  const send = async (method: string, path: string, body?: object, key?: string): Promise<Body> => {
    const response = await fetch(apiUrl + path, {
      method,
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json', 'idempotency-key': key ?? randomUUID() })
      },
      body: body && JSON.stringify(body)
    })
    return { http_status: response.status, ...((await response.json()) as Body) }
  }
  const get = (path: string) => send('GET', path)
  return {
    get,
    post: (path, body = {}, key) => send('POST', path, body, key),
    until: async (path, isSo) => {
      for (let tries = 0; tries < 600; tries++) {
        const body = await get(path)
        if (isSo(body)) return body
        await pause(100)
      }
      throw new Error(`${path} did not get there in a minute`)
    }
  }
}
