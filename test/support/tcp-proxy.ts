import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** The same address by way of the proxy. */
  through(url: string): string
  /**
   * The next connection that sends this text is cut: the server gets it, its answer never arrives. Resolves when that
   * has happened and the server has answered, so that what was asked is done.
   */
  dropAnswerTo(text: string): Promise<void>
  /** Every connection that is open now is reset. */
  resetAll(): void
  stop(): Promise<void>
}

/** A TCP proxy on the loopback interface that can lose what a server answers. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let trap: { readonly text: string; sprung(): void } | undefined

  const server = createServer((client) => {
    const upstream = connect(target)
    let dropping: (() => void) | undefined
    const close = () => (client.destroy(), upstream.destroy())
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', close)
      socket.on('close', () => (close(), sockets.delete(socket)))
    }
    client.on('data', (chunk) => {
      if (trap && chunk.includes(trap.text)) {
        dropping = trap.sprung
        trap = undefined
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (!dropping) return client.write(chunk)
      // The last answer of what was sent tells that the server is done with it, and that much is never passed on.
      close()
      dropping()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    dropAnswerTo: (text) => new Promise((sprung) => (trap = { text, sprung })),
    resetAll: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}
