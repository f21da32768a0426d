import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

/** A caller over HTTP: JSON in, JSON out, an `Idempotency-Key` of its own unless one is given (`null`: none). */
export interface Client {
  get(path: string): Promise<Answered>
  post(path: string, body?: object, key?: string | null): Promise<Answered>
  put(path: string, body: object): Promise<Answered>
  patch(path: string, body: object): Promise<Answered>
  delete(path: string): Promise<Answered>
  /** Reads until it is so, for at most 30 s; what a customer does who waits for a state. */
  until(path: string, isSo: (body: Record<string, unknown>) => boolean): Promise<Answered>
}

/**
 * @param apiUrl asked each time: an API that was restarted listens elsewhere.
 * @param describeTrouble asked when `until` gives up: what it may have been waiting for.
 */
export function client(apiUrl: () => string, token: string, describeTrouble?: () => Promise<string>): Client {
  const send = async (method: string, path: string, body?: object, key?: string | null): Promise<Answered> => {
    const response = await fetch(apiUrl() + path, {
      method,
      headers: {
        ...(token !== '' && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key })
      },
      body: body && JSON.stringify(body)
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
  }
  const get = (path: string) => send('GET', path)
  return {
    get,
    post: (path, body = {}, key = randomUUID()) => send('POST', path, body, key),
    put: (path, body) => send('PUT', path, body),
    patch: (path, body) => send('PATCH', path, body),
    delete: (path) => send('DELETE', path),
    until: async (path, isSo) => {
      const giveUpAt = performance.now() + 30_000
      for (;;) {
        const answered = await get(path)
        if (isSo(answered.body)) return answered
        if (performance.now() > giveUpAt)
          throw new Error(`${path} stayed ${JSON.stringify(answered.body)}\n${await describeTrouble?.()}`)
        await pause(20)
      }
    }
  }
}
