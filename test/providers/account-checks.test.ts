import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createHttpBank } from '../../providers/bank-http.ts'
import { generateSigningKeys } from '../../providers/keys.ts'

const question = { bank: 'a', reference: 'ban_1', iban: 'GB90COFA00000011111111', name: 'Ada Example' } as const
const servers: Server[] = []

/** A bank that answers every request in one way. */
const bankThat = async (status: number, text: string) => {
  const server = createServer((_request, response) => void response.writeHead(status).end(text))
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createHttpBank({ url, signingKey: generateSigningKeys().privateKey, timeoutMs: 2_000 })
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('what a bank says of an account', () => {
  it.each(['match', 'close', 'no_match', 'closed'])('is read when it says %s of the holder', async (status) => {
    expect(await (await bankThat(200, JSON.stringify({ status }))).confirmPayee(question)).toEqual({ kind: status })
  })

  it.each(['owned', 'not_owned', 'pending'])('is read when it says %s of the owner', async (status) => {
    expect(await (await bankThat(200, JSON.stringify({ status }))).checkOwnership(question)).toEqual({ kind: status })
  })

  it.each([
    [500, '{"status":"match"}'],
    [200, '{"status":"perhaps"}'],
    [200, 'Ada Example, GB90COFA00000011111111']
  ])('is an error without anything personal when it answers %i with %s', async (status, text) => {
    const bank = await bankThat(status, text)
    for (const asked of [bank.confirmPayee(question), bank.checkOwnership(question)]) {
      const error: unknown = await asked.catch((reason: unknown) => reason)
      expect(String(error)).toMatch(/the bank answered/)
      expect(String(error)).not.toMatch(/Ada|COFA/)
    }
  })
})
