import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listening {
  readonly url: string
  /** Takes no new connection, lets requests in flight end, then resolves; after `patienceMs` it cuts what is left. */
  stop(patienceMs?: number): Promise<void>
}

/**
 * An idle connection is kept for longer than clients and load balancers (60 s as a rule) keep it, so that they end it: what is
 * sent on a connection that the server is just ending is lost. Node's 5 s are within what a busy client needs to notice.
 */
const IDLE_MS = 75_000

/** @param port 0 takes a free one. */
export async function listen(app: RequestListener, { host, port }: { host: string; port: number }): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: IDLE_MS }, app)
  const inFlight = new Set<ServerResponse>()
  server.on('request', (_request, response: ServerResponse) => {
    inFlight.add(response)
    response.once('close', () => inFlight.delete(response))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  const { address, family, port: bound } = server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`
  return { url, stop: (patienceMs = 20_000) => stop(server, inFlight, patienceMs) }
}

async function stop(server: Server, inFlight: ReadonlySet<ServerResponse>, patienceMs: number): Promise<void> {
  // A kept-alive connection would hold the server open until its client gets tired of it.
  for (const response of inFlight) response.shouldKeepAlive = false
  server.on('request', (_request, response: ServerResponse) => (response.shouldKeepAlive = false))
  const cut = setTimeout(() => server.closeAllConnections(), patienceMs)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearTimeout(cut)
}
