import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface ReceivedCallback {
  readonly path: string
  readonly messageId: string
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly body: Record<string, unknown>
}

export interface CallbackReceiver {
  readonly url: string
  readonly received: readonly ReceivedCallback[]
  /** What was answered 503. */
  readonly refused: readonly ReceivedCallback[]
  /** Resolves with everything received, as soon as so many fit. */
  until(count: number, fits?: (callback: ReceivedCallback) => boolean): Promise<ReceivedCallback[]>
  /** The next so many calls are answered 503 and not counted as received. */
  refuseNext(count: number): void
  stop(): Promise<void>
}

/** Stands where the API would: takes callbacks, and counts only those whose Standard Webhooks signature holds. */
export async function startCallbackReceiver(secret: string, port = 0): Promise<CallbackReceiver> {
  const webhook = new Webhook(secret)
  const received: ReceivedCallback[] = []
  const refused: ReceivedCallback[] = []
  const watchers = new Set<() => void>()
  let refusals = 0

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = ''
    for await (const chunk of request) text += chunk
    const headers = request.headers as Record<string, string>
    const callback = {
      path: request.url!,
      messageId: headers['webhook-id']!,
      timestamp: Number(headers['webhook-timestamp']),
      body: webhook.verify(text, headers) as Record<string, unknown>
    }
    if (refusals > 0) {
      refusals -= 1
      refused.push(callback)
      response.writeHead(503).end()
      return
    }
    received.push(callback)
    response.writeHead(202).end()
    for (const look of [...watchers]) look()
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    refused,
    until: (count, fits = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const found = received.filter(fits)
          if (found.length < count) return
          watchers.delete(look)
          resolve(found)
        }
        watchers.add(look)
        look()
      }),
    refuseNext: (count) => void (refusals = count),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}
