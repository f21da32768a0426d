import { Agent, get } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { listen } from '../../api/listen.ts'

const ask = (url: string, agent: Agent): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).once('end', () => resolve(text))
    }).once('error', reject)
  })

describe('a server', () => {
  it('says that it keeps idle connections for longer than load balancers do', async () => {
    const server = await listen((_request, response) => response.end('quick'), { host: '127.0.0.1', port: 0 })
    const { headers } = await fetch(server.url)
    await server.stop()
    expect(Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60)
  })
})

describe('a server that is stopped', () => {
  it('ends what is in flight, takes nothing new, and does not wait for kept-alive connections', async () => {
    let release = () => undefined as void
    let arrived = () => undefined as void
    const inFlight = new Promise<void>((resolve) => (arrived = resolve))
    const server = await listen(
      (request, response) => {
        if (request.url !== '/slow') return void response.end('quick')
        release = () => void response.end('slow')
        arrived()
      },
      { host: '127.0.0.1', port: 0 }
    )
    const agent = new Agent({ keepAlive: true })
    try {
      expect(await ask(server.url, agent)).toBe('quick')
      const slow = ask(`${server.url}/slow`, agent)
      await inFlight
      const started = performance.now()
      const stopped = server.stop()
      await expect(ask(server.url, new Agent())).rejects.toThrow(/ECONNREFUSED|ECONNRESET/)
      release()
      expect(await slow).toBe('slow')
      await stopped
      expect(performance.now() - started).toBeLessThan(2_000)
    } finally {
      agent.destroy()
    }
  })

  it('cuts what does not end in time', async () => {
    let arrived = () => undefined as void
    const inFlight = new Promise<void>((resolve) => (arrived = resolve))
    const server = await listen(() => arrived(), { host: '127.0.0.1', port: 0 })
    const agent = new Agent()
    const answer = expect(ask(server.url, agent)).rejects.toThrow(/socket hang up|ECONNRESET/)
    await inFlight
    await server.stop(50)
    await answer
  })
})
