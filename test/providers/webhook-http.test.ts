import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { createHttpWebhooks } from '../../providers/webhook-http.ts'

const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
const oldSecret = `whsec_${Buffer.alloc(24, 2).toString('base64')}`

let server: Server
let port: number
let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => void response.end()
const seen: { url: string | undefined; host: string | undefined; body: string; headers: IncomingMessage['headers'] }[] =
  []
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      seen.push({ url: request.url, host: request.headers.host, body, headers: request.headers })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  seen.length = 0
  answer = (_, response) => void response.end()
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const limits = { timeoutMs: 2_000, answerMaxBytes: 8_192, answerKeptBytes: 20 }
const message = (url: string) => ({ url, id: 'evt_1', body: '{"a":1}', secrets: [secret, oldSecret] })

/** A sender whose name server says each of these in turn, and what it was asked. */
function sender(says: readonly (readonly string[])[], loopback = true) {
  let asked = 0
  const resolve = async () => says[asked++]!.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const webhooks = createHttpWebhooks({ ...limits, loopback, resolve })
  return { ...webhooks, asked: () => asked }
}

describe('A webhook', () => {
  it('is posted once, signed by every secret, and its answer is kept as it begins', async () => {
    answer = (_, response) => void response.writeHead(202).end(`ok\n${'x'.repeat(100)}`)
    const { send, close } = createHttpWebhooks({ ...limits, loopback: true })
    const taken = await send(message(`http://127.0.0.1:${port}/hook?a=b`))
    expect(taken).toMatchObject({ status: 202, error: null, answer: `ok ${'x'.repeat(17)}` })
    expect(seen).toMatchObject([{ url: '/hook?a=b', body: '{"a":1}' }])
    const headers = seen[0]!.headers as Record<string, string>
    for (const one of [secret, oldSecret]) new Webhook(one).verify('{"a":1}', headers)
    close()
  })

  it('follows no redirect: it was not taken', async () => {
    answer = (_, response) => void response.writeHead(307, { location: `http://127.0.0.1:${port}/inside` }).end()
    const { send, close } = createHttpWebhooks({ ...limits, loopback: true })
    expect(await send(message(`http://127.0.0.1:${port}/hook`))).toMatchObject({ status: 307, error: 'redirect' })
    expect(seen.map(({ url }) => url)).toEqual(['/hook'])
    close()
  })

  it('gives up on who says nothing, and on who never stops', async () => {
    answer = () => undefined
    const impatient = createHttpWebhooks({ ...limits, timeoutMs: 100, loopback: true })
    expect(await impatient.send(message(`http://127.0.0.1:${port}/`))).toMatchObject({ status: null, error: 'timeout' })
    let sent = 0
    answer = (_, response) => {
      response.on('error', () => undefined)
      const more = () => {
        if (response.destroyed) return
        sent += 65_536
        response.write(Buffer.alloc(65_536, 'x'), more)
      }
      more()
    }
    const { send, close } = createHttpWebhooks({ ...limits, loopback: true })
    expect(await send(message(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 200, answer: 'x'.repeat(20) })
    expect(sent).toBeLessThan(50_000_000)
    close()
    impatient.close()
  })
})

describe('The name of a receiver', () => {
  it('is looked up once a connection, and the socket goes to the address that was tested', async () => {
    const { send, asked, close } = sender([['127.0.0.1'], ['169.254.169.254'], ['10.0.0.1']])
    const url = `http://localhost:${port}/`
    expect(await send(message(url))).toMatchObject({ status: 200 })
    expect([asked(), seen[0]!.host]).toEqual([1, `localhost:${port}`])
    close()
    // The same name stands for somebody else from now on.
    server.closeIdleConnections()
    expect(await send(message(url))).toMatchObject({ status: null, error: 'address_forbidden' })
    expect(await send(message(url))).toMatchObject({ status: null, error: 'address_forbidden' })
    expect([asked(), seen.length]).toEqual([3, 1])
    close()
  })

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['10.1.2.3']],
    [['169.254.169.254']],
    [['100.64.0.1']],
    [['::ffff:10.0.0.1']],
    [['64:ff9b::a00:1']],
    [['2002:a00:1::1']],
    [['fd00::1']],
    [['93.184.215.14', '10.0.0.1']],
    [['2606:4700::1111', '::1']],
    [[]]
  ])('is not connected to when it stands for %j', async (addresses) => {
    const { send, asked, close } = sender([addresses], false)
    expect(await send(message('https://hooks.example.com/'))).toMatchObject({ error: 'address_forbidden' })
    expect([asked(), seen]).toEqual([1, []])
    close()
  })

  it('is not even looked up when the URL may not be sent to any more', async () => {
    const { send, asked, close } = sender([], false)
    for (const url of [`http://127.0.0.1:${port}/`, 'https://2130706433/', 'https://localhost/', 'https://[::1]/'])
      expect(await send(message(url))).toMatchObject({ status: null, error: 'url_forbidden' })
    expect([asked(), seen]).toEqual([0, []])
    close()
  })
})
