import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below what systems give to connections that go out (Linux from 32768, others from 49152): a port from there could be the
 * other end of somebody's connection by the time it is listened on, or listened on again.
 */
const [LOWEST, HIGHEST] = [10_240, 32_000]

/** As many different free loopback ports as asked for; held all at once while looking, so that none comes twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenSomewhere()))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

async function listenSomewhere(): Promise<Awaited<ReturnType<typeof listen>>> {
  for (let tries = 0; ; tries++) {
    try {
      return await listen(randomInt(LOWEST, HIGHEST))
    } catch (error) {
      if (tries === 100) throw error
    }
  }
}

/** Whether something listens on this loopback port already (or this user may not listen there). */
export async function isTaken(port: number): Promise<boolean> {
  try {
    const server = await listen(port)
    await new Promise((resolve) => server.close(resolve))
    return false
  } catch {
    return true
  }
}

function listen(port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })
}
