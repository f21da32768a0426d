import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createHttpBank } from '../../providers/bank-http.ts'
import { generateSigningKeys } from '../../providers/keys.ts'
import { orderAt } from '../support/bank-orders.ts'

const servers: Server[] = []

/** A bank that answers every request in one way. */
const bankThat = async (answers: RequestListener, timeoutMs = 5_000) => {
  const server = createServer(answers)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createHttpBank({ url, signingKey: generateSigningKeys().privateKey, timeoutMs })
}

const answering = (status: number, text: string, headers: Record<string, string> = {}): RequestListener => {
  return (_request, response) => void response.writeHead(status, headers).end(text)
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('what the answer of a bank means', () => {
  it.each([
    ['accepted', '{"status":"accepted","bank_reference":"r1"}', { kind: 'accepted', bankReference: 'r1' }],
    [
      'declined with a code',
      '{"status":"declined","code":"account_closed"}',
      { kind: 'declined', code: 'account_closed' }
    ],
    ['pending', '{"status":"pending"}', { kind: 'unknown', reason: 'pending' }],
    ['declined without a code', '{"status":"declined"}', { kind: 'unknown', reason: 'unparsable' }],
    ['a status nobody knows', '{"status":"refused"}', { kind: 'unknown', reason: 'unparsable' }],
    ['half a JSON text', '{"status":"acc', { kind: 'unknown', reason: 'unparsable' }],
    ['nothing', '', { kind: 'unknown', reason: 'unparsable' }]
  ])('a send that is answered 200 with %s is read as such', async (_what, text, meaning) => {
    const bank = await bankThat(answering(200, text))
    expect(await bank.send(orderAt('a'))).toEqual(meaning)
  })

  it.each([
    [500, { kind: 'unknown', reason: 'http_500' }],
    [503, { kind: 'unknown', reason: 'http_503' }],
    [401, { kind: 'unknown', reason: 'http_401' }],
    [409, { kind: 'unknown', reason: 'http_409' }]
  ])('a send that is answered %i is unknown, even when the body says declined', async (status, meaning) => {
    const bank = await bankThat(answering(status, '{"status":"declined","code":"x"}'))
    expect(await bank.send(orderAt('a'))).toEqual(meaning)
  })

  it('a redirect is not followed: the send stays unknown', async () => {
    const bank = await bankThat(answering(307, '', { location: 'http://127.0.0.1:9/' }))
    expect(await bank.send(orderAt('a'))).toMatchObject({ kind: 'unknown' })
  })

  it('a connection that is cut after the request arrived leaves the send unknown', async () => {
    const bank = await bankThat((request) => void request.socket.destroy())
    expect(await bank.send(orderAt('a'))).toMatchObject({ kind: 'unknown' })
  })

  it('an answer that is cut in the middle leaves the send unknown', async () => {
    const bank = await bankThat((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"status":"accepted",', () => response.socket?.destroy())
    })
    expect(await bank.send(orderAt('a'))).toMatchObject({ kind: 'unknown' })
  })

  it('an answer that does not come in time leaves the send unknown', async () => {
    const bank = await bankThat(() => undefined, 50)
    expect(await bank.send(orderAt('a'))).toEqual({ kind: 'unknown', reason: 'timeout' })
  })

  it('a send that the caller gives up is unknown', async () => {
    const giveUp = new AbortController()
    const bank = await bankThat(() => giveUp.abort())
    expect(await bank.send(orderAt('a'), giveUp.signal)).toMatchObject({ kind: 'unknown' })
  })

  it('a refused connection proves that nothing was delivered', async () => {
    const bank = await bankThat(answering(200, ''))
    const server = servers.pop()!
    server.close()
    await once(server, 'close')
    expect(await bank.send(orderAt('a'))).toEqual({ kind: 'undelivered', reason: 'ECONNREFUSED' })
    expect(await bank.inquire('a', 'r1')).toEqual({ kind: 'unknown', reason: 'ECONNREFUSED' })
  })

  it.each([
    [200, '{"status":"booked","bank_reference":"r1"}', { kind: 'booked', bankReference: 'r1' }],
    [200, '{"status":"declined","code":"c"}', { kind: 'declined', code: 'c' }],
    [200, '{"status":"pending"}', { kind: 'pending' }],
    [200, '{"status":"not_found"}', { kind: 'not_found' }],
    [404, '{"status":"not_found"}', { kind: 'unknown', reason: 'http_404' }],
    [200, '{"status":"accepted","bank_reference":"r1"}', { kind: 'unknown', reason: 'unparsable' }]
  ])('an inquiry that is answered %i %s is read as such', async (status, text, meaning) => {
    const bank = await bankThat(answering(status, text))
    expect(await bank.inquire('b', 'top_1')).toEqual(meaning)
  })

  it('a reference with a slash stays one part of the path', async () => {
    const paths: string[] = []
    const bank = await bankThat((request, response) => {
      paths.push(request.url!)
      response.end('{"status":"pending"}')
    })
    await bank.inquire('b', 'top-up/top_1')
    expect(paths).toEqual(['/banks/b/instructions/top-up%2Ftop_1'])
  })
})
