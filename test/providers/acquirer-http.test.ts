import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createHttpAcquirer } from '../../providers/acquirer-http.ts'
import { generateSigningKeys } from '../../providers/keys.ts'

const verify = { operation: 'verify', reference: 'crd_1', token: `ctk_${'a'.repeat(32)}` } as const
const servers: Server[] = []

/** An acquirer that answers every request in one way. */
const acquirerThat = async (status: number, text: string) => {
  const server = createServer((_request, response) => void response.writeHead(status).end(text))
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createHttpAcquirer({ url, signingKey: generateSigningKeys().privateKey, timeoutMs: 2_000 })
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const card = {
  fingerprint: 'fpr_1',
  brand: 'visa',
  funding: 'debit',
  last4: '4242',
  expiry_month: 12,
  expiry_year: 2031
}

describe('what the acquirer’s answer means', () => {
  it('is accepted, with the card that it was', async () => {
    const acquirer = await acquirerThat(200, JSON.stringify({ status: 'accepted', acquirer_reference: 'r1', card }))
    expect(await acquirer.send(verify)).toEqual({
      kind: 'accepted',
      bankReference: 'r1',
      card: { fingerprint: 'fpr_1', brand: 'visa', funding: 'debit', last4: '4242', expiry: { month: 12, year: 2031 } }
    })
  })

  it.each([
    [200, '{"status":"declined","code":"card_declined"}', { kind: 'declined', code: 'card_declined' }],
    [202, '{"status":"pending"}', { kind: 'unknown', reason: 'pending' }],
    [500, '{"status":"declined","code":"x"}', { kind: 'unknown', reason: 'http_500' }],
    [200, '{"status":"perhaps"}', { kind: 'unknown', reason: 'unparsable' }],
    [
      200,
      JSON.stringify({ status: 'accepted', acquirer_reference: 'r1', card: { ...card, last4: '4242424242424242' } }),
      { kind: 'unknown', reason: 'unparsable' }
    ]
  ])('of %i and %s is read as such', async (status, text, meaning) => {
    expect(await (await acquirerThat(status, text)).send(verify)).toEqual(meaning)
  })

  it.each([
    [200, '{"status":"booked","acquirer_reference":"r1"}', { kind: 'booked', bankReference: 'r1' }],
    [200, '{"status":"declined","code":"card_declined"}', { kind: 'declined', code: 'card_declined' }],
    [200, '{"status":"not_found"}', { kind: 'not_found' }],
    [200, '{"status":"pending"}', { kind: 'pending' }],
    [404, '{"status":"not_found"}', { kind: 'unknown', reason: 'http_404' }],
    [200, 'x', { kind: 'unknown', reason: 'unparsable' }]
  ])('to an inquiry, of %i and %s, is read as such', async (status, text, meaning) => {
    expect(await (await acquirerThat(status, text)).inquire('crd_1')).toEqual(meaning)
  })
})
