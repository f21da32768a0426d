import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** The same address by way of the proxy. */
  through(url: string): string
  /**
   * The next connection that sends the text `asked` is cut: the server gets it and does it, and from then on nothing it
   * answers arrives. Resolves when its answer came by (`answered` is in it), so that what was asked is done.
   */
  dropAnswer(trap: { asked: string; answered: string }): Promise<void>
  /** Every connection that is open now is reset. */
  resetAll(): void
  stop(): Promise<void>
}

interface Trap {
  readonly asked: string
  readonly answered: string
  sprung(): void
}

/** A TCP proxy on the loopback interface that can lose what a server answers. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let trap: Trap | undefined

  const server = createServer((client) => {
    const upstream = connect(target)
    let dropping: Trap | undefined
    const close = () => (client.destroy(), upstream.destroy())
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', close)
      socket.on('close', () => (close(), sockets.delete(socket)))
    }
    client.on('data', (chunk) => {
      if (trap && chunk.includes(trap.asked)) {
        dropping = trap
        trap = undefined
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (!dropping) return client.write(chunk)
      if (!chunk.includes(dropping.answered)) return
      close()
      dropping.sprung()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    dropAnswer: ({ asked, answered }) => new Promise((sprung) => (trap = { asked, answered, sprung })),
    resetAll: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}
