import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

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
  /** From now on every piece is that late, in milliseconds, either way. */
  delayBy(ms: number): void
  /** While it is silent nothing arrives, either way, and no connection is closed. */
  silence(on: boolean): void
  /** While it refuses nobody gets a connection, and those that are there are reset. */
  refuse(on: boolean): void
  /** As it was in the beginning; a trap that nothing fell into is taken away. */
  heal(): void
  stop(): Promise<void>
}

interface Trap {
  readonly asked: string
  readonly answered: string
  sprung(): void
}

/** A TCP proxy on the loopback interface that can lose, delay and cut what goes through it. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const gate = createGate()
  let delayMs = 0
  let refusing = false
  let trap: Trap | undefined

  const lane = createLanes({ gate, delayMs: () => delayMs })

  const server = createServer((client) => {
    if (refusing) return client.resetAndDestroy()
    const upstream = connect(target)
    let dropping: Trap | undefined
    const toServer = lane((chunk) => {
      if (trap && chunk.includes(trap.asked)) {
        dropping = trap
        trap = undefined
      }
      upstream.write(chunk)
    })
    const toClient = lane((chunk) => {
      if (!dropping) return client.write(chunk)
      if (!chunk.includes(dropping.answered)) return
      client.destroy()
      upstream.destroy()
      dropping.sprung()
    })
    for (const [socket, other, onward] of [
      [client, upstream, toServer],
      [upstream, client, toClient]
    ] as const) {
      sockets.add(socket)
      socket.on('data', onward.push)
      socket.on('error', () => other.destroy())
      // What it has sent arrives before its end does.
      socket.on('close', () => {
        sockets.delete(socket)
        onward.end(() => other.end())
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const resetAll = () => sockets.forEach((socket) => socket.resetAndDestroy())
  const refuse = (on: boolean) => {
    refusing = on
    if (on) resetAll()
  }
  return {
    port,
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    dropAnswer: ({ asked, answered }) => new Promise((sprung) => (trap = { asked, answered, sprung })),
    resetAll,
    delayBy: (ms) => (delayMs = ms),
    silence: (on) => gate.set(!on),
    refuse,
    heal() {
      trap = undefined
      delayMs = 0
      gate.set(true)
      refuse(false)
    },
    async stop() {
      gate.set(true)
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}

/** One direction of a connection: in the order in which it came, whatever the delay was when it did. */
const createLanes =
  ({ gate, delayMs }: { readonly gate: ReturnType<typeof createGate>; delayMs(): number }) =>
  (deliver: (chunk: Buffer) => void) => {
    let before: Promise<unknown> | undefined
    const inTurn = (work: () => void) => {
      if (before === undefined && delayMs() === 0 && gate.isOpen()) return work()
      const due = performance.now() + delayMs()
      const turn: Promise<unknown> = (before ?? Promise.resolve())
        .then(() => pause(Math.max(0, due - performance.now())))
        .then(gate.opened)
        .then(work)
        .then(() => {
          if (before === turn) before = undefined
        })
      before = turn
    }
    return { push: (chunk: Buffer) => inTurn(() => deliver(chunk)), end: inTurn }
  }

/** Whoever comes while it is closed waits until it opens. */
function createGate() {
  let open = true
  let waiting: (() => void)[] = []
  return {
    isOpen: () => open,
    opened: (): Promise<void> => (open ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    set: (to: boolean) => {
      open = to
      if (!open) return
      for (const resolve of waiting) resolve()
      waiting = []
    }
  }
}
