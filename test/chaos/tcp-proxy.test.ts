import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTcpProxy, type TcpProxy } from '../../chaos/tcp-proxy.ts'

let server: Server
let proxy: TcpProxy
let asked = 0
beforeEach(async () => {
  asked = 0
  server = createServer((_request, response) => response.end(String(++asked)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await startTcpProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
})
afterEach(async () => {
  await proxy.stop()
  server.close()
})

const ask = () =>
  fetch(`http://127.0.0.1:${proxy.port}/`, { headers: { connection: 'close' } }).then((each) => each.text())

describe('The proxy that breaks connections', () => {
  it('lets everything through until it is told otherwise', async () => {
    expect(await ask()).toBe('1')
  })

  it('loses an answer to what the server has done', async () => {
    const lost = proxy.dropAnswer({ asked: 'GET', answered: '' })
    await expect(ask()).rejects.toThrow('fetch failed')
    await lost
    expect(asked).toBe(1)
    expect(await ask()).toBe('2')
  })

  it('refuses connections until it is healed', async () => {
    proxy.refuse(true)
    await expect(ask()).rejects.toThrow('fetch failed')
    expect(asked).toBe(0)
    proxy.heal()
    expect(await ask()).toBe('1')
  })

  it('delivers after a silence what was sent in it', async () => {
    proxy.silence(true)
    const answering = ask()
    const other = new Promise((resolve) => setImmediate(() => resolve('nothing yet')))
    expect(await Promise.race([answering, other])).toBe('nothing yet')
    proxy.silence(false)
    expect(await answering).toBe('1')
  })

  it('is as late as it is told', async () => {
    proxy.delayBy(30)
    const startedAt = performance.now()
    expect(await ask()).toBe('1')
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(30)
  })
})
